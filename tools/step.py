"""Run one step of a set-up: `python step.py LABEL COMMAND...` shows what it does and how long it takes.

On a terminal, one line follows the command's output. Elsewhere the label is printed at the start and the time at the
end. The output itself is printed only if the command fails; the exit code is the command's.
"""

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from typing import IO, Final

_FRAME_SECONDS: Final = 0.2
_ERASE: Final = "\r\x1b[K"


class _Output:
    """What a command prints: all of it for a failure, and the start of the last line as progress."""

    def __init__(self, stream: IO[str]) -> None:
        self.lines: list[str] = []
        self._reader = threading.Thread(target=lambda: self.lines.extend(stream), daemon=True)
        self._reader.start()

    @property
    def progress(self) -> str:
        """Return the first two words of the last line that is not indented, such as `Collecting pydantic`."""
        words = next((line.split() for line in reversed(self.lines) if line[:1].isalpha()), [])
        return " ".join(word.rpartition("/")[2] for word in words[:2])

    def read(self) -> str:
        """Wait until the command has closed its output, and return all of it."""
        self._reader.join()
        return "".join(self.lines)


def run(label: str, command: Sequence[str], screen: IO[str]) -> int:
    """Run a command to its end, show its progress on `screen`, and return its exit code."""
    began, on_terminal = time.monotonic(), screen.isatty()
    if not on_terminal:
        print(f"{label} ...", file=screen, flush=True)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, bufsize=1) as process:
        assert process.stdout
        output = _Output(process.stdout)
        while (code := _wait(process)) is None:
            if on_terminal:
                line = f"{label}: {time.monotonic() - began:.0f} s, {output.progress}"
                screen.write(_ERASE + line[: shutil.get_terminal_size().columns - 1])
                screen.flush()
        printed = output.read()
    if code:
        screen.write((_ERASE if on_terminal else "") + printed)
    result = f"failed with exit code {code} after" if code else "took"
    print(f"{_ERASE if on_terminal else ''}{label} {result} {time.monotonic() - began:.0f} s.", file=screen, flush=True)
    return code


def _wait(process: "subprocess.Popen[str]") -> int | None:
    try:
        return process.wait(_FRAME_SECONDS)
    except subprocess.TimeoutExpired:
        return None


if __name__ == "__main__":
    try:
        sys.exit(run(sys.argv[1], sys.argv[2:], sys.stderr))
    except KeyboardInterrupt:
        sys.exit(130)
