"""What the comparison needs of a service: how to install it, how to start it with contacts, and its requests."""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Final, Literal

import httpx2

from bench import people
from bench.load import CONNECTIONS, Workload
from bench.peers import install
from numberkeep.domain.contacts.commands import BulkRow

Kind = Literal["retrieve", "create", "list", "count"]
KINDS: Final[tuple[Kind, ...]] = ("retrieve", "list", "count", "create")
"""In the order in which they are checked; create comes last, because it changes the count."""
PAGE: Final = 100
NEW: Final = {"first_name": "Ada", "last_name": "Lovelace"}
"""The fields of a created contact, except its number."""


@dataclass(slots=True, frozen=True)
class Request:
    """One request, used for wrk's script and for the check before the timing.

    Attributes:
        path: the path below the service's URL; `{digits}` stands for the phone number without its plus.
        read: returns the part of the answer to check: for retrieve the phone number and first name, for list the phone
            number and creation time of each contact, for count the number, for create nothing (it is retrieved later).
        method: the HTTP method.
        body: the body; may contain `{digits}`.
        content_type: the media type of the body.
    """

    path: str
    read: Callable[[httpx2.Response], Any]
    method: str = "GET"
    body: str = ""
    content_type: str = "application/json"

    def send(self, served: "Served", digits: str) -> httpx2.Response:
        """Send it once; any answer except 2xx raises `httpx2.HTTPStatusError`."""
        url = served.url + self.path.replace("{digits}", digits)
        headers = {**served.headers, **self._own_headers}
        content = self.body.replace("{digits}", digits) or None
        answer = served.http.request(self.method, url, headers=headers, content=content)
        return answer.raise_for_status()

    def workload(self, kind: Kind, served: "Served", contacts: int, connections: int) -> Workload:
        """Return the same request for wrk, with an existing contact, or for create with a new one."""
        headers = {**served.headers, **self._own_headers}
        if kind == "create":
            number, digits = "n = n + 1", "'4420' .. string.format('%010d', n)"
        else:
            number, digits = f"n = math.random(0, {contacts - 1})", people.DIGITS_IN_LUA
        lines = [
            # Every run creates new numbers: its first number is 100,000 higher for each second that has passed.
            "math.randomseed(os.time()); n = os.time() % 100000 * 100000",
            *(f"wrk.headers[{_quoted(name)}] = {_quoted(value)}" for name, value in headers.items()),
            f"function request() {number}; local digits = {digits}",
            f"return wrk.format({_quoted(self.method)}, {_filled(self.path)}, nil, {_filled(self.body)}) end",
        ]
        return Workload(kind, "\n".join(lines) + "\n", connections)

    @property
    def _own_headers(self) -> dict[str, str]:
        return {"Content-Type": self.content_type} if self.body else {}


@dataclass(slots=True, frozen=True)
class Served:
    """A running service with its contacts loaded.

    Attributes:
        url: its URL.
        process: the id of its first process.
        headers: the headers of every request, such as a key.
        http: the client for checks; its timeout is long, because a service may still be busy from the last load.
    """

    url: str
    process: int
    headers: Mapping[str, str] = field(default_factory=dict)
    http: httpx2.Client = field(default_factory=lambda: httpx2.Client(timeout=300))


class Peer(ABC):
    """A service in the comparison."""

    name: ClassVar[str]
    """Its name in the table."""
    pins: ClassVar[str]
    """Its file in `pins/`; empty if it need not be installed."""
    release: ClassVar[str]
    """The package whose pinned version is the peer's version."""
    keeps: ClassVar[str]
    """How it stores contacts by default, and whether it requires credentials; for the table."""
    most: ClassVar[int] = 10_000
    """The most contacts that it can hold."""
    connections: ClassVar[int] = CONNECTIONS
    """The number of connections that it serves at once."""
    mocks: ClassVar[bool] = False
    """Whether it invents its answers, so that they cannot be checked for contacts."""
    requests: ClassVar[Mapping[Kind, Request]]
    """The requests that it supports."""

    def version(self) -> str:
        """Return the pinned release."""
        return install.version(self.pins, self.release)

    @abstractmethod
    def install(self) -> None:
        """Install it if it is not installed yet; raises `CannotMeasure`."""

    @abstractmethod
    def serve(self, folder: Path, rows: Sequence[BulkRow]) -> AbstractContextManager[Served]:
        """Start it in an empty folder, and load the contacts; the last ones are the newest."""


def as_json(rows: Sequence[BulkRow]) -> list[dict[str, Any]]:
    """Return the rows under the API's field names."""
    return [people.as_json(row) for row in rows]


def batches(rows: Sequence[BulkRow], size: int) -> Iterator[Sequence[BulkRow]]:
    """Yield the rows in their order, `size` at a time."""
    return (rows[first : first + size] for first in range(0, len(rows), size))


def _quoted(text: str) -> str:
    return json.dumps(text)  # Lua reads it the same way, because all of it is ASCII


def _filled(text: str) -> str:
    """Return a Lua expression for the text with the digits filled in."""
    return " .. digits .. ".join(_quoted(part) for part in text.split("{digits}"))
