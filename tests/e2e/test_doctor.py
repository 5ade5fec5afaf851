"""`numberkeep doctor` on real services and databases, and on a stand-in for services that are not well."""

import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import time
from typing import Any

import pytest

from numberkeep import __version__
from support.databases import NewDatabase, execute
from support.old_stores import STEPS, VERSIONS, make
from support.process import Serving, run, serving

PAIR = {"NUMBERKEEP_API_KEY": "our-key", "NUMBERKEEP_API_SECRET": "hush-secret"}
DATABASE = "sqlite:///numberkeep.db"
Checks = dict[str, list[tuple[str, str, str | None]]]


def variables(url: str, **others: str) -> dict[str, str]:
    """Return the variables that name a service."""
    return {
        "SENDBLUE_API_BASE_URL": url,
        "SENDBLUE_API_API_KEY": "our-key",
        "SENDBLUE_API_API_SECRET": "hush-secret",
        **others,
    }


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Serving]:
    """Run a service."""
    with serving(tmp_path, **PAIR) as service:
        yield service


def doctor(cwd: Path, *arguments: str, **settings: str) -> tuple[int, Checks]:
    """Return the exit code, and by name what each check found: state, message, fix."""
    done = run("doctor", *arguments, "--json", cwd=cwd, **settings)
    assert "hush-secret" not in done.stdout + done.stderr
    assert done.stderr == ""
    shown = json.loads(done.stdout)
    assert shown["state"] == {0: "ok", 1: "problem", 3: "warning"}[done.returncode]
    checks: Checks = {}
    for each in shown["checks"]:
        checks.setdefault(each["name"], []).append((each["state"], each["message"], each["fix"]))
    return done.returncode, checks


def test_a_new_set_up_is_fine(tmp_path: Path, running: Serving) -> None:
    """One line for each check, and exit code 0: on the service, on its database, and on both."""
    for arguments, settings, names in (
        ([], variables(running.url), "settings address ready clock keys sender region messages webhooks disk"),
        (["--database", DATABASE], {}, "settings permissions disk database keys region messages webhooks"),
        (
            ["--database", DATABASE],
            variables(running.url),
            "settings address ready clock keys sender region messages webhooks permissions disk database keys",
        ),
    ):
        done = run("doctor", *arguments, cwd=tmp_path, **settings)
        assert (done.returncode, done.stderr) == (0, f"Nothing is wrong ({len(names.split())} checks).\n"), done.stdout
        found = [re.fullmatch(r"ok       (\w+) +\S.*", line) for line in done.stdout.splitlines()]
        assert [match and match[1] for match in found] == names.split()


def test_without_variables(tmp_path: Path) -> None:
    """It names them, and the command that sets them."""
    code, checks = doctor(tmp_path)
    [(state, message, fix)] = checks["address"]
    assert (code, state) == (1, "problem")
    assert all(name in message for name in variables(""))
    assert fix == 'eval "$(numberkeep env)" creates a key and sets them'


def test_an_address_at_which_nothing_listens(tmp_path: Path) -> None:
    """One problem, whatever else is set."""
    code, checks = doctor(tmp_path, **variables("http://user:hush-secret@127.0.0.1:1"))
    [(state, message, fix)] = checks["address"]
    assert (code, state, fix) == (1, "problem", "is `numberkeep serve` running there?")
    assert message.startswith("cannot reach http://127.0.0.1:1 (")


@pytest.mark.parametrize(
    ("changed", "on_service", "on_database"),
    [
        ({"SENDBLUE_API_API_SECRET": "wrong"}, "refuses the key", "is not the secret of SENDBLUE_API_API_KEY"),
        ({"SENDBLUE_API_API_KEY": "nk_other"}, "refuses the key", "is not one of this database"),
    ],
    ids=["secret", "key"],
)
def test_a_wrong_key(
    tmp_path: Path, running: Serving, changed: Mapping[str, str], on_service: str, on_database: str
) -> None:
    """The service does not say why it refuses it; the database does."""
    code, checks = doctor(tmp_path, "--database", DATABASE, **{**variables(running.url), **changed})
    assert code == 1
    for (state, message, fix), expected in zip(checks["keys"], (on_service, on_database), strict=True):
        assert (state, expected in message, 'eval "$(numberkeep env)"' in str(fix)) == ("problem", True, True), message
    assert "region" in checks, "the database has it"


def test_a_revoked_key(tmp_path: Path, running: Serving) -> None:
    """Both refuse it, and without another key the account has none."""
    assert run("keys", "revoke", "our-key", cwd=tmp_path).returncode == 0
    running.stop()
    code, checks = doctor(tmp_path, "--database", DATABASE, **variables(running.url))
    assert (code, checks["address"][0][0]) == (1, "problem")
    assert checks["keys"][0][:2] == ("problem", "the key in SENDBLUE_API_API_KEY is revoked")
    code, checks = doctor(tmp_path, "--database", DATABASE)
    assert (code, checks["keys"][0][1]) == (1, "the account default has no key that is not revoked")


def test_misspelt_and_unusable_variables(tmp_path: Path, running: Serving) -> None:
    """Each once, with the nearest name; a value that cannot be used is a problem."""
    settings = variables(running.url, SENDBLUE_API_KEY="x", NUMBERKEEP_PROT="1", SENDBLUE_API_LOG="debug")
    code, checks = doctor(tmp_path, **settings)
    assert (code, checks["settings"]) == (
        3,
        [
            ("warning", "NUMBERKEEP_PROT is not a setting", "did you mean NUMBERKEEP_PORT?"),
            ("warning", "SENDBLUE_API_KEY is not read", "did you mean SENDBLUE_API_API_KEY?"),
        ],
    )
    code, checks = doctor(tmp_path, **variables(running.url, NUMBERKEEP_SENDER="twilio"))
    assert (code, checks["settings"][0][:2]) == (
        1,
        ("problem", "NUMBERKEEP_SENDER=twilio needs NUMBERKEEP_TWILIO_ACCOUNT_SID"),
    )
    code, checks = doctor(tmp_path, **variables(running.url, NUMBERKEEP_SENDER_URL="https://example.com"))
    assert (code, checks["settings"][0][:2]) == (
        3,
        ("warning", "NUMBERKEEP_SENDER=log does not use NUMBERKEEP_SENDER_URL"),
    )


def test_an_incomplete_sender(tmp_path: Path) -> None:
    """By the settings of the service, not those of this shell."""
    sender = {
        "NUMBERKEEP_SENDER": "sendblue",
        "NUMBERKEEP_SENDBLUE_API_KEY": "k",
        "NUMBERKEEP_SENDBLUE_API_SECRET": "hush-secret",
        "NUMBERKEEP_SENDER_URL": "http://127.0.0.1:1",
    }
    with serving(tmp_path, **PAIR, **sender) as service:
        code, checks = doctor(tmp_path, **variables(service.url))
        [(state, message, fix)] = checks["sender"]
    assert (code, state, fix) == (3, "warning", "set NUMBERKEEP_LINE")
    assert message.startswith("sendblue is incomplete")


def test_a_database_that_others_may_open(tmp_path: Path, running: Serving) -> None:
    """A warning with the command."""
    (tmp_path / "numberkeep.db").chmod(0o644)
    code, checks = doctor(tmp_path, "--database", DATABASE)
    assert (code, checks["permissions"]) == (
        3,
        [("warning", "other users may open numberkeep.db (mode 0644)", "run `chmod 600 numberkeep.db`")],
    )
    assert running.process.poll() is None


@pytest.mark.parametrize(("engine", "version"), [each for each in VERSIONS if each[1] == 2])
async def test_an_older_or_a_newer_schema(tmp_path: Path, new_database: NewDatabase, engine: str, version: int) -> None:
    """The older one is to be migrated; a newer one needs the newer program. Neither is changed."""
    url = new_database(engine)
    await make(url, engine, version)
    code, checks = doctor(tmp_path, "--database", url)
    [(state, message, fix)] = checks["database"]
    assert (code, state, fix) == (1, "problem", "run `numberkeep migrate`")
    assert f"at schema version {version}" in message
    assert await execute(url, "SELECT count(*) FROM schema_migrations") == [(version,)]
    assert run("migrate", "--database", url, cwd=tmp_path).returncode == 0
    assert "database" in doctor(tmp_path, "--database", url, "--account", "ours")[1]
    newer = len(STEPS[engine]) + 1
    await execute(url, f"INSERT INTO schema_migrations (version, checksum) VALUES ({newer}, 'x')")
    code, checks = doctor(tmp_path, "--database", url)
    [(state, message, fix)] = checks["database"]
    assert (code, state, "use the newer numberkeep" in str(fix)) == (1, "problem", True)
    assert f"at schema version {newer}" in message


def test_a_database_that_is_none(tmp_path: Path) -> None:
    """No file, another program's file, and an account that it does not have."""
    code, checks = doctor(tmp_path, "--database", "sqlite:///typo.db")
    assert (code, checks["database"][0][:2]) == (1, ("problem", "there is no database typo.db"))
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "other.db").write_text("text")
    assert doctor(tmp_path, "--database", "sqlite:///other.db")[1]["database"][0][0] == "problem"
    assert run("keys", "create", cwd=tmp_path).returncode == 0
    code, checks = doctor(tmp_path, "--database", DATABASE, "--account", "nobody")
    assert (code, checks["account"][0][:2]) == (1, ("problem", "there is no account nobody"))
    assert run("doctor", "--account", "x", cwd=tmp_path).returncode == 2


@contextmanager
def stand_in(answers: Mapping[str, tuple[int, Any]], *, ahead: float = 0) -> Iterator[str]:
    """Yield the URL of a service with these answers, whose clock is so many seconds ahead."""
    known: dict[str, tuple[int, Any]] = {
        "/openapi.json": (200, {"info": {"title": "numberkeep"}}),
        "/": (200, {"name": "numberkeep", "version": __version__}),
        "/health/live": (200, {"status": "OK"}),
        "/health/ready": (200, {"outbox": None, "status": "OK"}),
        "/api/v2/contacts/count": (200, {"count": 0}),
        **answers,
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = known.get(self.path, (404, {"status": "ERROR", "message": "no such path"}))
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def date_time_string(self, timestamp: float | None = None) -> str:
            del timestamp
            return formatdate(time() + ahead, usegmt=True)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()


@pytest.mark.parametrize(
    ("ahead", "state", "words"),
    [
        (2, "ok", "agree"),
        (-60, "warning", "s behind this machine's"),
        (3600, "problem", "s ahead of this machine's, so signed"),
    ],
)
def test_the_clocks(tmp_path: Path, ahead: float, state: str, words: str) -> None:
    """By the header `Date`, which counts seconds; the time zone of this machine does not matter."""
    with stand_in({}, ahead=ahead) as url:
        _, checks = doctor(tmp_path, **variables(url, TZ="Asia/Tokyo"))
    [(found, message, _)] = checks["clock"]
    assert (found, words in message) == (state, True), message


def test_a_service_of_another_version(tmp_path: Path) -> None:
    """It says which is which, and checks what an older one can answer."""
    with stand_in({"/": (200, {"version": "0.0.1"})}) as url:
        code, checks = doctor(tmp_path, **variables(url))
    assert (code, checks["version"][0][1]) == (3, f"this command is {__version__}, the service is 0.0.1")
    assert (checks["keys"][0][0], checks["service"][0][2]) == ("ok", "upgrade it")
    with stand_in({"/_numberkeep/doctor": (200, {"some": "form"})}) as url:
        code, checks = doctor(tmp_path, **variables(url))
    assert (code, checks["service"][0][0]) == (3, "warning")


def test_a_service_that_is_not_ready(tmp_path: Path) -> None:
    """With its own words; a key that cannot be checked then is a problem too."""
    unavailable = (503, {"status": "ERROR", "message": "The database cannot be reached."})
    with stand_in({"/health/ready": unavailable, "/_numberkeep/doctor": unavailable}) as url:
        code, checks = doctor(tmp_path, **variables(url))
    assert code == 1
    assert checks["ready"][0][:2] == ("problem", "it is not ready, The database cannot be reached")
    assert checks["keys"][0][0] == "problem"


def test_nodes_that_do_not_answer(tmp_path: Path) -> None:
    """The service works, so it is a warning."""
    with stand_in({"/health/ready": (200, {"outbox": None, "unreachable_nodes": 1})}) as url:
        _, checks = doctor(tmp_path, **variables(url))
    assert checks["ready"][0][0] == "warning"
