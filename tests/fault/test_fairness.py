"""What one account does in bulk does not keep another waiting."""

import asyncio
import time
from pathlib import Path
from typing import Final

import httpx2
import pytest

from fault.overload import BULK, Latencies, Overloaded, bulk_body, cpu_seconds, measure, overloaded
from support.databases import NewDatabase

SLOWEST: Final = 0.25
"""Seconds that 99 of 100 requests of the other account may take with --soak.

Next to other tests half of them may, and longer by TIMES what they take there while no account is attacked.
"""

TIMES: Final = 5


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
async def test_bulk_requests_of_one_account_keep_no_other_waiting(
    engine: str, tmp_path: Path, new_database: NewDatabase, effort: int
) -> None:
    """16 in parallel of 10,000 new rows each; 64 with --soak."""
    requests = 64 if effort > 1 else 16
    bodies = [bulk_body(10_000 * number, last_name="Smith", tags=["a", "b"]) for number in range(requests)]
    with overloaded(tmp_path, new_database(engine)) as service:
        usual = await measure(service, time.monotonic() + 1)
        found = await attacked(service, bodies, seconds=30 if effort > 1 else 4)
        check(found, usual, effort)


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
@pytest.mark.parametrize("fault", [{"frist_name": "Ann"}, {"first_name": 5}, {"phone": "nonsense"}])
async def test_invalid_bulk_requests_keep_no_other_waiting(
    engine: str, tmp_path: Path, new_database: NewDatabase, effort: int, fault: dict[str, object]
) -> None:
    """16 in parallel, each with 10,000 rows that have the same fault."""
    bodies = [bulk_body(0, **fault)] * 16
    with overloaded(tmp_path, new_database(engine)) as service:
        usual = await measure(service, time.monotonic() + 1)
        found = await attacked(service, bodies, seconds=20 if effort > 1 else 3)
        check(found, usual, effort)


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
@pytest.mark.parametrize("query", ["format=vcard", "q=smith+%C3%85nn"])
async def test_exports_of_one_account_keep_no_other_waiting(
    engine: str, tmp_path: Path, new_database: NewDatabase, effort: int, query: str
) -> None:
    """16 in parallel of 30,000 contacts each, repeatedly."""
    bodies = [bulk_body(10_000 * number, last_name="Smith Ånn", tags=["a", "b"]) for number in range(3)]
    with overloaded(tmp_path, new_database(engine)) as service:
        for body in bodies:
            request = service.head("POST", BULK, len(body)) + body
            assert 200 in await service.statuses([request])
        usual = await measure(service, time.monotonic() + 1)
        until = time.monotonic() + (20 if effort > 1 else 4)
        attack = [asyncio.create_task(exports(service, query, until)) for _ in range(16)]
        await asyncio.sleep(0.5)
        found = await measure(service, until, first=5000)
        complete = sum([await task for task in attack])
        print(f"{complete} exports")  # noqa: T201 - for -rP
        assert complete
        check(found, usual, effort)


def check(found: tuple[Latencies, Latencies], usual: tuple[Latencies, Latencies], effort: int) -> None:
    """Check the latencies of GET and POST during an attack against those before it."""
    shown = "; ".join(map(str, (*found, *usual)))
    print(shown)  # noqa: T201 - for -rP
    for attacked, before in zip(found, usual, strict=True):
        if effort > 1:
            assert attacked.quantile(0.99) < SLOWEST, shown
        else:
            assert attacked.quantile(0.5) < SLOWEST + TIMES * before.quantile(0.5), shown


async def exports(service: Overloaded, query: str, until: float) -> int:
    """Export until a time, and return how often that was complete."""
    complete = 0
    async with httpx2.AsyncClient(base_url=service.service.url, headers=service.attacker, timeout=60) as client:
        while time.monotonic() < until:
            async with client.stream("GET", f"/_numberkeep/export?{query}") as answer:
                async for _ in answer.aiter_raw():
                    pass
            complete += answer.status_code == 200
    return complete


async def attacked(service: Overloaded, bodies: list[bytes], seconds: float) -> tuple[Latencies, Latencies]:
    """Send all bodies in parallel, repeatedly, and return the latencies of the other account meanwhile."""
    until = time.monotonic() + seconds
    before = cpu_seconds(service.service.worker)
    requests = [service.head("POST", BULK, len(body)) + body for body in bodies]
    attack = [asyncio.create_task(service.statuses([request], until)) for request in requests]
    await asyncio.sleep(0.5)
    found = await measure(service, until, first=5000)
    statuses = [status for task in attack for status in await task]
    assert statuses
    assert set(statuses) <= {200, 400, 429}
    used = cpu_seconds(service.service.worker) - before
    print(f"{len(statuses)} bulk answers, {used:.1f} s of CPU")  # noqa: T201 - for -rP
    return found
