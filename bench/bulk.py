"""Bulk create as a ratio to the fastest plain load into the same tables, on 100,000 contacts, on both engines."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from bench import people
from bench.engines import Engine, Rows, engines, opened
from bench.load import median
from numberkeep.domain.contacts.commands import UpsertContacts
from numberkeep.domain.contacts.contact import moment, new_contact
from numberkeep.service import bulk
from numberkeep.serving import calm_collector
from numberkeep.store.rows import values_of
from numberkeep.wire.contacts import BulkAnswer, contact_out, patch_of
from numberkeep.wire.decoding import Decoder

STORED: Final = 100_000
"""Contacts stored before the first measured round."""


def measure(rounds: int) -> Iterator[str]:
    """Yield the rows of the table."""
    calm_collector()  # as in the service's process
    with engines() as available:
        for engine in available:
            for size, times in ((1000, rounds), (10_000, max(3, rounds // 4))):
                plain, store, whole = asyncio.run(_measure(engine, size, times))
                for name, ours in (("through the store", store), ("from the request's bytes to the answer's", whole)):
                    ratio = median([least / mine for least, mine in zip(plain, ours, strict=True)])
                    rates = f"{size / median(ours):,.0f} | {size / median(plain):,.0f} ({engine.plain})"
                    yield f"| {engine.name}, {size:,} rows, {name} | {rates} | {ratio:.2f} |"


async def _measure(engine: Engine, size: int, rounds: int) -> tuple[list[float], list[float], list[float]]:
    """Return the seconds of each round. Each method has its own database, so the tables have the same size."""
    urls = [engine.new_database() for _ in range(3)]
    (context, _), (store, account), (whole, whole_account) = [await opened(url) for url in urls]
    await context.store.close()
    load = await engine.loader(urls[0])
    decoder = Decoder(ignore_unknown=False)
    times: tuple[list[float], list[float], list[float]] = ([], [], [])
    for first in range(0, STORED + rounds * size, size):
        contacts, tags = plain_rows(first, size)
        begin = time.perf_counter()
        await load(contacts, tags)
        times[0].append(time.perf_counter() - begin)

        rows = list(people.rows(first, size))
        begin = time.perf_counter()
        await store.store.apply(UpsertContacts(account.account_id, rows, store.stamp()))
        times[1].append(time.perf_counter() - begin)

        body = _body(first, size)
        begin = time.perf_counter()
        good, bad = await whole.slices.run(decoder.rows(body))
        given = [bulk.GivenRow(index, row.phone or "", patch_of(row)) for index, row in good]
        result = await bulk.create(whole, whole_account, given, bad, skip_bad=False)
        msgspec.json.encode(BulkAnswer([contact_out(contact) for contact in result.contacts]))
        times[2].append(time.perf_counter() - begin)
    await store.store.close()
    await whole.store.close()
    return times[0][-rounds:], times[1][-rounds:], times[2][-rounds:]


def plain_rows(first: int, size: int) -> tuple[Rows, Rows]:
    """Return the rows of contacts and of their tags for a raw load, from contact `first`."""
    rows = list(people.rows(first, size))
    contacts = [new_contact(row.contact_id, row.phone, moment(row.at), row.patch, opt_out=False) for row in rows]
    tags: list[tuple[Any, ...]] = [
        (1, tag, row.at, contact.contact_id)
        for row, contact in zip(rows, contacts, strict=True)
        for tag in contact.tags
    ]
    return [values_of(contact) for contact in contacts], tags


def _body(first: int, size: int) -> bytes:
    return msgspec.json.encode({"contacts": [people.as_json(row) for row in people.rows(first, size)]})
