"""Where the process starts. Imports little, so that Ctrl-C ends it with 130 from the first moment on."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_INTERRUPTED = 130
"""`ExitCode.INTERRUPTED`, which only the command line's own modules define."""


def main() -> None:
    """Run the command line."""
    # It stays ignored where it was ignored at the start: a shell does that for background jobs.
    handled = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if handled:
        signal.signal(signal.SIGINT, _end)
    from numberkeep.cli.main import cli  # noqa: PLC0415 - interrupts are handled now

    try:
        cli(prog_name="numberkeep")
    finally:
        if handled:
            signal.signal(signal.SIGINT, _end)


def raise_interrupts() -> None:
    """Raise KeyboardInterrupt at Ctrl-C from now on, so that a command can clean up."""
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def importing() -> Iterator[None]:
    """End the process at Ctrl-C while modules are imported.

    Python runs callbacks of its own then. An exception that is raised in one is printed and lost, and the command would
    go on.
    """
    is_main = threading.current_thread() is threading.main_thread()  # no other may set handlers
    raising = is_main and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if raising:
        signal.signal(signal.SIGINT, _end)
    try:
        yield
    finally:
        if raising:
            signal.signal(signal.SIGINT, signal.default_int_handler)


def _end(_signal: int, _frame: FrameType | None) -> None:
    os._exit(_INTERRUPTED)
