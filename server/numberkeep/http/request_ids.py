"""What requests are called, in the log and in their answers."""

import os
import re
from itertools import count
from secrets import token_hex

_acceptable = re.compile(rb"[\x21-\x7e]{1,128}").fullmatch


class _Own:
    """Ids of this process: its random part and a running number."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Take a random part of its own: a process that was forked must not go on with its parent's."""
        self._process = token_hex(6)
        self._numbers = count(1)

    def next(self) -> str:
        """One that no other request has."""
        return f"{self._process}-{next(self._numbers):x}"


_own = _Own()
os.register_at_fork(after_in_child=_own.begin)


def request_id_for(given: bytes) -> str:
    """The caller's id where `given` is fit; else one of our own."""
    return given.decode() if _acceptable(given) else _own.next()
