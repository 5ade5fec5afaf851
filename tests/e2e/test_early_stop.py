"""A service that is stopped while it starts."""

import signal
import subprocess
import time
from pathlib import Path

import pytest

from support.process import PATIENCE, PROGRAM, environment


def worker_of(process: "subprocess.Popen[bytes]") -> bool:
    """Return whether the supervisor has forked its worker. Linux only."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return bool(children.read_text())


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_still_starts_ends_with_the_service(tmp_path: Path, how: signal.Signals) -> None:
    """A signal that comes before Granian's handler is not lost: the service does not wait to kill its worker."""
    with subprocess.Popen(
        [PROGRAM, "serve", "--port", "0"],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        give_up = time.monotonic() + PATIENCE
        while not worker_of(process):
            assert time.monotonic() < give_up
        process.send_signal(how)
        began = time.monotonic()
        _, said = process.communicate(timeout=2 * PATIENCE)
    assert time.monotonic() - began < PATIENCE / 2
    assert (process.returncode, b"Traceback" in said) == (0, False)
