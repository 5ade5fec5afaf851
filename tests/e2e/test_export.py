"""`numberkeep export`: the real command on a database."""

import csv
import json
from io import StringIO
from pathlib import Path

import pytest

from support.process import run, serving

DATABASE = ("--database", "sqlite:///contacts.db")
CONTACTS = "phone,first_name,tags,opt_out,Plan\n+14155550101,Ada,vip,no,gold\n+14155550102,Grace,,yes,\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a database that has two contacts."""
    assert run("keys", "create", *DATABASE, cwd=tmp_path).returncode == 0
    (tmp_path / "list.csv").write_text(CONTACTS)
    assert run("import", "list.csv", *DATABASE, cwd=tmp_path).returncode == 0
    return tmp_path


def exported(folder: Path, *arguments: str) -> str:
    """Return what is written to standard output."""
    done = run("export", "-", *DATABASE, *arguments, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("Exported ")
    return done.stdout


@pytest.mark.parametrize(
    ("name", "begin"),
    [("out.csv", "phone,"), ("out.vcf", "BEGIN:VCARD"), ("out.jsonl", '{"assigned_to_email"'), ("out", "phone,")],
)
def test_the_name_of_the_file_decides_the_format(folder: Path, name: str, begin: str) -> None:
    """Only its user can read it, and an import of it changes nothing."""
    done = run("export", name, *DATABASE, cwd=folder)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert "Exported 2 contacts of the account default in sqlite:///contacts.db." in done.stderr
    assert (folder / name).read_text().startswith(begin)
    assert (folder / name).stat().st_mode & 0o777 == 0o600
    assert not (folder / f"{name}.part").exists()
    again = run("import", name, *DATABASE, "--json", cwd=folder)
    assert again.returncode == 0, again.stderr
    assert (json.loads(again.stdout)["unchanged"], json.loads(again.stdout)["opted_out"]) == (2, 0)


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ([], ["Ada", "Grace"]),
        (["--tag", "vip"], ["Ada"]),
        (["--opted-out"], ["Grace"]),
        (["--not-opted-out", "--not-verified"], ["Ada"]),
        (["--verified"], []),
        (["--created-after", "2100-01-01"], []),
        (["--created-after", "2020-01-01T00:00:00Z"], ["Ada", "Grace"]),
    ],
)
def test_contacts_are_filtered(folder: Path, arguments: list[str], names: list[str]) -> None:
    """All filters must match."""
    text = exported(folder, *arguments)
    assert [row["first_name"] for row in csv.DictReader(StringIO(text, newline=""))] == names


def test_it_works_beside_a_service(folder: Path) -> None:
    """An export only reads."""
    with serving(folder, *DATABASE):
        lines = exported(folder, "--format", "jsonl").splitlines()
    assert [json.loads(line)["custom_variables"] for line in lines] == [{"Plan": "gold"}, {}]


def test_a_file_that_cannot_be_written_is_one_line(folder: Path) -> None:
    """And nothing is left behind."""
    done = run("export", "none/out.csv", *DATABASE, cwd=folder)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert "cannot write none/out.csv" in done.stderr


@pytest.mark.parametrize("command", ["import", "export"])
def test_without_a_database_the_fix_is_named(tmp_path: Path, command: str) -> None:
    """Exit 2, also if the environment names a service."""
    (tmp_path / "contacts.csv").write_text("phone\n")
    service = {"SENDBLUE_API_BASE_URL": "http://127.0.0.1:9", "NUMBERKEEP_DATABASE": "sqlite:///other.db"}
    done = run(command, "contacts.csv", cwd=tmp_path, **service)
    assert (done.returncode, "--database sqlite:///numberkeep.db" in done.stderr) == (2, True), done.stderr
    assert not (tmp_path / "other.db").exists()
