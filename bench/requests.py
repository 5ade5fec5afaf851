"""Requests per second of the service, each as a ratio to the same server answering a constant."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench import people
from bench.load import Workload, median, requests_per_second, server
from numberkeep.domain.commands import UpsertContacts
from numberkeep.domain.identity import KeyPair
from numberkeep.service import keys
from numberkeep.service.context import Context
from numberkeep.store.sqlite import SqliteStore

PAIR: Final = KeyPair("bench", "bench-secret")
BATCH: Final = 10_000
_HEADERS: Final = f'wrk.headers["sb-api-key-id"] = "{PAIR.key_id}"; wrk.headers["sb-api-secret-key"] = "{PAIR.secret}"'


def workloads(contacts: int) -> list[Workload]:
    """What is measured on a store of so many contacts."""
    path = f"'/api/v2/contacts/+' .. {people.DIGITS_IN_LUA}"
    get = f"n = math.random(0, {contacts - 1}); return wrk.format('GET', {path})"
    listing = "return wrk.format('GET', '/api/v2/contacts?limit=100')"
    create = (
        "n = n + 1; return wrk.format('POST', '/api/v2/contacts', nil, "
        """'{"number": "+4420' .. string.format('%010d', n) .. '", "first_name": "Ada", "last_name": "Lovelace"}')"""
    )
    return [
        Workload("GET one contact", _script(get)),
        Workload("list of 100", _script(listing)),
        Workload("create, 64 connections", _script(create)),
        Workload("create, 1 connection", _script(create), connections=1),
    ]


def measure(contacts: int, rounds: int, seconds: int) -> Iterator[str]:
    """The table's rows, one as soon as it is measured."""
    constant = Workload("constant", _script("return wrk.format('GET', '/')"))
    with _filled(contacts) as database, server([sys.executable, "-m", "bench.bare"]) as bare:
        url = f"sqlite:///{database}"
        command = [str(Path(sys.executable).with_name("numberkeep")), "serve", "--database", url, "--port"]
        with server(command) as service:
            for workload in workloads(contacts):
                pairs = [
                    (requests_per_second(bare, constant, seconds), requests_per_second(service, workload, seconds))
                    for _ in range(rounds)
                ]
                ratio = median([ours / constant_rate for constant_rate, ours in pairs])
                rate = median([ours for _, ours in pairs])
                yield f"| {workload.name} | {rate:,.0f} | {median([b for b, _ in pairs]):,.0f} | {ratio:.2f} |"


@contextmanager
def _filled(contacts: int) -> Iterator[Path]:
    with TemporaryDirectory(dir=".") as folder:
        path = Path(folder).resolve() / "bench.db"
        asyncio.run(_fill(path, contacts))
        yield path


async def _fill(path: Path, contacts: int) -> None:
    context = Context(SqliteStore(path))
    await context.store.open()
    await keys.create_first(context, PAIR)
    [key] = await keys.list_all(context)
    for first in range(0, contacts, BATCH):
        rows = list(people.rows(first, min(BATCH, contacts - first)))
        await context.store.apply(UpsertContacts(key.account.account_id, rows))
    await context.store.close()


def _script(request: str) -> str:
    # Every run creates numbers that no run before it has: it starts 100,000 further for each second gone by.
    start = "math.randomseed(os.time()); n = os.time() % 100000 * 100000"
    return f"{_HEADERS}\n{start}\nfunction request() {request} end\n"
