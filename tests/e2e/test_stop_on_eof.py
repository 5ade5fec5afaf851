"""`numberkeep serve --stop-on-eof`: the service stops with the program that started it."""

import signal
import subprocess
from pathlib import Path

import httpx2
import pytest

from support.process import PATIENCE, PROGRAM, environment

SERVE = [str(PROGRAM), "serve", "--stop-on-eof", "--port", "0"]
LIVE = "/health/live"


def serve(cwd: Path, standard_input: int) -> "subprocess.Popen[str]":
    """Start it in a session of its own; only the test has the other end of its pipes."""
    return subprocess.Popen(
        SERVE,
        cwd=cwd,
        env=environment(),
        stdin=standard_input,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )


def test_it_stops_when_its_input_ends(tmp_path: Path) -> None:
    """As at SIGTERM: with exit code 0, and no side files of the database. What it reads is ignored."""
    with serve(tmp_path, subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdin
        url = process.stdout.readline().split()[1].partition("=")[2]
        process.stdin.write("anything\n")
        process.stdin.flush()
        assert httpx2.get(url + LIVE, timeout=PATIENCE).status_code == 200
        process.stdin.close()
        assert process.wait(PATIENCE) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["numberkeep.db"]
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(url + LIVE, timeout=PATIENCE)


def test_input_that_has_ended_stops_it_at_once(tmp_path: Path) -> None:
    """A program that is gone before the service runs leaves none behind."""
    with serve(tmp_path, subprocess.DEVNULL) as process:
        assert process.wait(PATIENCE) in {0, -signal.SIGTERM}
