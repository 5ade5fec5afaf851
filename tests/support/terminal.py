"""A command on a terminal, as a person uses it."""

import contextlib
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from support.process import PATIENCE, PROGRAM, environment

_escapes: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """A command whose three streams are one terminal.

    Attributes:
        process: the command.
        text: what it printed until now, without escape codes.
    """

    def __init__(self, process: "subprocess.Popen[bytes]", ours: int) -> None:
        self.process = process
        self._ours = ours
        self._bytes = b""

    @property
    def text(self) -> str:
        """What was printed until now."""
        return _escapes.sub("", self._bytes.decode("utf-8", "replace")).replace("\r\n", "\n")

    def expect(self, text: str) -> None:
        """Wait until a text is printed."""
        give_up = time.monotonic() + PATIENCE
        while text not in self.text:
            assert time.monotonic() < give_up, f"{text!r} did not come, only {self.text!r}"
            assert self._read() or text in self.text, self.text

    def type(self, text: str) -> None:
        """Type a text; the character 3 is Ctrl-C."""
        os.write(self._ours, text.encode())

    def end(self) -> int:
        """Wait until the command ends, and return its exit code."""
        while self._read():
            pass
        return self.process.wait(PATIENCE)

    def _read(self) -> bool:
        """Read what there is; return False at the end."""
        ready, _, _ = select.select([self._ours], [], [], PATIENCE)
        assert ready, f"nothing came after {self.text!r}"
        more = b""
        with contextlib.suppress(OSError):  # the end of a terminal is an error
            more = os.read(self._ours, 65536)
        self._bytes += more
        return bool(more)


@contextmanager
def terminal(*arguments: str, cwd: Path, **settings: str) -> Iterator[Terminal]:
    """Run `numberkeep` on a terminal of 100 columns until the block ends."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
    process = subprocess.Popen(
        [PROGRAM, *arguments],
        cwd=cwd,
        env=environment(TERM="xterm-256color", **settings),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - so that Ctrl-C is a signal
    )
    os.close(theirs)
    try:
        yield Terminal(process, ours)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
