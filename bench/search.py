"""How long searches take among a million contacts, and what they cost the writes, on both engines."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from typing import Final

from bench import searched
from bench.engines import BATCH, Engine, engines, opened, settle
from bench.load import median
from numberkeep.domain.contacts.commands import CreateContact, UpsertContacts
from numberkeep.domain.contacts.listing import ContactFilter, ListQuery, Order, OrderBy
from numberkeep.domain.contacts.search import parse_search
from numberkeep.domain.identity import Account
from numberkeep.domain.stamp import Stamp
from numberkeep.service.context import Context
from numberkeep.store.queries import ListContacts
from numberkeep.store.search_queries import CountUnindexed
from numberkeep.store.sqlite.search_index import SLICE

ORDERS: Final = [
    Order(),
    Order(descending=False),
    Order(OrderBy.LAST_NAME, descending=False),
    Order(OrderBy.FIRST_NAME),
    Order(OrderBy.PHONE, descending=False),
]
_AT_ONCE: Final = 64
"""Creates that wait for one commit."""
_FIRST_WRITES: Final = 10_000_000
"""Numbers of contacts from here on are those of the measured writes."""


def measure(contacts: int, rounds: int) -> Iterator[str]:
    """Yield the rows of the table: p50 and p99 of a page of 100, in the store, over all orders."""
    with engines() as available:
        for engine in available:
            yield from asyncio.run(_measure(engine, contacts, rounds))


async def _measure(engine: Engine, contacts: int, rounds: int) -> Sequence[str]:
    url = engine.new_database()
    await fill(url, contacts)
    context, account = await opened(url)
    shown: list[str] = []
    everything: list[float] = []
    for kind, words in searched.WORDS.items():
        await _times(context, account, words[:1])
        times = sorted([each for _ in range(rounds) for each in await _times(context, account, words)])
        everything += times
        shown.append(f"| {engine.name}: {kind} | {_quantiles(times)} |")
    shown.append(f"| {engine.name}: all | {_quantiles(sorted(everything))} |")
    shown += [f"| {engine.name}: {row} |" for row in await _writes(context, account, url, rounds)]
    await context.store.close()
    return shown


async def fill(url: str, contacts: int) -> None:
    """Store this number of contacts in one account, and index them."""
    context, account = await opened(url)
    for first in range(0, contacts, BATCH):
        rows = list(searched.rows(first, min(BATCH, contacts - first), contacts))
        await context.store.apply(UpsertContacts(account.account_id, rows, context.stamp()))
    await _index(context, url)
    await context.store.close()
    await settle(url)


async def _times(context: Context, account: Account, words: Sequence[str]) -> list[float]:
    """Return the seconds of one page for each search and order."""
    times: list[float] = []
    for q in words:
        for order in ORDERS:
            query = ListQuery(ContactFilter(search=parse_search(q)), order)
            begin = time.perf_counter()
            await context.store.read(ListContacts(account.account_id, query))
            times.append(time.perf_counter() - begin)
    return times


async def _writes(context: Context, account: Account, url: str, rounds: int) -> Sequence[str]:
    """Return the times of bulk and single creates, and of both with what is indexed behind them."""
    bulk: list[float] = []
    single: list[float] = []
    indexing: list[float] = []
    for number in range(2 * rounds):
        first = _FIRST_WRITES + number * 3 * BATCH
        rows = list(searched.rows(first, BATCH, _FIRST_WRITES))
        begin = time.perf_counter()
        await context.store.apply(UpsertContacts(account.account_id, rows, context.stamp()))
        bulk.append((time.perf_counter() - begin) / BATCH)
        await _index(context, url)
        indexing.append((time.perf_counter() - begin) / BATCH)
        commands = [
            CreateContact(account.account_id, each.phone, each.patch, False, each.contact_id, Stamp(each.at))  # noqa: FBT003
            for each in searched.rows(first + BATCH, BATCH // 10, _FIRST_WRITES)
        ]
        begin = time.perf_counter()
        for place in range(0, len(commands), _AT_ONCE):
            await asyncio.gather(*map(context.store.apply, commands[place : place + _AT_ONCE]))
        single.append((time.perf_counter() - begin) / len(commands))
    return [
        f"{name} | {median(times) * 1e6:.0f} us a contact | {max(times) * 1e6:.0f} us"
        for name, times in (("bulk create", bulk), ("bulk create, until indexed", indexing), ("create", single))
    ]


async def _index(context: Context, url: str) -> None:
    """Wait until no more is indexed without another write: on SQLite, searches read the rest besides."""
    left = SLICE - 1 if url.startswith("sqlite") else 0
    while await context.store.read(CountUnindexed()) > left:  # noqa: ASYNC110 - there is no event to await
        await asyncio.sleep(0.01)


def _quantiles(times: Sequence[float]) -> str:
    p99 = times[min(len(times) - 1, len(times) * 99 // 100)]
    return f"{median(times) * 1e3:.1f} ms | {p99 * 1e3:.1f} ms"
