"""The journal of an account: its last calls, with their answers."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

MOST_CALLS: Final = 1000
"""Calls of an account that are kept; beyond it, the oldest are dropped."""
MOST_BYTES: Final = 16 * 1024 * 1024
"""Bytes of an account's calls that are kept; beyond it, the oldest are dropped."""

Headers = Sequence[tuple[bytes, bytes]]


@dataclass(slots=True, frozen=True)
class Entry:
    """One call.

    Attributes:
        call_id: its number within the process, in the order in which calls ended.
        at: when it began, microseconds since 1970.
        operation: the operation's name; `none` if no operation has the method and path.
        method: the HTTP method.
        path: the path, decoded.
        query: the query as it was sent.
        headers: those of the request, as they were sent.
        body: the request's body; None if it is too large to keep.
        phone: the number in the URL, in E.164; None if there is none.
        region: the region of the account, for the number in the body.
        status: that of the answer.
        answer: its body; None if it is too large to keep, `b""` if it is not JSON.
        fault_id: the fault that applied; None if none did.
        seconds: from the request's head to the end of the answer; of a stream, to its beginning.
    """

    call_id: int
    at: int
    operation: str
    method: str
    path: str
    query: bytes
    headers: Headers
    body: bytes | None
    phone: str | None
    region: str
    status: int
    answer: bytes | None
    fault_id: int | None
    seconds: float

    @property
    def size(self) -> int:
        """The bytes that the call takes in the journal, roughly."""
        sizes = (len(name) + len(value) for name, value in self.headers)
        return sum(sizes) + len(self.path) + len(self.query) + len(self.body or b"") + len(self.answer or b"")


class Journal:
    """The last calls of one account, oldest first."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque()
        self._size = 0

    def add(self, entry: Entry) -> None:
        """Add a call, and drop the oldest beyond the limits."""
        self._entries.append(entry)
        self._size += entry.size
        while len(self._entries) > MOST_CALLS or self._size > MOST_BYTES:
            self._size -= self._entries.popleft().size

    def after(self, call_id: int) -> Iterator[Entry]:
        """Return the calls with a higher number."""
        return (entry for entry in self._entries if entry.call_id > call_id)


next_call_id: Final = count(1).__next__
