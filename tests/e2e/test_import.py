"""`numberkeep import`: the real command on a database."""

import csv
import json
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest

from support.process import PATIENCE, PROGRAM, environment, run, serving

URL = "sqlite:///contacts.db"
DATABASE = ("--database", URL)
CONTACTS = (
    "\ufeffVorname;Handy;Schlagwörter;Abgemeldet;Tarif\n"
    "Ada;(415) 555-0101;vip,beta;nein;gold\nBob;+14155550102;;ja;\nNo;12;;;\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with an empty database and a file of contacts."""
    assert run("keys", "create", *DATABASE, cwd=tmp_path).returncode == 0
    (tmp_path / "list.csv").write_text(CONTACTS, encoding="utf-8")
    return tmp_path


def counts(folder: Path, *arguments: str, code: int = 0, name: str = "list.csv") -> dict[str, int]:
    """Return the counts of an import that are not 0."""
    done = run("import", name, *DATABASE, "--json", *arguments, cwd=folder)
    assert done.returncode == code, done.stderr
    return {name: count for name, count in json.loads(done.stdout).items() if count}


def test_a_file_is_imported(folder: Path) -> None:
    """The dry run and the run report the same; rejected rows are written, and can be imported when corrected."""
    expected = {"rows": 3, "created": 2, "rejected": 1, "opted_out": 1, "contacts": 2}
    assert counts(folder, "--dry-run", code=3) == expected
    assert not (folder / "list.csv.rejects.csv").exists()
    assert counts(folder, code=3) == expected
    assert counts(folder, code=3) == {"rows": 3, "unchanged": 2, "rejected": 1, "contacts": 2}
    with (folder / "list.csv.rejects.csv").open(newline="") as file:
        [row] = csv.DictReader(file)
    assert (row["Vorname"], row["line"], row["field"], row["value"]) == ("No", "4", "Handy", "12")
    corrected = (folder / "list.csv.rejects.csv").read_text().replace("No,12,", "No,+14155550103,")
    (folder / "corrected.csv").write_text(corrected)
    assert counts(folder, name="corrected.csv") == {"rows": 1, "created": 1, "contacts": 1}
    listed = json.loads(run("consent", "list", "--json", *DATABASE, cwd=folder).stdout)
    assert [(each["number"], each["source"], each["wording"]) for each in listed] == [
        ("+14155550102", "import", "list.csv")
    ]


def test_the_columns_of_a_file_are_shown_without_a_database(tmp_path: Path) -> None:
    """With their fields and first values, as the options use them."""
    (tmp_path / "list.csv").write_text(CONTACTS, encoding="utf-8")
    done = run("import", "columns", "list.csv", "--map", "Tarif=custom_variables.plan", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    shown = [line.split(maxsplit=2) for line in done.stdout.splitlines() if not line.startswith(" ")]
    assert shown == [
        ["Vorname", "first_name", '"Ada", "Bob", "No"'],
        ["Handy", "phone", '"(415) 555-0101", "+14155550102", "12"'],
        ["Schlagwörter", "tags", '"vip,beta"'],
        ["Abgemeldet", "opt_out", '"nein", "ja"'],
        ["Tarif", "custom_variables.plan", '"gold"'],
    ]
    found = json.loads(run("import", "columns", "list.csv", "--json", cwd=tmp_path).stdout)
    assert (found["has_phones"], found["rows"], found["columns"][4]["field"]) == (True, 3, "variable")
    (tmp_path / "book.xlsx").write_bytes(b"PK\x03\x04" + b"\0" * 60)
    refused = run("import", "columns", "book.xlsx", cwd=tmp_path)
    assert (refused.returncode, "ZIP archive" in refused.stderr) == (1, True)


def test_it_says_in_words_what_it_did(folder: Path) -> None:
    """On stderr; a diff is on stdout."""
    done = run("import", "list.csv", *DATABASE, "--dry-run", "--diff", cwd=folder)
    assert done.stdout.splitlines()[:5] == [
        "+14155550101  created",
        '+14155550101  first_name: nothing -> "Ada"',
        '+14155550101  tags: nothing -> ["vip", "beta"]',
        '+14155550101  custom_variables.Tarif: nothing -> "gold"',
        "+14155550102  created",
    ]
    assert 'line 4: Handy "12" is not a phone number in US' in done.stderr
    assert "list.csv, 3 rows: 2 created, 1 rejected.\n1 number opted out.\n" in done.stderr
    assert f"This was a dry run: nothing was changed in the account default in {URL}." in done.stderr


def test_options_change_what_is_imported(folder: Path) -> None:
    """A region, tags, a mapping, and columns that are left out."""
    (folder / "uk.csv").write_text("Id,Contact\n7,020 7946 0101\n")
    options = ("--region", "gb", "--map", "Contact=phone", "--unmapped", "drop", "--tag", "a", "--tag", "b")
    assert counts(folder, *options, name="uk.csv") == {"rows": 1, "created": 1, "contacts": 1}
    done = run("import", "uk.csv", *options, "--replace-tags", "--tag", "c", *DATABASE, "--diff", cwd=folder)
    assert done.stdout == '+442079460101  tags: ["a", "b"] -> ["a", "b", "c"]\n'


def test_standard_input_is_imported(folder: Path) -> None:
    """From a pipe, which cannot be read twice."""
    done = subprocess.run(
        [PROGRAM, "import", "-", *DATABASE, "--json"],
        input=CONTACTS.encode("utf-16"),
        cwd=folder,
        env=environment(),
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert json.loads(done.stdout)["created"] == 2
    assert (folder / "stdin.rejects.csv").exists()


def test_a_file_that_a_service_uses_is_refused(folder: Path) -> None:
    """With the reason; a dry run is not."""
    with serving(folder, *DATABASE):
        done = run("import", "list.csv", *DATABASE, cwd=folder)
        assert (done.returncode, "is in use by process" in done.stderr) == (1, True), done.stderr
        assert counts(folder, "--dry-run", code=3)["created"] == 2
    assert counts(folder, code=3)["created"] == 2


@pytest.mark.parametrize(
    ("arguments", "fix"),
    [
        (["list.csv"], "--database"),
        (["list.csv", *DATABASE, "--map", "Handy"], "COLUMN=FIELD"),
        (["list.csv", *DATABASE, "--tag", " "], "1 to 100 characters"),
        (["list.csv", *DATABASE, "--encoding", "hex"], "shift_jis"),
        (["list.csv", *DATABASE, "--diff", "--json"], "leave one out"),
        (["list.csv", *DATABASE, "--rejects", "list.csv"], "name another one"),
        (["none.csv", *DATABASE], "none.csv"),
        (["list.csv", "--database", "sqlite:///none.db"], "there is no database none.db"),
    ],
)
def test_a_wrong_use_names_the_fix(folder: Path, arguments: list[str], fix: str) -> None:
    """Exit 2, and nothing is written."""
    done = run("import", *arguments, cwd=folder)
    assert (done.returncode, fix in done.stderr) == (2, True), done.stderr


@pytest.mark.parametrize(
    ("arguments", "fix"),
    [(["--region", "xx"], "ISO 3166-1"), (["--map", "Tel=phone"], "does not have: tel; it has Vorname")],
)
def test_what_only_the_file_or_the_tables_show_names_the_fix(folder: Path, arguments: list[str], fix: str) -> None:
    """Exit 1."""
    done = run("import", "list.csv", *DATABASE, *arguments, cwd=folder)
    assert (done.returncode, fix in done.stderr) == (1, True), done.stderr


def test_ctrl_c_says_how_to_continue(folder: Path) -> None:
    """In one line; the lease does not keep --resume waiting. A file's name may be longer than the service takes."""
    name = "x" * 240 + ".csv"
    with (folder / name).open("w") as file:
        file.write("phone,first_name\n")
        file.writelines(f"+1415{5_000_000 + n},N{n}\n" for n in range(60_000))
    with subprocess.Popen(
        [PROGRAM, "import", name, *DATABASE], cwd=folder, env=environment(), stderr=subprocess.PIPE, text=True
    ) as process:
        give_up = time.monotonic() + PATIENCE
        with closing(sqlite3.connect(folder / "contacts.db")) as database:
            while not database.execute("SELECT contact_count FROM accounts").fetchone()[0]:
                assert time.monotonic() < give_up
                time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert said.splitlines()[-1] == "Import 1 was interrupted: --resume continues it."
    assert counts(folder, "--resume", name=name) == {"rows": 60_000, "created": 60_000, "contacts": 60_000}
