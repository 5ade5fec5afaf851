"""`numberkeep serve` as a process: how it starts, what it reports, how it ends."""

import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
from pathlib import Path

import httpx2
import pytest

from numberkeep import __version__
from support.old_stores import STEPS
from support.process import PATIENCE, environment, run, serving

CONTACTS = "/api/v2/contacts"
BODY = b'{"number": "+14155552671"}'


def test_a_first_start_creates_a_key_pair_and_shows_it_once(tmp_path: Path) -> None:
    """On an empty database a random pair is printed as a working export line; later starts print none."""
    with serving(tmp_path) as first:
        exported = first.read_export()
        assert set(exported) == {"SENDBLUE_API_BASE_URL", "SENDBLUE_API_API_KEY", "SENDBLUE_API_API_SECRET"}
        assert exported["SENDBLUE_API_BASE_URL"] == first.url
        headers = first.headers
        assert httpx2.post(first.url + CONTACTS, headers=headers, content=BODY, timeout=PATIENCE).status_code == 200
        assert first.stop() == 0
    assert list(tmp_path.iterdir()) == [tmp_path / "numberkeep.db"], "a clean end leaves no side files"
    with serving(tmp_path) as second:
        assert httpx2.get(f"{second.url}{CONTACTS}/count", headers=headers, timeout=PATIENCE).json() == {"count": 1}
        assert second.stop() == 0
        assert second.process.stdout
        assert second.process.stdout.read() == ""


def test_a_first_start_takes_the_pair_of_the_environment(tmp_path: Path) -> None:
    """NUMBERKEEP_API_KEY and NUMBERKEEP_API_SECRET are the first pair if they are set, in memory too."""
    for database in ("sqlite:///a.db", "sqlite://:memory:"):
        settings = {"NUMBERKEEP_API_KEY": "my-key", "NUMBERKEEP_API_SECRET": "my-secret"}
        with serving(tmp_path, "--database", database, **settings) as running:
            headers = {"sb-api-key-id": "my-key", "sb-api-secret-key": "my-secret"}
            assert httpx2.get(f"{running.url}{CONTACTS}/count", headers=headers, timeout=PATIENCE).json() == {
                "count": 0
            }


def test_a_given_secret_is_not_printed_and_the_export_line_still_works(tmp_path: Path) -> None:
    """What is printed ends up in logs, so the line refers to the variables, and works where they are set."""
    settings = {"NUMBERKEEP_API_KEY": "my-key", "NUMBERKEEP_API_SECRET": "a b$HOME'; touch ran; '"}
    with serving(tmp_path, **settings) as running:
        assert running.process.stdout
        line = running.process.stdout.readline()
    assert "my-key" not in line
    assert "touch" not in line
    said = subprocess.run(
        ["bash", "-c", f'{line}printf %s "$SENDBLUE_API_API_SECRET"'],  # noqa: S607
        cwd=tmp_path,
        env=environment(**settings),
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == settings["NUMBERKEEP_API_SECRET"]
    assert not (tmp_path / "ran").exists()


def test_a_key_pair_that_is_not_in_the_database_is_warned_about(tmp_path: Path) -> None:
    """Changing the pair of a database that already has keys is reported at the start, not by 401s later."""
    settings = {"NUMBERKEEP_API_KEY": "my-key", "NUMBERKEEP_API_SECRET": "one"}
    with serving(tmp_path, **settings) as first:
        first.stop()
    for secret, warned in (("one", False), ("two", True)):
        with serving(tmp_path, **{**settings, "NUMBERKEEP_API_SECRET": secret}) as again:
            again.stop()
            assert again.process.stderr
            assert ("Warning" in again.process.stderr.read()) is warned


def test_a_database_that_others_may_open_is_warned_about(tmp_path: Path) -> None:
    """Every start says so, until its mode is 0600."""
    with serving(tmp_path) as first:
        first.stop()
    for mode, warned in ((0o600, False), (0o640, True), (0o604, True)):
        (tmp_path / "numberkeep.db").chmod(mode)
        with serving(tmp_path) as again:
            again.stop()
            assert again.process.stderr
            said = again.process.stderr.read()
        assert ("run `chmod 600 numberkeep.db`" in said, "(mode 0640)" in said) == (warned, mode == 0o640), said


def test_settings_of_a_sender_that_is_not_chosen_are_warned_about(tmp_path: Path) -> None:
    """One line at the start; no line if all settings are used."""
    for settings, warned in (
        ({"NUMBERKEEP_SENDER_URL": "http://127.0.0.1:1/"}, "does not use NUMBERKEEP_SENDER_URL; choose webhook"),
        ({"NUMBERKEEP_SENDER_URL": "http://127.0.0.1:1/", "NUMBERKEEP_SENDER": "webhook"}, ""),
        ({"NUMBERKEEP_TWILIO_AUTH_TOKEN": "twilio-token"}, ""),
    ):
        with serving(tmp_path, **settings) as running:
            running.stop()
            assert running.process.stderr
            lines = running.process.stderr.read().splitlines()
        told = [line for line in lines if line.startswith("Warning: ")]
        assert (len(told), warned in "".join(told)) == (int(bool(warned)), True), told


def test_the_environment_configures_and_flags_win(tmp_path: Path) -> None:
    """Every flag has a NUMBERKEEP_* variable, which it overrides."""
    settings = {"NUMBERKEEP_DATABASE": "sqlite:///from-env.db", "NUMBERKEEP_HOST": "localhost", "NUMBERKEEP_PORT": "1"}
    with serving(tmp_path, **settings) as running:
        assert running.url.startswith("http://localhost:")
        assert (tmp_path / "from-env.db").exists()


def test_nothing_is_written_for_a_store_in_memory(tmp_path: Path) -> None:
    """`sqlite://:memory:` leaves no file."""
    with serving(tmp_path, "--database", "sqlite://:memory:") as running:
        running.read_export()
        with running.wire() as wire:
            assert wire.post(CONTACTS, content=BODY).status_code == 200
            assert len(wire.get(CONTACTS).json()) == 1
        assert running.stop() == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_request_in_flight_finishes(tmp_path: Path, how: signal.Signals) -> None:
    """After SIGTERM or Ctrl-C new connections are refused, and requests in flight are finished and on disk."""
    with serving(tmp_path) as running:
        running.read_export()
        with running.wire() as idle, contextlib.closing(running.connect()) as connection:
            idle.get("/health/live")
            lines = [f"POST {CONTACTS} HTTP/1.1", "host: x", f"content-length: {len(BODY)}"]
            lines += [f"{name}: {value}" for name, value in running.headers.items()]
            connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + BODY[:5])
            # Only when the service answers a later request has it accepted this one.
            idle.get("/health/live")
            os.killpg(running.process.pid, how)
            wait_until_refused(running.url)
            connection.sendall(BODY[5:])
            assert connection.recv(4096).startswith(b"HTTP/1.1 200 ")
        assert running.process.wait(PATIENCE) == 0
    with contextlib.closing(sqlite3.connect(tmp_path / "numberkeep.db")) as database:
        assert database.execute("SELECT phone FROM contacts").fetchall() == [("+14155552671",)]


def wait_until_refused(url: str) -> None:
    """Wait until the service refuses new connections."""
    target = httpx2.URL(url)
    with contextlib.suppress(ConnectionRefusedError, ConnectionResetError):
        while True:
            socket.create_connection((target.host, target.port or 80), timeout=PATIENCE).close()


def test_a_worker_ends_with_a_killed_supervisor(tmp_path: Path) -> None:
    """After kill -9 of the program its port is free again and the database is intact."""
    with serving(tmp_path) as running:
        running.read_export()
        with running.wire() as wire:
            wire.post(CONTACTS, content=BODY)
        running.process.kill()
        running.process.wait(PATIENCE)
        wait_until_refused(running.url)
    with serving(tmp_path) as again:
        assert httpx2.get(f"{again.url}{CONTACTS}/count", headers=running.headers, timeout=PATIENCE).json() == {
            "count": 1
        }


def test_a_service_whose_worker_ended_reports_it(tmp_path: Path) -> None:
    """If the process that serves is killed, the program ends with 1 and a line that says so."""
    with serving(tmp_path) as running:
        os.kill(running.worker, signal.SIGKILL)
        assert running.process.wait(PATIENCE) == 1
        assert running.process.stderr
        assert "a worker process ended unexpectedly" in running.process.stderr.read()


def test_health_needs_no_key(tmp_path: Path) -> None:
    """It reports liveness, readiness and the number of pending deliveries."""
    with serving(tmp_path) as running:
        assert httpx2.get(f"{running.url}/health/live", timeout=PATIENCE).json() == {"status": "OK"}
        nothing = {"waiting": 0, "oldest_seconds": 0.0, "dead": 0}
        assert httpx2.get(f"{running.url}/health/ready", timeout=PATIENCE).json() == {"outbox": nothing, "status": "OK"}


def test_a_port_in_use_is_an_error(tmp_path: Path) -> None:
    """It is refused before anything is created."""
    with contextlib.closing(socket.socket()) as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        done = run("serve", "--port", str(other.getsockname()[1]), cwd=tmp_path)
    assert done.returncode == 1
    assert "Address already in use; choose another with --port" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_second_service_does_not_share_the_port(tmp_path: Path) -> None:
    """Two services on one port would each get half of the requests; the second is refused."""
    with serving(tmp_path) as running:
        port = str(httpx2.URL(running.url).port)
        assert run("serve", "--port", port, "--database", "sqlite:///b.db", cwd=tmp_path).returncode == 1


def make_newer(path: Path) -> None:
    """Create a database that a later version has migrated further."""
    run("keys", "create", "--database", f"sqlite:///{path}", cwd=path.parent)
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("INSERT INTO schema_migrations VALUES (999, 'later')")


def make_foreign(path: Path) -> None:
    """Create another program's database."""
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE notes (text)")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (make_newer, "use the newer numberkeep"),
        (make_foreign, "another program's database"),
        (lambda path: path.write_text("no database, this"), "not a database"),
        (lambda path: path.mkdir(), "cannot open the database"),
    ],
)
def test_a_database_that_cannot_be_used_is_an_error(tmp_path: Path, make: object, said: str) -> None:
    """One line that names the cause, exit code 1, and the file is unchanged."""
    path = tmp_path / "x.db"
    assert callable(make)
    make(path)
    before = path.read_bytes() if path.is_file() else None
    done = run("serve", "--database", f"sqlite:///{path}", "--port", "0", cwd=tmp_path)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert (path.read_bytes() if path.is_file() else None) == before


@pytest.mark.parametrize(
    ("arguments", "settings", "said"),
    [
        (["--database", "mysql://x"], {}, "sqlite:///numberkeep.db"),
        (["--workers", "2"], {}, "one writing process"),
        (["--port", "http"], {}, "--port"),
        ([], {"NUMBERKEEP_PORT": "http"}, "NUMBERKEEP_PORT"),
        ([], {"NUMBERKEEP_API_KEY": "x"}, "NUMBERKEEP_API_SECRET"),
        ([], {"NUMBERKEEP_UNKNOWN_FIELDS": "drop"}, "refuse or ignore"),
        ([], {"NUMBERKEEP_LOG": "loud"}, "warning, info or debug"),
        ([], {"NUMBERKEEP_SENDER": "pigeon"}, "log, webhook, sendblue or twilio"),
        ([], {"NUMBERKEEP_SENDER": "webhook"}, "NUMBERKEEP_SENDER_URL"),
        ([], {"NUMBERKEEP_SENDER": "webhook", "NUMBERKEEP_SENDER_URL": "ftp://x"}, "http:// or https://"),
        ([], {"NUMBERKEEP_PUBLIC_URL": "example.com"}, "http:// or https://"),
        ([], {"NUMBERKEEP_ALLOWED_NETWORKS": "everywhere"}, "127.0.0.0/8"),
        ([], {"NUMBERKEEP_LEASE_SECONDS": "1"}, "from 3"),
        (["--host", "256.0.0.1"], {}, "--host"),
        (["--database", f"sqlite:///{'x' * 300}.db"], {}, "cannot open the database"),
        ([], {"NUMBERKEEP_DATABASE": "sqlite:///\udcff.db"}, "NUMBERKEEP_DATABASE'): is not valid UTF-8"),
        ([], {"NUMBERKEEP_HOST": "\udcff"}, "NUMBERKEEP_HOST'): is not valid UTF-8"),
    ],
)
def test_a_setting_that_cannot_be_used_is_an_error(
    tmp_path: Path, arguments: list[str], settings: dict[str, str], said: str
) -> None:
    """The error names the setting and the fix, and nothing is created."""
    done = run("serve", *arguments, cwd=tmp_path, **{"NUMBERKEEP_PORT": "0", **settings})
    assert done.returncode in {1, 2}
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("level", ["info", "warning"])
def test_the_log_level_info_shows_what_the_service_does(tmp_path: Path, level: str) -> None:
    """Its start, schema changes and end; no level logs the secret."""
    with serving(tmp_path, NUMBERKEEP_LOG=level) as running:
        secret = running.read_export()["SENDBLUE_API_API_SECRET"]
        assert running.stop() == 0
        assert running.process.stderr
        said = running.said + running.process.stderr.read()
    logged = [
        line.split(" ", 4)[2:]
        for line in said.splitlines()
        if " numberkeep." in line and " numberkeep.access " not in line
    ]
    url = running.url
    told = [
        ["INFO", "numberkeep.serving", f"starting numberkeep {__version__} on {url}: SQLite, 1 worker, no sender"],
        ["INFO", "numberkeep.store", f"updated the schema from version 0 to {len(STEPS['sqlite'])}"],
        ["INFO", "numberkeep.serving", "created the account `default` with its first key"],
        ["INFO", "numberkeep.serving", "stopped"],
    ]
    assert logged == (told if level == "info" else [])
    assert ("INFO numberkeep.access GET health.live: 200 in " in said) is (level == "info")
    assert secret not in said
