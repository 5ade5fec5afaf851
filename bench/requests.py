"""Requests per second, as a ratio to the same server with a constant answer, and the memory of the service."""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from bench.engines import PAIR, Engine, engines, fill, settle
from bench.load import Workload, free_port, median, process, requests_per_second, server
from bench.peers.memory import resident_mib
from bench.people import DIGITS_IN_LUA

NUMBERKEEP: Final = Path(sys.executable).with_name("numberkeep")
_HEADERS: Final = f'wrk.headers["sb-api-key-id"] = "{PAIR.key_id}"; wrk.headers["sb-api-secret-key"] = "{PAIR.secret}"'
_CREATE: Final = (
    "n = n + 1; return wrk.format('POST', '/api/v2/contacts', nil, "
    """'{"number": "+4420' .. string.format('%010d', n) .. '", "first_name": "Ada", "last_name": "Lovelace"}')"""
)


def workloads(contacts: int) -> list[Workload]:
    """Return the workloads for a store with this number of contacts."""
    get = f"n = math.random(0, {contacts - 1}); return wrk.format('GET', '/api/v2/contacts/+' .. {DIGITS_IN_LUA})"
    listing = "return wrk.format('GET', '/api/v2/contacts?limit=100')"
    return [Workload("GET one contact", _script(get)), Workload("list of 100", _script(listing)), *creates()]


def creates() -> list[Workload]:
    """Return the workloads that create contacts with new numbers, durably."""
    return [
        Workload("create, 64 connections", _script(_CREATE)),
        Workload("create, 1 connection", _script(_CREATE), connections=1),
    ]


def measure(contacts: int, rounds: int, seconds: int) -> Iterator[str]:
    """Yield the rows of the table, each once it is measured."""
    constant = Workload("constant", _script("return wrk.format('GET', '/')"))
    with engines() as available, server([sys.executable, "-m", "bench.bare"]) as bare:
        for engine in available:
            url = _filled(engine, contacts)
            port = free_port()
            with process(_serve(url, port), port, {}) as pid:
                ours = f"http://127.0.0.1:{port}"
                for workload in workloads(contacts):
                    yield _row(engine, workload, _pairs((bare, constant), (ours, workload), rounds, seconds))
                yield f"| {engine.name}: memory after that, MiB | {resident_mib(pid):,.0f} | - | - |"


def measure_sharing(rounds: int, seconds: int) -> Iterator[str]:
    """Yield the rows that compare group commit with one commit per create, on stores of 100,000 contacts."""
    with engines() as available:
        for engine in available:
            grouped, single = (_filled(engine, 100_000) for _ in range(2))
            with (
                server([str(NUMBERKEEP), "serve", "--database", grouped, "--port"]) as ours,
                server([sys.executable, "-m", "bench.ungrouped"], NUMBERKEEP_DATABASE=single) as alone,
            ):
                for workload in creates():
                    yield _row(engine, workload, _pairs((alone, workload), (ours, workload), rounds, seconds))


def _filled(engine: Engine, contacts: int) -> str:
    url = engine.new_database()
    asyncio.run(fill(url, contacts))
    asyncio.run(settle(url))
    return url


def _serve(url: str, port: int) -> list[str]:
    return [str(NUMBERKEEP), "serve", "--database", url, "--port", str(port)]


Pairs = Sequence[tuple[float, float]]


def _pairs(other: tuple[str, Workload], ours: tuple[str, Workload], rounds: int, seconds: int) -> Pairs:
    return [(requests_per_second(*other, seconds), requests_per_second(*ours, seconds)) for _ in range(rounds)]


def _row(engine: Engine, workload: Workload, pairs: Pairs) -> str:
    ratio = median([ours / other for other, ours in pairs])
    rates = f"{median([ours for _, ours in pairs]):,.0f} | {median([other for other, _ in pairs]):,.0f}"
    return f"| {engine.name}: {workload.name} | {rates} | {ratio:.2f} |"


def _script(request: str) -> str:
    # Every run creates new numbers: its first number is 100,000 higher for each second that has passed.
    start = "math.randomseed(os.time()); n = os.time() % 100000 * 100000"
    return f"{_HEADERS}\n{start}\nfunction request() {request} end\n"
