"""Stopping with the program that started the service, even if that program is killed."""

import os
import signal
import threading
from contextlib import suppress
from typing import Final

_STANDARD_INPUT: Final = 0
_READ_BYTES: Final = 4096


def stop_at_end_of_input() -> None:
    """Stop this process as SIGTERM does once its standard input ends: the pipe of a program that has ended closes."""
    threading.Thread(target=_stop, daemon=True).start()


def _stop() -> None:
    with suppress(OSError):
        while os.read(_STANDARD_INPUT, _READ_BYTES):
            pass
    os.kill(os.getpid(), signal.SIGTERM)
