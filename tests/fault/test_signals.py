"""Signals that come early, or more than once."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from support.held_sockets import Sockets, live_seconds, request
from support.process import PATIENCE, serving, starting

CONTACTS = "/api/v2/contacts"
BODY = b'{"number": "+14155552671"}'

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the worker is found in /proc")


def test_repeated_signals_end_the_service_once(tmp_path: Path) -> None:
    """Ctrl-C pressed twice, and a supervisor that signals the whole group: the request in flight is finished."""
    with serving(tmp_path) as running, Sockets(running) as sockets:
        running.read_export()
        head = request(f"POST {CONTACTS} HTTP/1.1", running.headers, f"content-length: {len(BODY)}")
        [writing] = sockets.open(1, head + BODY[:5])
        live_seconds(running)
        for how in (signal.SIGINT, signal.SIGINT, signal.SIGTERM, signal.SIGTERM):
            os.killpg(running.process.pid, how)
            time.sleep(0.05)
        began = time.monotonic()
        writing.sendall(BODY[5:])
        assert writing.recv(4096).startswith(b"HTTP/1.1 200 ")
        assert running.process.wait(PATIENCE) == 0
        assert time.monotonic() - began < 5


def test_a_signal_before_the_worker_has_handlers_is_not_lost(tmp_path: Path, rounds: int) -> None:
    """SIGTERM at any moment after the worker's process exists ends the service, and not after the grace period."""
    for round_ in range(rounds // 4):
        with starting(tmp_path) as process:
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
            while not children.read_text():
                time.sleep(0.001)
            time.sleep(0.05 * round_ / rounds)
            process.send_signal(signal.SIGTERM)
            began = time.monotonic()
            assert process.wait(PATIENCE) == 0
            assert time.monotonic() - began < 5
