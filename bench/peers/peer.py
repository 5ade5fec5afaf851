"""What the comparison has to know of a service: how it is got, how it starts with its contacts, what it is asked."""

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
"""In the order in which they are checked: a new contact comes last, for it would be one too many for the count."""
PAGE: Final = 100
NEW: Final = {"first_name": "Ada", "last_name": "Lovelace"}
"""What a created contact has beside its number."""


@dataclass(slots=True, frozen=True)
class Request:
    """One request, from which both wrk's script and the sample before the timing are made.

    Attributes:
        path: below the service's URL; `{digits}` stands for the phone number without its plus.
        read: what is checked of the answer: of retrieve the phone number and the first name, of list the phone number
            and the time of creation of each contact, of count the number. Of create nothing: it is retrieved after.
        method: the HTTP method.
        body: with `{digits}` too.
        content_type: what the body is.
    """

    path: str
    read: Callable[[httpx2.Response], Any]
    method: str = "GET"
    body: str = ""
    content_type: str = "application/json"

    def send(self, served: "Served", digits: str) -> httpx2.Response:
        """Ask once; any answer but 2xx raises `httpx2.HTTPStatusError`."""
        url = served.url + self.path.replace("{digits}", digits)
        headers = {**served.headers, **self._own_headers}
        content = self.body.replace("{digits}", digits) or None
        answer = served.http.request(self.method, url, headers=headers, content=content)
        return answer.raise_for_status()

    def workload(self, kind: Kind, served: "Served", contacts: int, connections: int) -> Workload:
        """The same request for wrk: of a contact that is there, or, of create, of one that never was."""
        headers = {**served.headers, **self._own_headers}
        if kind == "create":
            number, digits = "n = n + 1", "'4420' .. string.format('%010d', n)"
        else:
            number, digits = f"n = math.random(0, {contacts - 1})", people.DIGITS_IN_LUA
        lines = [
            # Every run creates numbers that no run before it has: it starts 100,000 further for each second gone by.
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
    """A service that runs, with its contacts loaded.

    Attributes:
        url: where it listens.
        process: the id of its first process.
        headers: what every request has, such as a key.
        http: for the samples; it waits long, for a service may have much to do still from the load before.
    """

    url: str
    process: int
    headers: Mapping[str, str] = field(default_factory=dict)
    http: httpx2.Client = field(default_factory=lambda: httpx2.Client(timeout=300))


class Peer(ABC):
    """A service that is compared."""

    name: ClassVar[str]
    """What the table calls it."""
    pins: ClassVar[str]
    """Its file in `pins/`; empty for what need not be installed."""
    release: ClassVar[str]
    """The package whose pinned version is the peer's."""
    keeps: ClassVar[str]
    """How it keeps contacts as it is by default, and whether it asks who calls; for the table."""
    most: ClassVar[int] = 10_000
    """The most contacts that it bears."""
    connections: ClassVar[int] = CONNECTIONS
    """How many it serves at once."""
    mocks: ClassVar[bool] = False
    """It makes its answers up, so that no contact can be looked for in them."""
    requests: ClassVar[Mapping[Kind, Request]]
    """What it can be asked."""

    def version(self) -> str:
        """The pinned release."""
        return install.version(self.pins, self.release)

    @abstractmethod
    def install(self) -> None:
        """Install it where that is not done yet; raises `CannotMeasure`."""

    @abstractmethod
    def serve(self, folder: Path, rows: Sequence[BulkRow]) -> AbstractContextManager[Served]:
        """Start it in an empty folder, and load the contacts, the last of which are the newest."""


def as_json(rows: Sequence[BulkRow]) -> list[dict[str, Any]]:
    """The rows as the API spells them."""
    return [people.as_json(row) for row in rows]


def batches(rows: Sequence[BulkRow], size: int) -> Iterator[Sequence[BulkRow]]:
    """The rows in their order, so many at a time."""
    return (rows[first : first + size] for first in range(0, len(rows), size))


def _quoted(text: str) -> str:
    return json.dumps(text)  # Lua reads it alike, for all of it is ASCII


def _filled(text: str) -> str:
    """A Lua expression: the text with the digits in their place."""
    return " .. digits .. ".join(_quoted(part) for part in text.split("{digits}"))
