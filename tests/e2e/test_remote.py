"""Commands that speak to a service: what they say where there is none, and of what they cannot send."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from support.process import run

REPLY = ["simulate", "reply", "+14155550001", "hi"]
NAMES = ("SENDBLUE_API_BASE_URL", "SENDBLUE_API_API_KEY", "SENDBLUE_API_API_SECRET")


class Stranger(BaseHTTPRequestHandler):
    """Another program's server."""

    status, kind, body = 200, "text/html", b"<p>Welcome</p>"

    def do_GET(self) -> None:
        """Answer as it answers everything."""
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(self.status)
        self.send_header("content-type", self.kind)
        self.send_header("content-length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def do_POST(self) -> None:
        """The same."""
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing of requests."""


@pytest.fixture(
    params=[
        (200, "text/html", b"<p>Welcome</p>"),
        (200, "application/json", b"{}"),
        (200, "application/json", b'{"message": "Welcome"}'),
        (200, "application/json", b"[]"),
        (200, "text/plain", b""),
        (404, "text/html", b"<p>Not here</p>"),
        (301, "text/html", b""),
    ],
    ids=lambda answer: f"{answer[0]} {answer[2].decode()}",
)
def stranger(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where another program's server listens."""
    status, kind, body = request.param
    handler = type("Answering", (Stranger,), {"status": status, "kind": kind, "body": body})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("command", [["listen"], REPLY, [*REPLY, "--json"]], ids=["listen", "reply", "reply --json"])
def test_what_does_not_answer_as_numberkeep_does_is_told(tmp_path: Path, stranger: str, command: list[str]) -> None:
    """The command ends, prints nothing of it, and names the URL and the variable to set; who logs in is not shown."""
    url = stranger.replace("//", "//ada:hunter2@")
    done = run(*command, cwd=tmp_path, **dict(zip(NAMES, (url, "key", "secret"), strict=True)))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), done.stderr
    assert f"{stranger}/" in done.stderr
    assert "does not answer as a numberkeep service does" in done.stderr
    assert "SENDBLUE_API_BASE_URL" in done.stderr
    assert "hunter2" not in done.stderr


@pytest.mark.parametrize("command", [["listen"], REPLY], ids=["listen", "reply"])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", ["http://b\u00e4d", "http://two\nlines", "http://\udcff"], ids=ascii)
def test_what_cannot_be_sent_is_told_by_its_variable(tmp_path: Path, command: list[str], name: str, value: str) -> None:
    """A header holds printable ASCII alone, and so does a URL: 2, and a line that names the variable, not its value."""
    variables = dict.fromkeys(NAMES, "http://127.0.0.1:1") | {name: value}
    done = run(*command, cwd=tmp_path, **variables)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    assert done.stderr.startswith(f"numberkeep: {name} must be ")
    assert value not in done.stderr
