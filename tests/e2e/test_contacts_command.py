"""`numberkeep contacts` on a running service, and on a database of each engine.

The real command calls the service; on databases the same code runs in this process, which is faster.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from numberkeep.cli.main import cli
from support.databases import NewDatabase
from support.process import run, serving

PAIR = {"NUMBERKEEP_API_KEY": "our-key", "NUMBERKEEP_API_SECRET": "our-secret"}
ONE, TWO, THREE = "+14155550001", "+14155550002", "+14155550003"


@dataclass
class Target:
    """Runs commands on one target."""

    cwd: Path
    settings: dict[str, str] | None = None
    database: str = ""

    def __call__(self, *arguments: str, piped: str | None = None) -> tuple[int, str, str]:
        """Return the exit code, stdout and stderr of `contacts`; without the line that names the database."""
        return self.run("contacts", *arguments, piped=piped)

    def run(self, *arguments: str, piped: str | None = None) -> tuple[int, str, str]:
        """Return those of any command."""
        if self.settings is not None:
            done = run(*arguments, cwd=self.cwd, piped=piped, **self.settings)
            return done.returncode, done.stdout, done.stderr
        dash = [] if piped is None else ["-"]
        ended = CliRunner().invoke(cli, [*arguments, "--database", self.database, *dash], input=piped)
        said = ended.stderr.splitlines(keepends=True)
        if ended.exit_code != 2:
            assert said.pop([" the account default in " in line for line in said].index(True))
        return ended.exit_code, ended.stdout, "".join(said)

    def json(self, *arguments: str) -> Any:
        """Return the JSON that a command prints which must succeed."""
        code, out, said = self(*arguments, "--json")
        assert code == 0, said
        return json.loads(out)


def counts_of(**counts: int) -> dict[str, int]:
    """Return what `tag` and `untag` count."""
    return {"changed": 0, "unchanged": 0, "not_found": 0, "full": 0} | counts


@pytest.fixture(params=["service", "sqlite", "postgres"])
def target(request: pytest.FixtureRequest, tmp_path: Path, new_database: NewDatabase) -> Iterator[Target]:
    """Return an empty target of each kind."""
    if request.param == "service":
        with serving(tmp_path, **PAIR) as service:
            names = ("SENDBLUE_API_BASE_URL", "SENDBLUE_API_API_KEY", "SENDBLUE_API_API_SECRET")
            yield Target(tmp_path, dict(zip(names, (service.url, *PAIR.values()), strict=True)))
    else:
        url = new_database(request.param)
        assert run("keys", "create", "--database", url, cwd=tmp_path).returncode == 0
        yield Target(tmp_path, database=url)


def test_contacts_are_created_read_and_changed(target: Target) -> None:
    """`set` says what it did; what is not mentioned stays; `get`, `list` and `count` show it."""
    ada = ("--first-name", "Ada", "--tag", "vip", "--tag", "old", "--var", "Plan=gold", "--var", "x=1")
    assert target("set", "(415) 555-0001", *ada) == (0, "", f"{ONE} is created.\n")
    assert target("set", ONE, "--first-name", "Ada") == (0, "", f"{ONE} is unchanged.\n")
    changed = target.json("set", ONE, "--unset", "first_name", "--unset", "custom_variables.x", "--company", "Acme")
    assert (changed["result"], changed["contact"]["first_name"], changed["contact"]["company_name"]) == (
        *("updated", None, "Acme"),
    )
    assert changed["contact"]["custom_variables"] == {"Plan": "gold"}
    assert target("set", TWO, "--last-name", "=1+1", "--tag", "old")[0] == 0

    assert target.json("get", "415.555.0001") == [changed["contact"]]
    code, out, said = target("get", THREE, ONE, "nobody")
    assert (code, out.splitlines()[0].split()) == (3, ["number", ONE])
    assert [line.partition(":")[0] for line in said.splitlines()] == ["Error"] * 2
    assert f'no contact has the number "{THREE}": check it' in said
    assert target("get", THREE)[:2] == (1, "")

    listed = target.json("list", "--order", "number")
    assert [row["phone"] for row in listed] == [ONE, TWO]
    assert listed[0] == changed["contact"]
    assert target("list", "--order", "number", "--reverse", "--fields", "number,tags,custom_variables.Plan") == (
        *(0, f"number\ttags\tcustom_variables.Plan\n{TWO}\told\t\n{ONE}\tvip, old\tgold\n", ""),
    )
    rows = [*csv.DictReader(StringIO(target("list", "--csv", "--limit", "1")[1], newline=""))]
    assert [(row["number"], row["last_name"], row["tags"]) for row in rows] == [(TWO, "'=1+1", "old")]
    assert target("list", "--tag", "nobody") == (0, "", "No contact matches the filters.\n")
    counts = [target("count", *filters)[1] for filters in ((), ("--tag", "old", "--tag", "vip"), ("--opted-out",))]
    assert counts == ["2\n", "1\n", "0\n"]


def test_contacts_are_tagged_and_deleted(target: Target) -> None:
    """By number, by filter and from a list that is piped in; unknown numbers are reported and stop nothing."""
    for number in (ONE, TWO, THREE):
        assert target("set", number, "--tag", "a")[0] == 0
    code, out, said = target("tag", "new", ONE, "(415) 555-0002", "+14155550009")
    assert (code, out) == (3, "")
    assert "Tagged 2 contacts; 0 unchanged." in said
    assert 'no contact has the number "+14155550009"' in said
    assert target("untag", "a", "--tag", "new", "--dry-run") == (
        *(0, f"{TWO}\n{ONE}\n", "Would untag 2 contacts; 0 unchanged.\n"),
    )
    assert target.json("untag", "a", "--tag", "new", "--yes") == counts_of(changed=2)
    assert {row["phone"]: row["tags"] for row in target.json("list")} == {ONE: ["new"], TWO: ["new"], THREE: ["a"]}

    code, out, said = target("rm", "--tag", "new")
    assert (code, out, "add --yes, or --dry-run" in said) == (2, "", True)
    code, out, said = target("rm")
    assert (code, out, "or add --all" in said) == (2, "", True)
    assert target("rm", "--tag", "new", "--dry-run")[1] == f"{TWO}\n{ONE}\n"
    assert target("count")[1] == "3\n"
    table = target("list", "--tag", "new")[1]
    assert target("rm", "--yes", piped=table) == (0, "", "Deleted 2 contacts.\n")
    assert target("rm", "--yes", THREE, ONE) == (3, "", "Deleted 1 contact; found none for 1 other number.\n")
    assert target("rm", "--yes", ONE)[0] == 1
    assert target("rm", "--yes", piped="") == (0, "", "Deleted 0 contacts.\n")
    assert target("list") == (0, "", "There are no contacts.\n")


def test_consent_is_recorded_and_verification_asked_for(target: Target) -> None:
    """Opt-outs and opt-ins are entries of the ledger; a number that opted out is asked nothing."""
    assert target("set", ONE)[0] == 0
    code, out, said = target("verify", ONE, THREE)
    assert (code, out) == (3, "")
    assert f"{ONE} is asked to reply, and is verified when a reply arrives" in said
    code, out, said = target("verify", ONE)
    assert (code, "was sent a moment ago: try again in" in said) == (1, True)
    code, out, said = target("verify", ONE, "--wait", "--timeout", "1")
    assert (code, "did not reply within 1 s" in said) == (3, True)
    code, out, said = target("opt-out", ONE, TWO, "nobody", "--json")
    assert (code, json.loads(out)) == (3, [{"number": ONE, "opted_out": True}, {"number": TWO, "opted_out": True}])
    assert 'number is not a phone number: "nobody"' in said
    code, out, said = target("verify", ONE)
    assert (code, f"{ONE} has opted out: if the person agrees again" in said) == (1, True)
    assert target("count", "--opted-out")[1] == "1\n"
    code, out, said = target("opt-in", ONE)
    assert (code, "add --yes" in said) == (2, True)
    assert target("opt-in", "--yes", piped=f"{ONE}\n{TWO}\n") == (0, "", f"{ONE} is opted in.\n{TWO} is opted in.\n")
    entries = json.loads(target.run("consent", "show", ONE, "--json")[1])
    assert [(entry["opted_out"], entry["source"]) for entry in entries] == [(True, "api"), (False, "api")]
