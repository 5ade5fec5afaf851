"""One account that overloads the service, and what another account notices of it."""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx2

from support.process import Serving, run, serving
from support.wire import Answer, Wire

CONTACTS: Final = "/api/v2/contacts"
BULK: Final = f"{CONTACTS}/bulk"
MIB: Final = 1024 * 1024


@dataclass(slots=True)
class Overloaded:
    """A service with two accounts.

    Attributes:
        service: the process.
        attacker: the key headers of the account that overloads it.
        victim: those of the other.
    """

    service: Serving
    attacker: Mapping[str, str]
    victim: Mapping[str, str]

    @property
    def peak(self) -> int:
        """The most resident memory that the worker ever had, bytes. Linux only."""
        status = Path(f"/proc/{self.service.worker}/status").read_text()
        [kib] = re.findall(r"VmHWM:\s+(\d+) kB", status)
        return int(kib) * 1024

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Return a new connection."""
        url = httpx2.URL(self.service.url)
        return await asyncio.open_connection(url.host, url.port)

    def head(self, method: str, path: str, length: int = 0) -> bytes:
        """Return the head of a request of the attacker."""
        lines = [f"{method} {path} HTTP/1.1", "host: x", f"content-length: {length}"]
        lines += [f"{name}: {value}" for name, value in self.attacker.items()]
        return "\r\n".join(lines).encode() + b"\r\n\r\n"

    async def statuses(self, requests: Sequence[bytes], until: float = 0) -> list[int]:
        """Send these requests of the attacker in turn, once or until a time, and return the answers' statuses."""
        statuses: list[int] = []
        while not statuses or time.monotonic() < until:
            reader, writer = await self.connect()
            try:
                for request in requests:
                    writer.write(request)
                    head = await reader.readuntil(b"\r\n\r\n")
                    statuses.append(int(head.split(b" ")[1]))
                    [length] = re.findall(rb"content-length: (\d+)", head)
                    await reader.readexactly(int(length))
                    if statuses[-1] == 429:
                        await asyncio.sleep(1)
                    if time.monotonic() > until or b"connection: close" in head:
                        break
            except (ConnectionError, asyncio.IncompleteReadError):
                statuses.append(0)
            finally:
                writer.transport.abort()
        return statuses


@contextmanager
def overloaded(folder: Path, database: str) -> Iterator[Overloaded]:
    """Run a service with default settings and two accounts until the block ends."""
    with serving(folder, NUMBERKEEP_DATABASE=database, NUMBERKEEP_LOG="warning") as service:
        service.read_export()
        made = run("keys", "create", "--account", "victim", "--json", cwd=folder, NUMBERKEEP_DATABASE=database)
        pair = json.loads(made.stdout)
        victim = {"sb-api-key-id": pair["key_id"], "sb-api-secret-key": pair["secret"]}
        yield Overloaded(service, service.headers, victim)


@dataclass(slots=True)
class Latencies:
    """The seconds that requests took."""

    seconds: list[float] = field(default_factory=list)

    async def time(self, request: Callable[[], Awaitable[Answer]]) -> Answer:
        """Send a request, and return its answer."""
        begin = time.perf_counter()
        answer = await request()
        self.seconds.append(time.perf_counter() - begin)
        return answer

    def quantile(self, share: float) -> float:
        """Return the time that this share of the requests did not exceed."""
        return sorted(self.seconds)[min(int(len(self.seconds) * share), len(self.seconds) - 1)]

    def __str__(self) -> str:
        """Show the figures in milliseconds."""
        p50, p99, most = (self.quantile(share) * 1000 for share in (0.5, 0.99, 1))
        return f"{len(self.seconds)} requests, p50 {p50:.0f} ms, p99 {p99:.0f} ms, most {most:.0f} ms"


async def measure(service: Overloaded, until: float, first: int = 0) -> tuple[Latencies, Latencies]:
    """Return how long the victim's GET of one contact and POST of a new one take, each on a connection of its own.

    The new ones have numbers from `first` on.
    """

    async def repeat(latencies: Latencies, request: Callable[[Wire, int], Awaitable[Answer]]) -> None:
        async with Wire(service.service.url, service.victim) as wire:
            number = 0
            while time.monotonic() < until:
                number += 1
                answer = await latencies.time(lambda: request(wire, number))  # noqa: B023 - awaited at once
                assert answer.status == 200, answer
                await asyncio.sleep(0.02)

    def get(wire: Wire, _: int) -> Awaitable[Answer]:
        return wire.request("GET", f"{CONTACTS}/+14155550100")

    def post(wire: Wire, number: int) -> Awaitable[Answer]:
        return wire.request("POST", CONTACTS, {"number": f"+1415556{first + number:04d}"})

    gets, posts = Latencies(), Latencies()
    known = {"number": "+14155550100", "update_if_exists": True}
    async with Wire(service.service.url, service.victim) as wire:
        assert (await wire.request("POST", CONTACTS, known)).status == 200
    await asyncio.gather(repeat(gets, get), repeat(posts, post))
    return gets, posts


def cpu_seconds(process: int) -> float:
    """Return the processor time that a process has used. Linux only."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def bulk_body(first: int, **patch: Any) -> bytes:
    """Return the body of a bulk request with 10,000 new numbers from `first` on."""
    rows = [{"phone": f"+1{2_120_000_000 + first + row}", "first_name": f"Ann {row}", **patch} for row in range(10_000)]
    return json.dumps({"contacts": rows}).encode()
