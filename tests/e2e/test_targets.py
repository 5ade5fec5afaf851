"""The target of a command: database, service, or for `consent` and `contacts` either. No other server gets the key."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest

from support.process import PATIENCE, Serving, run, serving

PHONE = "+14155552671"
PAIR = {"NUMBERKEEP_API_KEY": "our-key", "NUMBERKEEP_API_SECRET": "our-secret"}
NAMES = ("SENDBLUE_API_BASE_URL", "SENDBLUE_API_API_KEY", "SENDBLUE_API_API_SECRET")
CALLING = [["listen"], ["simulate", "reply", PHONE, "hi"], ["consent", "show", PHONE], ["consent", "verify"]]
CALLING += [["contacts", "list"], ["contacts", "rm", PHONE, "--yes"]]
EITHER = [["consent", "show", PHONE], ["consent", "verify"], ["contacts", "count"], ["contacts", "set", PHONE]]


def service_variables(url: str, secret: str = PAIR["NUMBERKEEP_API_SECRET"]) -> dict[str, str]:
    """Return the variables that name a service."""
    return dict(zip(NAMES, (url, "our-key", secret), strict=True))


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Serving]:
    """Run a service with one number, which has opted out."""
    with serving(tmp_path, **PAIR) as service:
        headers = {"sb-api-key-id": "our-key", "sb-api-secret-key": "our-secret"}
        body = {"from": PHONE, "content": "STOP"}
        assert (
            httpx2.post(f"{service.url}/_numberkeep/inbound", json=body, headers=headers, timeout=PATIENCE).status_code
            == 200
        )
        yield service


def consent(cwd: Path, *arguments: str, **settings: str) -> tuple[int, Any, str]:
    """Return the exit code of `consent ... --json`, what it prints, and its stderr."""
    done = run("consent", *arguments, "--json", cwd=cwd, **settings)
    return done.returncode, json.loads(done.stdout), done.stderr


def test_consent_calls_the_service(tmp_path: Path, running: Serving) -> None:
    """NUMBERKEEP_DATABASE is ignored: the result is the same if it names no database."""
    settings = service_variables(running.url) | {"NUMBERKEEP_DATABASE": "sqlite:///typo.db"}
    code, entries, stderr_text = consent(tmp_path, "show", PHONE, **settings)
    assert (code, stderr_text) == (0, "")
    assert [(entry["entry"], entry["number"], entry["opted_out"], entry["wording"]) for entry in entries] == [
        (1, PHONE, True, "STOP")
    ]
    assert consent(tmp_path, "verify", **settings) == (0, {"entries": 1, "faults": []}, "")
    assert entries == consent(tmp_path, "show", PHONE, "--database", "sqlite:///numberkeep.db")[1]


def test_a_socks_proxy_without_its_library_is_an_error(tmp_path: Path, running: Serving) -> None:
    """One line with the fix; a proxy that NO_PROXY excludes needs no library."""
    settings = service_variables(running.url) | {"ALL_PROXY": "socks5://ada:hush@127.0.0.1:9", "NO_PROXY": ""}
    for command in CALLING:
        done = run(*command, cwd=tmp_path, **settings)
        assert (done.returncode, done.stdout) == (1, ""), done.stderr
        assert done.stderr == (
            "Error: the proxy socks5://127.0.0.1:9 needs SOCKS support: run pip install 'httpx2[socks]', or add "
            "127.0.0.1 to NO_PROXY to connect without the proxy\n"
        )
    assert consent(tmp_path, "verify", **settings | {"NO_PROXY": "127.0.0.1"})[0] == 0


def test_consent_reads_the_database_on_the_command_line(tmp_path: Path, running: Serving) -> None:
    """Even if variables name a service; stderr says so."""
    settings = service_variables(running.url)
    assert run("keys", "create", "--database", "sqlite:///other.db", cwd=tmp_path).returncode == 0
    code, entries, stderr_text = consent(tmp_path, "show", PHONE, "--database", "sqlite:///other.db", **settings)
    assert (code, entries, stderr_text) == (0, [], "Read from the account default in sqlite:///other.db.\n")


@pytest.mark.parametrize("command", EITHER, ids=" ".join)
def test_without_a_target_both_are_named(tmp_path: Path, command: list[str]) -> None:
    """One line, exit 2; NUMBERKEEP_DATABASE is not a target here."""
    done = run(*command, cwd=tmp_path, NUMBERKEEP_DATABASE="sqlite:///numberkeep.db")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert all(name in done.stderr for name in (*NAMES, "--database"))
    done = run(*command, cwd=tmp_path, SENDBLUE_API_BASE_URL="http://127.0.0.1:1")
    assert (done.returncode, done.stderr.startswith(f"Error: set {NAMES[1]}, {NAMES[2]}:")) == (2, True)
    done = run(*command, "--account", "default", cwd=tmp_path, **service_variables("http://127.0.0.1:1"))
    assert (done.returncode, "--account needs --database" in done.stderr) == (2, True)


@contextmanager
def stranger(status: int, body: bytes) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield the URL of another program's server, and its requests, each with its headers as text."""
    requests: list[tuple[str, str]] = []

    class Stranger(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requests.append((self.requestline, str(self.headers)))
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - the server's name

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Stranger) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", requests
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (200, b"<p>Welcome</p>", "answers /openapi.json with status 200"),
        (200, b"{}", "answers /openapi.json with status 200"),
        (200, b'{"info": []}', "answers /openapi.json with status 200"),
        (200, b'{"info": {"title": 5}}', "answers /openapi.json with status 200"),
        (200, b'{"info": {"title": "Contacts\\n"}}', "is 'Contacts\\n'"),
        (200, b"[]", "answers /openapi.json with status 200"),
        (200, b"\xff", "answers /openapi.json with status 200"),
        (301, b"", "answers /openapi.json with status 301"),
        (401, b'{"message": "no key"}', "answers /openapi.json with status 401"),
        (404, b'{"info": {"title": "numberkeep"}}', "answers /openapi.json with status 404"),
        (503, b"", "answers /openapi.json with status 503"),
    ],
)
def test_another_program_s_server_gets_no_key(tmp_path: Path, status: int, body: bytes, reason: str) -> None:
    """It gets one request without the key; one line describes it, names the variable, and shows no login."""
    with stranger(status, body) as (url, requests):
        for command in CALLING:
            done = run(*command, cwd=tmp_path, **service_variables(url.replace("//", "//ada:hunter2@")))
            assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), done.stderr
            assert done.stderr.startswith(f"Error: {url} is not a numberkeep service (it {reason})")
            assert "set SENDBLUE_API_BASE_URL" in done.stderr
            assert "hunter2" not in done.stderr
    assert [line for line, _ in requests] == ["GET /openapi.json HTTP/1.1"] * len(CALLING)
    for _, headers in requests:
        assert "our-key" not in headers
        assert "our-secret" not in headers


def test_a_wrong_key_ends_every_call_with_4(tmp_path: Path, running: Serving) -> None:
    """With the service's message in one line."""
    for command in CALLING:
        done = run(*command, cwd=tmp_path, **service_variables(running.url, "wrong"))
        assert (done.returncode, done.stdout, done.stderr) == (4, "", "Error: Invalid Credentials\n"), command
