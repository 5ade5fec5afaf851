"""`numberkeep record` as a process."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from support import leaks
from support.process import PATIENCE, PROGRAM, Output, environment


class Recording:
    """A `numberkeep record` that listens.

    Attributes:
        process: the process.
        url: its URL.
        said: what it printed on stderr until then.
    """

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        assert process.stderr
        self.said = ""
        while "export " not in self.said:
            line = process.stderr.readline()
            assert line, self.said
            self.said += line
        found = re.search(r"listens on (http://\S+)", self.said)
        assert found, self.said
        self.url = found[1]

    def interrupt(self) -> tuple[int, str]:
        """Press Ctrl-C, and return the exit code and what was printed on stderr since."""
        os.killpg(self.process.pid, signal.SIGINT)
        code = self.process.wait(PATIENCE)
        assert self.process.stderr
        return code, self.process.stderr.read()


@contextmanager
def recorder(cwd: Path, upstream: str, *arguments: str) -> Iterator[Recording]:
    """Run `numberkeep record` on a free port until the block ends; its output is searched for leaks."""
    kept = leaks.kept("record").with_suffix(".stderr")
    with kept.open("w") as stderr:
        process = subprocess.Popen(
            [PROGRAM, "record", "--upstream", upstream, "--port", "0", *arguments],
            cwd=cwd,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            text=True,
            start_new_session=True,
        )
    process.stderr = cast("IO[str]", Output(process, kept))
    with process:
        try:
            yield Recording(process)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
