"""`numberkeep export`: the real command on a database and on a service."""

import csv
import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path

import httpx2
import pytest

from support.process import PATIENCE, run, serving

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
    assert list(folder.glob("*.part")) == []
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


def test_export_without_a_target_names_both(tmp_path: Path) -> None:
    """Exit 2; NUMBERKEEP_DATABASE is no target, and --account is for a database only."""
    done = run("export", "out.csv", cwd=tmp_path, NUMBERKEEP_DATABASE="sqlite:///other.db")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert all(name in done.stderr for name in ("SENDBLUE_API_BASE_URL", "--database"))
    done = run("export", "out.csv", "--account", "default", cwd=tmp_path)
    assert (done.returncode, "--account needs --database" in done.stderr) == (2, True), done.stderr
    assert list(tmp_path.iterdir()) == []


PAIR = {"NUMBERKEEP_API_KEY": "our-key", "NUMBERKEEP_API_SECRET": "our-secret"}


@pytest.fixture
def variables(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Run a service with two contacts, and return the variables that name it."""
    with serving(tmp_path, *DATABASE, **PAIR) as service:
        headers = {"sb-api-key-id": PAIR["NUMBERKEEP_API_KEY"], "sb-api-secret-key": PAIR["NUMBERKEEP_API_SECRET"]}
        rows = [
            {"phone": "+14155550101", "first_name": "Ada", "tags": ["vip"], "custom_variables": {"Plan": "gold"}},
            {"phone": "+14155550102", "first_name": "Grace"},
        ]
        answer = httpx2.post(
            f"{service.url}/api/v2/contacts/bulk", json={"contacts": rows}, headers=headers, timeout=PATIENCE
        )
        assert answer.status_code == 200
        yield {
            "SENDBLUE_API_BASE_URL": service.url,
            "SENDBLUE_API_API_KEY": PAIR["NUMBERKEEP_API_KEY"],
            "SENDBLUE_API_API_SECRET": PAIR["NUMBERKEEP_API_SECRET"],
        }


@pytest.mark.parametrize(
    "arguments",
    [
        ["out.csv"],
        ["out.vcf"],
        ["out.jsonl"],
        ["out", "--format", "vcard4"],
        ["out.csv", "--tag", "vip", "--where", "Plan=gold", "-q", "ada 0101", "--not-opted-out", "--not-verified"],
        ["out.csv", "--created-after", "2100-01-01T00:00:00+02:00"],
        ["out.csv", "--for", "google"],
        ["out.vcf", "--for", "outlook", "--opted-out"],
    ],
)
def test_the_service_exports_what_its_database_has(
    tmp_path: Path, variables: dict[str, str], arguments: list[str]
) -> None:
    """Byte for byte; stderr says from where."""
    done = run("export", *arguments, cwd=tmp_path, **variables)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert f" of the service {variables['SENDBLUE_API_BASE_URL']}.\n" in done.stderr
    file = tmp_path / arguments[0]
    assert file.stat().st_mode & 0o777 == 0o600
    exported_by_service = file.read_bytes()
    assert run("export", *arguments, *DATABASE, cwd=tmp_path, **variables).returncode == 0
    assert file.read_bytes() == exported_by_service
    if "--for" not in arguments:
        done = run("export", "-", *arguments[1:], "--format", "jsonl", cwd=tmp_path, **variables)
        assert done.stderr.startswith(f"Exported {done.stdout.count('phone')} contact")


def test_the_service_s_errors_are_one_line(tmp_path: Path, variables: dict[str, str]) -> None:
    """And leave an existing file as it is."""
    file = tmp_path / "out.csv"
    file.write_text("old")
    for arguments, code, reason in (
        (["--where", "Plan"], 2, "'Plan' is not LABEL=VALUE"),
        (["-q", " "], 2, "is blank: name a word"),
        (["--created-after", "soon"], 2, "'soon' is not a time"),
        (["--for", "google", "--format", "vcard"], 1, "`for` is for CSV only"),
    ):
        for target in ((), DATABASE):
            done = run("export", "out.csv", *arguments, *target, cwd=tmp_path, **variables)
            assert (done.returncode, done.stdout, done.stderr.count("\n")) == (code, "", 1), done.stderr
            assert reason in done.stderr
    wrong = variables | {"SENDBLUE_API_API_SECRET": "wrong"}
    assert run("export", "out.csv", cwd=tmp_path, **wrong).returncode == 4
    assert file.read_text() == "old"
    assert [each.name for each in tmp_path.glob("out*")] == ["out.csv"]


class CutShort(BaseHTTPRequestHandler):
    """A service whose export ends before its end."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer as a numberkeep does, but with a part of the export only."""
        self.send_response(200)
        if self.path == "/openapi.json":
            body = b'{"info": {"title": "numberkeep"}}'
            self.send_header("content-length", str(len(body)))
        else:
            body = b"5\r\nphone\r\n"
            self.send_header("numberkeep-contacts", "2")
            self.send_header("transfer-encoding", "chunked")
            self.close_connection = True
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


def test_an_answer_that_is_cut_short_is_an_error(tmp_path: Path) -> None:
    """Exit 1, and no file."""
    with ThreadingHTTPServer(("127.0.0.1", 0), CutShort) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        names = {"SENDBLUE_API_BASE_URL": url, "SENDBLUE_API_API_KEY": "key", "SENDBLUE_API_API_SECRET": "secret"}
        done = run("export", "out.csv", cwd=tmp_path, **names)
        piped = run("export", "-", cwd=tmp_path, **names)
        server.shutdown()
        thread.join()
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert "cut short" in done.stderr
    assert list(tmp_path.iterdir()) == []
    assert (piped.returncode, piped.stdout) == (1, "phone")


def test_what_is_no_ordinary_file_is_written_at_once(folder: Path) -> None:
    """A pipe keeps its name; a link keeps leading where it led."""
    os.mkfifo(folder / "pipe")
    reading = os.open(folder / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    done = run("export", "pipe", *DATABASE, cwd=folder)
    begin = os.read(reading, len("phone,"))
    os.close(reading)
    assert (done.returncode, begin) == (0, b"phone,"), done.stderr
    assert (folder / "pipe").is_fifo()
    (folder / "real.csv").write_text("old")
    (folder / "link.csv").symlink_to("real.csv")
    assert run("export", "link.csv", *DATABASE, cwd=folder).returncode == 0
    assert (folder / "link.csv").is_symlink()
    assert (folder / "real.csv").read_text().startswith("phone,")


def test_ten_thousand_contacts_survive_every_format(tmp_path: Path) -> None:
    """From account to account, by CSV, vCard and JSON Lines: all that an import sets stays as it is."""
    rows = [
        {
            "phone": f"+1415555{number:04}",
            "first_name": ("Łukasz", "=Ada", " 山田\n", "O'Brien")[number % 4],
            "company_name": f"Company {number}, Ltd" if number % 3 else "",
            "tags": json.dumps([f"list {number % 7}", "a;b"]),
            "opt_out": "yes" if number % 10 == 0 else "",
            "custom_variables.Plan": ("gold", "", '+"silver"')[number % 3],
            **dict.fromkeys(("verified", "created_at", "contact_id"), ""),  # as exports have, so that spaces count
        }
        for number in range(10_000)
    ]
    first = tmp_path / "first.csv"
    with first.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    source = "first.csv"
    for target in ("a.vcf", "b.jsonl", "c.csv"):
        database = ("--database", f"sqlite:///{target}.db")
        assert run("keys", "create", *database, cwd=tmp_path).returncode == 0
        done = run("import", source, *database, "--json", cwd=tmp_path)
        counts = json.loads(done.stdout)
        assert (counts["created"], counts["rejected"], counts["opted_out"]) == (10_000, 0, 1000), done.stderr
        assert run("export", target, *database, cwd=tmp_path).returncode == 0
        source = target
    last = (tmp_path / "c.csv").read_bytes().decode()
    for number, (given, row) in enumerate(zip(rows, csv.DictReader(StringIO(last, newline="")), strict=True)):
        assert (row["phone"], row["tags"]) == (given["phone"], given["tags"])
        assert row["first_name"] == (given["first_name"], "'=Ada")[number % 4 == 1]
        assert row["company_name"] == given["company_name"]
        assert row["opt_out"] == ("true" if given["opt_out"] else "false")
        assert row["custom_variables.Plan"] == ("gold", "", '\'+"silver"')[number % 3]
