"""`tools/step.py`: what the set-up of `make serve` shows."""

import io
import os
import pty
import re
import subprocess
import sys
import threading

from support.distributions import ROOT
from support.process import PATIENCE

STEP = str(ROOT / "tools" / "step.py")
SLOW = "import time; print('Collecting pydantic<3 (from x)', flush=True); time.sleep(0.7)"
FAILS = "import sys; print('what was tried'); print('why it failed', file=sys.stderr); sys.exit(7)"


def step(code: str) -> subprocess.CompletedProcess[str]:
    """Run a step that runs Python code; its output is no terminal."""
    command = [sys.executable, STEP, "Installing", sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)


def test_a_step_has_a_line_at_its_start_and_one_with_its_time() -> None:
    """The command's own output is left out."""
    done = step("print('noise')")
    assert done.returncode == 0
    assert re.fullmatch(r"Installing \.\.\.\nInstalling took \d+ s\.\n", done.stderr)
    assert done.stdout == ""


def test_a_failure_shows_the_output_and_has_the_exit_code() -> None:
    """Nothing that explains it is lost."""
    done = step(FAILS)
    assert done.returncode == 7
    assert "what was tried\n" in done.stderr
    assert "why it failed\n" in done.stderr
    assert re.search(r"\nInstalling failed with exit code 7 after \d+ s\.\n$", done.stderr)


def test_a_terminal_shows_what_is_being_done() -> None:
    """One line, which is rewritten."""
    ours, theirs = pty.openpty()
    shown = io.BytesIO()

    def read() -> None:
        try:
            while block := os.read(ours, 4096):
                shown.write(block)
        except OSError:  # the other end is closed
            pass

    reader = threading.Thread(target=read)
    reader.start()
    command = [sys.executable, STEP, "Installing", sys.executable, "-c", SLOW]
    done = subprocess.run(command, stderr=theirs, timeout=PATIENCE, check=False)
    os.close(theirs)
    reader.join(PATIENCE)
    os.close(ours)
    assert done.returncode == 0
    text = shown.getvalue().decode()
    assert re.search(r"\r\x1b\[KInstalling: \d+ s, Collecting pydantic<3", text), text
    assert re.search(r"\r\x1b\[KInstalling took \d+ s\.\r\n$", text), text
