"""Bulk create of 1,000 rows as a ratio to plain executemany into the same tables, on 100,000 contacts."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import msgspec

from bench import people
from bench.load import median
from numberkeep.domain.commands import UpsertContacts
from numberkeep.domain.contact import moment, new_contact
from numberkeep.domain.identity import Account, new_key_pair
from numberkeep.http import wire
from numberkeep.http.decoding import Decoder
from numberkeep.service import bulk, keys
from numberkeep.service.context import Context
from numberkeep.store.rows import COLUMNS, values_of
from numberkeep.store.sqlite import SqliteStore
from numberkeep.store.sqlite.connection import Database, transaction

ROWS: Final = 1000
STORED: Final = 100_000
"""Contacts that are there before the first measured round."""
_INSERT: Final = f"INSERT INTO contacts (account_id, {COLUMNS}) VALUES (1{', ?' * 12})"  # noqa: S608 - no input in it


def measure(rounds: int) -> Iterator[str]:
    """The table's rows."""
    with TemporaryDirectory(dir=".") as folder:
        raw, store, whole = asyncio.run(_measure(Path(folder), rounds))
    for name, times in (("through the store", store), ("from the request's bytes to the answer's", whole)):
        ratio = median([plain / ours for plain, ours in zip(raw, times, strict=True)])
        rates = f"{ROWS / median(times):,.0f} | {ROWS / median(raw):,.0f}"
        yield f"| bulk create of {ROWS:,}, {name} | {rates} | {ratio:.2f} |"


async def _measure(folder: Path, rounds: int) -> tuple[list[float], list[float], list[float]]:
    """Seconds of each round, every way into a database of its own, so that all meet tables of one size."""
    database = Database(folder / "raw.db")
    connection = database.connect()
    database.migrate(connection)
    store, account = await _opened(folder / "store.db")
    whole, whole_account = await _opened(folder / "whole.db")
    decoder = Decoder(ignore_unknown=False)
    times: tuple[list[float], list[float], list[float]] = ([], [], [])
    for first in range(0, STORED + rounds * ROWS, ROWS):
        contacts, tags = _plain(first)
        begin = time.perf_counter()
        with transaction(connection):
            connection.executemany(_INSERT, contacts)
            connection.executemany("INSERT INTO contact_tags VALUES (?, ?, ?, ?)", tags)
        times[0].append(time.perf_counter() - begin)

        rows = list(people.rows(first, ROWS))
        begin = time.perf_counter()
        await store.store.apply(UpsertContacts(account.account_id, rows))
        times[1].append(time.perf_counter() - begin)

        body = _body(first)
        begin = time.perf_counter()
        good, bad = decoder.bulk_rows(body)
        given = [bulk.GivenRow(index, wire.number_of(row.phone), wire.patch_of(row)) for index, row in good]
        result = await bulk.create(whole, whole_account, given, bad, skip_bad=False)
        msgspec.json.encode(wire.BulkAnswer([wire.contact_out(contact) for contact in result.contacts]))
        times[2].append(time.perf_counter() - begin)
    await store.store.close()
    await whole.store.close()
    connection.close()
    return times[0][-rounds:], times[1][-rounds:], times[2][-rounds:]


async def _opened(path: Path) -> tuple[Context, Account]:
    context = Context(SqliteStore(path))
    await context.store.open()
    await keys.create_first(context, new_key_pair())
    [key] = await keys.list_all(context)
    return context, key.account


def _plain(first: int) -> tuple[list[tuple[Any, ...]], list[tuple[int, str, int, int]]]:
    contacts = [
        new_contact(row.contact_id, row.phone, moment(row.at), row.patch, opt_out=False)
        for row in people.rows(first, ROWS)
    ]
    tags = [
        (1, tag, row.at, contact.contact_id)
        for row, contact in zip(people.rows(first, ROWS), contacts, strict=True)
        for tag in contact.tags
    ]
    return [values_of(contact) for contact in contacts], tags


def _body(first: int) -> bytes:
    rows = [
        {
            "phone": row.phone,
            "first_name": row.patch.first_name,
            "last_name": row.patch.last_name,
            "company_name": row.patch.company_name,
            "tags": row.patch.tags,
            "custom_variables": row.patch.custom_variables,
        }
        for row in people.rows(first, ROWS)
    ]
    return msgspec.json.encode({"contacts": rows})
