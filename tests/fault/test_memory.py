"""What one account asks for or sends does not take the memory of the process."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from fault.overload import BULK, CONTACTS, MIB, Overloaded, cpu_seconds, overloaded
from numberkeep.domain.limits import MAX_BULK_BODY_BYTES, MAX_VALUE, MAX_VARIABLES
from support.databases import NewDatabase
from support.wire import Wire

MOST_MEMORY: Final = 512 * MIB
PAGE: Final = 1000
FEW: Final = 60
"""Contacts of the largest size; 20 answers with all of them are over twice MOST_MEMORY, and more with emoji."""
_phone = re.compile(rb'"phone":"([^"]+)"').finditer


@pytest.fixture(params=["sqlite", "postgres"])
def service(request: pytest.FixtureRequest, tmp_path: Path, new_database: NewDatabase) -> Any:
    """Yield a service on each engine; at the end its worker must never have had too much memory."""
    with overloaded(tmp_path, new_database(request.param)) as running:
        yield running
        print(f"{request.node.name}: peak {running.peak / MIB:.0f} MiB")  # noqa: T201 - for -rP
        assert running.peak < MOST_MEMORY, f"{running.peak / MIB:.0f} MiB"


@pytest.mark.parametrize("character", ["x", "\N{GRINNING FACE}"])
async def test_large_pages(service: Overloaded, effort: int, character: str) -> None:
    """A page is as long as asked however large its contacts are, also for readers who stop in the middle."""
    contacts = PAGE if effort > 1 else FEW
    await fill(service, contacts, character)
    path = f"{CONTACTS}?limit={PAGE}"
    async with unread(service, [service.head("GET", path)] * 20):
        await until_at_rest(service)
    size, numbers = await page(service, path)
    assert size > contacts * MAX_VARIABLES * MAX_VALUE * len(character.encode())
    assert len(numbers) == contacts


@pytest.mark.parametrize("query", ["format=jsonl", "format=vcard&q=%F0%9F%98%80"])
async def test_large_exports(service: Overloaded, effort: int, query: str) -> None:
    """Also for readers who stop in the middle, and after many small contacts."""
    path = f"/_numberkeep/export?{query}"
    rows = [{"phone": f"+1212{number:07d}", "first_name": "\N{GRINNING FACE}"} for number in range(1000)]
    body = json.dumps({"contacts": rows}).encode()
    assert 200 in await service.statuses([service.head("POST", BULK, len(body)) + body])
    contacts = 150 if effort > 1 else FEW
    await fill(service, contacts, "\N{GRINNING FACE}")
    async with unread(service, [service.head("GET", path)] * 20):
        await until_at_rest(service)
    size, _ = await page(service, path)
    assert size > contacts * MAX_VARIABLES * MAX_VALUE * len("\N{GRINNING FACE}".encode())


async def test_unread_answers(service: Overloaded) -> None:
    """Many clients that ask for one large contact, and read nothing."""
    await fill(service, 1, "\N{GRINNING FACE}")
    async with unread(service, [service.head("GET", f"{CONTACTS}/%2B12130000000") * 20] * 300):
        await until_at_rest(service)


@pytest.mark.parametrize(("path", "length"), [(BULK, MAX_BULK_BODY_BYTES), (CONTACTS, MIB)])
async def test_unfinished_uploads(service: Overloaded, path: str, length: int) -> None:
    """200 bodies of the largest size that lack their last byte."""
    async with unread(service, [service.head("POST", path, length) + b" " * (length - 1)] * 200):
        await until_at_rest(service)


@pytest.mark.parametrize("character", ["x", "\N{GRINNING FACE}"])
async def test_the_largest_bulk_request(service: Overloaded, character: str) -> None:
    """16 MiB are stored and answered, and two at once are too."""
    row = {"first_name": "Ann", "custom_variables": {"note": character + "x" * 1540}}
    bodies = []
    for first in (0, 10_000):
        rows = [{"phone": f"+1213{first + number:07d}", **row} for number in range(10_000)]
        body = json.dumps({"contacts": rows}, ensure_ascii=False).encode()
        bodies.append(body + b" " * (MAX_BULK_BODY_BYTES - len(body)))
    async with Wire(service.service.url, service.attacker) as wire:
        requests = [service.head("POST", BULK, len(body)) + body for body in bodies]
        statuses = await asyncio.gather(*(service.statuses([request]) for request in requests))
        assert statuses == [[200], [200]]
        assert (await wire.request("GET", f"{CONTACTS}/count")).json() == {"count": 20_000}


@pytest.mark.parametrize("junk", ["{},", "1,", '"a",', "[1.5],", "[{},{},{},{}],"])
async def test_bodies_that_grow_when_they_are_decoded(service: Overloaded, junk: str) -> None:
    """16 MiB of the smallest values are refused."""
    items = junk * ((MAX_BULK_BODY_BYTES - 100) // len(junk))
    for text in (f'{{"contacts":[{items[:-1]}]}}', f'{{"contacts":[[{items[:-1]}]]}}', f"[{items[:-1]}]"):
        body = text.encode()
        statuses = await service.statuses([service.head("POST", BULK, len(body)) + body])
        assert set(statuses) == {400}


async def until_at_rest(service: Overloaded) -> None:
    """Wait until the worker has done what it can do for clients that do not read; at least a second."""
    used, now = -1.0, cpu_seconds(service.service.worker)
    while now - used > 0.1:
        await asyncio.sleep(1)
        used, now = now, cpu_seconds(service.service.worker)


async def fill(service: Overloaded, contacts: int, character: str) -> None:
    """Create contacts with the largest variables that there can be."""
    variables = {f"label {number}": character * MAX_VALUE for number in range(MAX_VARIABLES)}
    several = 10  # in a body of at most 16 MB
    for first in range(0, contacts, several):
        phones = [f"+1213{number:07d}" for number in range(first, min(first + several, contacts))]
        rows = [{"phone": phone, "custom_variables": variables} for phone in phones]
        body = json.dumps({"contacts": rows}, ensure_ascii=False).encode()
        [reader, writer] = await service.connect()
        writer.write(service.head("POST", BULK, len(body)) + body)
        assert b" 200 OK" in await reader.readuntil(b"\r\n")
        writer.transport.abort()


async def page(service: Overloaded, path: str) -> tuple[int, Sequence[bytes]]:
    """Return the size of a page that is sent in chunks, and the numbers in it; it must be complete."""
    reader, writer = await service.connect()
    writer.write(service.head("GET", path))
    head = await reader.readuntil(b"\r\n\r\n")
    assert b"200 OK" in head
    assert b"transfer-encoding: chunked" in head.lower()
    size, numbers, text = 0, dict[bytes, None](), b""
    while length := int(await reader.readuntil(b"\r\n"), 16):
        text = text[-40:] + (await reader.readexactly(length + 2))[:-2]
        size += length
        for found in _phone(text):
            numbers[found[1]] = None
    writer.transport.abort()
    return size, list(numbers)


@asynccontextmanager
async def unread(service: Overloaded, requests: Sequence[bytes]) -> AsyncIterator[None]:
    """Send each request on a connection of its own, and read none of the answers until the block ends."""
    connections = [await service.connect() for _ in requests]
    try:
        for (reader, writer), request in zip(connections, requests, strict=True):
            reader._transport.pause_reading()  # type: ignore[attr-defined]
            writer.write(request)
        yield
    finally:
        for _, writer in connections:
            writer.transport.abort()
