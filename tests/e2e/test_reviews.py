"""`numberkeep consent review` and `decide`, and the settings for replies, on a service and on a database."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from support.process import run, serving

PAIR = {"NUMBERKEEP_API_KEY": "our-key", "NUMBERKEEP_API_SECRET": "our-secret"}
ON_DATABASE = ("--database", "sqlite:///numberkeep.db")


def reviews(cwd: Path, *target: str, settings: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the replies that wait."""
    done = run("consent", "review", "--json", *target, cwd=cwd, **settings)
    assert done.returncode == 0, done.stderr
    listed: list[dict[str, Any]] = json.loads(done.stdout)
    return listed


def test_unclear_replies_are_decided(tmp_path: Path) -> None:
    """The reply names its review; the list shows number, deadline and wording; each decision takes effect once."""
    with serving(tmp_path, **PAIR) as service:
        settings = {
            "SENDBLUE_API_BASE_URL": service.url,
            "SENDBLUE_API_API_KEY": "our-key",
            "SENDBLUE_API_API_SECRET": "our-secret",
        }

        def call(*arguments: str) -> tuple[int, str, str]:
            done = run(*arguments, cwd=tmp_path, **settings)
            return done.returncode, done.stdout, done.stderr

        replied = call("simulate", "reply", "+14155550001", "please stop")[1]
        assert "decide it with `numberkeep consent decide 1 opt-out|keep`" in replied
        call("simulate", "reply", "+14155550002", "Wrong number")
        call("simulate", "reply", "+14155550003", "No")
        rows = reviews(tmp_path, settings=settings)
        assert [(row["id"], row["number"], row["wording"], row["decision"]) for row in rows] == [
            (1, "+14155550001", "please stop", "open"),
            (2, "+14155550002", "Wrong number", "open"),
            (3, "+14155550003", "No", "open"),
        ]
        code, text, counted = call("consent", "review")
        assert (code, text.splitlines()[1]) == (
            0,
            f'2  +14155550002  {rows[1]["at"]}  decide by {rows[1]["deadline"]}  "Wrong number"',
        )
        assert "3 replies wait for a decision" in counted
        assert call("consent", "decide", "1", "opt-out") == (0, "", "+14155550001 is opted out.\n")
        assert call("consent", "decide", "2", "keep") == (0, "", "+14155550002 is unchanged.\n")
        code, _, refused = call("consent", "decide", "2", "opt-out")
        assert (code, "decided before, as keep" in refused) == (1, True)
        code, _, missing = call("consent", "decide", "9", "keep")
        assert (code, missing) == (1, "Error: there is no review 9: `numberkeep consent review` lists them\n")
        assert [row["id"] for row in reviews(tmp_path, *ON_DATABASE, settings={})] == [3]
        assert run("consent", "decide", "3", "opt-out", *ON_DATABASE, cwd=tmp_path).returncode == 0
        code, text, nothing = call("consent", "review")
        assert (code, text, nothing) == (0, "", "No reply waits.\n")
        listed = json.loads(call("consent", "list", "--json")[1])
        assert [(row["number"], row["source"], row["wording"]) for row in listed] == [
            ("+14155550001", "review", "please stop"),
            ("+14155550003", "review", "No"),
        ]
        assert run("consent", "decide", "9", "keep", *ON_DATABASE, cwd=tmp_path).returncode == 1


def test_an_account_sets_how_replies_are_read(tmp_path: Path) -> None:
    """Shown by `accounts list`; '' removes words and text."""

    def accounts(*arguments: str) -> Any:
        done = run("accounts", *arguments, "--json", *ON_DATABASE, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    assert run("keys", "create", *ON_DATABASE, cwd=tmp_path).returncode == 0
    rules = ("unclear", "opt_out_words", "opt_out_text")
    [usual] = accounts("list")
    assert [usual[name] for name in rules] == ["review", [], None]
    words = ("--opt-out-word", "Basta", "--opt-out-word", "genug")
    changed = accounts("set", "default", "--unclear", "opt-out", *words, "--opt-out-text", "Bye.")
    assert [changed[name] for name in rules] == ["opt-out", ["Basta", "genug"], "Bye."]
    listed = run("accounts", "list", *ON_DATABASE, cwd=tmp_path).stdout
    assert listed.endswith("unclear replies opt out  also opts out: Basta, genug  confirms with 'Bye.'\n")
    assert accounts("set", "default", "--region", "GB") == changed | {"region": "GB"}
    cleared = accounts("set", "default", "--unclear", "review", "--opt-out-word", "", "--opt-out-text", "")
    assert cleared == usual | {"region": "GB"}
    refused = run("accounts", "set", "default", "--opt-out-word", "START", *ON_DATABASE, cwd=tmp_path)
    assert (refused.returncode, "choose another word" in refused.stderr) == (1, True), refused.stderr
