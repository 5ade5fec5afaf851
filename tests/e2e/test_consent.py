"""`numberkeep consent list` and `import`, on a service and on a database."""

import csv
import json
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

import pytest

from support.process import run, serving

PAIR = {"NUMBERKEEP_API_KEY": "our-key", "NUMBERKEEP_API_SECRET": "our-secret"}
LIST = (
    "\ufeff# unsubscribed\n(415) 555-0001\n\n+14155550002\nnobody at all\n415-555-0001\n+14155550003" + " " * 60 + "x\n"
)


def imported(cwd: Path, *target: str, **settings: str) -> tuple[int, str]:
    """Return the exit code and stderr of an import of LIST."""
    (cwd / "list.txt").write_text(LIST, encoding="utf-8")
    done = run("consent", "import", "list.txt", *target, cwd=cwd, **settings)
    assert done.stdout == ""
    return done.returncode, done.stderr


def check_listed(cwd: Path, *target: str, settings: Mapping[str, str]) -> None:
    """Check the list in its three forms."""
    rows = json.loads(run("consent", "list", "--json", *target, cwd=cwd, **settings).stdout)
    assert [(row["number"], row["source"]) for row in rows] == [("+14155550001", "import"), ("+14155550002", "import")]
    text = run("consent", "list", "--csv", *target, cwd=cwd, **settings).stdout
    assert [dict(row) for row in csv.DictReader(StringIO(text))] == rows
    shown = run("consent", "list", *target, cwd=cwd, **settings)
    assert [line.split()[0] for line in shown.stdout.splitlines()] == ["+14155550001", "+14155550002"]
    assert "2 numbers are opted out.\n" in shown.stderr


def test_a_list_is_imported_into_a_service(tmp_path: Path) -> None:
    """Invalid lines are named and do not keep the others out; a second import changes nothing."""
    with serving(tmp_path, **PAIR) as service:
        settings = {
            "SENDBLUE_API_BASE_URL": service.url,
            "SENDBLUE_API_API_KEY": "our-key",
            "SENDBLUE_API_API_SECRET": "our-secret",
        }
        for summary in ("2 opted out, 1 were", "0 opted out, 3 were"):
            code, said = imported(tmp_path, **settings)
            assert (code, said.splitlines()[-1].startswith(summary)) == (1, True), said
            assert "line 5 is not a phone number: nobody at all" in said
            assert "line 7 is not a phone number: +14155550003" in said
        check_listed(tmp_path, settings=settings)


def test_a_list_is_imported_into_a_database(tmp_path: Path) -> None:
    """The same, and stderr names the database."""
    target = ("--database", "sqlite:///other.db")
    assert run("keys", "create", *target, cwd=tmp_path).returncode == 0
    code, said = imported(tmp_path, *target)
    assert (code, "Imported into the account default in sqlite:///other.db." in said) == (1, True)
    check_listed(tmp_path, *target, settings={})


@pytest.mark.parametrize(
    ("arguments", "fix"),
    [(["list", "--json", "--csv"], "leave one out"), (["import", "latin.txt"], "not in UTF-8"), (["import"], "FILE")],
)
def test_a_wrong_use_names_the_fix(tmp_path: Path, arguments: list[str], fix: str) -> None:
    """Exit 2, before anything is called."""
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9\n")
    done = run("consent", *arguments, "--database", "sqlite:///other.db", cwd=tmp_path)
    assert (done.returncode, fix in done.stderr) == (2, True), done.stderr
