"""`numberkeep ready` against the real process: what health checks and start scripts rely on."""

import subprocess
import threading
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from socketserver import TCPServer

from support.daemon import free_port
from support.process import PATIENCE, PROGRAM, environment, run, serving

NOT_STARTED = "Connection refused; start it with `numberkeep serve`, or name another with --url\n"


def test_a_service_that_works_is_ready(tmp_path: Path) -> None:
    """By its URL or by the settings of the service; no key is needed."""
    with serving(tmp_path) as service:
        port = service.url.rpartition(":")[2]
        for done in (
            run("ready", "--url", service.url, cwd=tmp_path),
            run("ready", cwd=tmp_path, NUMBERKEEP_PORT=port, NUMBERKEEP_HOST="0.0.0.0"),  # noqa: S104 - nothing listens
        ):
            assert (done.returncode, done.stdout, done.stderr) == (0, "", f"{service.url} is ready.\n")


def test_nothing_that_listens_is_not_ready(tmp_path: Path) -> None:
    """One line says how to start it, without the password of the URL."""
    port = free_port()
    done = run("ready", "--url", f"http://me:password@127.0.0.1:{port}", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr == f"Error: http://127.0.0.1:{port} is not ready: {NOT_STARTED}"


def test_a_service_without_its_database_is_not_ready(tmp_path: Path) -> None:
    """The reason is the service's own."""
    with serving(tmp_path) as service:
        (tmp_path / "numberkeep.db").rename(tmp_path / "moved.db")
        done = run("ready", "--url", service.url, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: {service.url} is not ready: ")
    assert "database" in done.stderr


def test_another_server_is_not_ready(tmp_path: Path) -> None:
    """What listens on the port may be another program."""
    with TCPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler) as other:
        threading.Thread(target=other.handle_request).start()
        done = run("ready", "--url", f"http://127.0.0.1:{other.server_address[1]}", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.endswith("it does not answer as a numberkeep service does; name another with --url\n")


def test_it_waits_for_a_service_that_starts(tmp_path: Path) -> None:
    """A script needs no loop of its own."""
    port = str(free_port())
    waiting = subprocess.Popen(
        [PROGRAM, "ready", "--wait", str(PATIENCE)], cwd=tmp_path, env=environment(NUMBERKEEP_PORT=port)
    )
    with waiting, serving(tmp_path, "--port", port):
        assert waiting.wait(PATIENCE) == 0


def test_the_wait_ends(tmp_path: Path) -> None:
    """With the last reason."""
    done = run("ready", "--wait", "0.3", cwd=tmp_path, NUMBERKEEP_PORT=str(free_port()))
    assert (done.returncode, done.stderr.endswith(NOT_STARTED)) == (1, True)
