"""Builds the search texts of an account behind its writes, by following the change log.

A write costs nothing for the search, and an older process that writes beside this one needs to know nothing of it. What
was changed since the last indexed event is compared by its fields (search_matches.py), so a search misses nothing.
"""

import asyncio
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, Final

import asyncpg

from numberkeep.domain.contacts.search import search_text
from numberkeep.store.postgres.search_grams import grams_of_text
from numberkeep.store.rows import COLUMNS, contact_of

_AT_A_TIME: Final = 500
"""Events, or contacts, of one transaction."""

_LOCK: Final = 0x6E6B6572
"""The first half of the advisory locks under which one process at a time indexes an account."""

_BEHIND: Final = (
    "SELECT w.account_id FROM numberkeep.writers AS w "
    "LEFT JOIN numberkeep.search_progress AS p ON p.account_id = w.account_id "
    "WHERE (p.event_id IS NULL AND w.contact_count > 0) OR p.event_id <> w.last_event OR p.filled_to IS NOT NULL"
)
# Locked, so that nobody empties the account in between.
_PROGRESS: Final = "SELECT event_id, filled_to FROM numberkeep.search_progress WHERE account_id = $1 FOR UPDATE"
_WRITER: Final = "SELECT last_event, contact_count FROM numberkeep.writers WHERE account_id = $1"
_BEGIN: Final = "INSERT INTO numberkeep.search_progress (account_id, event_id, filled_to) VALUES ($1, $2, $3)"
_CONTINUE: Final = "UPDATE numberkeep.search_progress SET event_id = $2, filled_to = $3 WHERE account_id = $1"
_EVENTS: Final = (
    "SELECT event_id, phone FROM numberkeep.events WHERE account_id = $1 AND event_id > $2 ORDER BY event_id LIMIT $3"
)
_CONTACTS: Final = f"SELECT {COLUMNS} FROM numberkeep.contacts WHERE account_id = $1 AND phone = ANY($2::text[])"
_NEXT_CONTACTS: Final = (
    f"SELECT {COLUMNS} FROM numberkeep.contacts WHERE account_id = $1 AND contact_id > $2 ORDER BY contact_id LIMIT $3"
)
_TEXTS: Final = (
    "SELECT reversed, text FROM numberkeep.search_texts WHERE account_id = $1 AND reversed = ANY($2::text[])"
)
_DELETE: Final = "DELETE FROM numberkeep.search_texts WHERE account_id = $1 AND reversed = ANY($2::text[])"
# The account's id is taken from its row for the reason that statements.py has for every insertion. The grams of all
# texts are one array, of which each text has a part.
_PUT: Final = (
    "INSERT INTO numberkeep.search_texts (account_id, reversed, text, grams) "
    "SELECT w.account_id, new.reversed, new.text, ($4::integer[])[new.first:new.last] FROM numberkeep.writers AS w, "
    "unnest($2::text[], $3::text[], $5::integer[], $6::integer[]) AS new (reversed, text, first, last) "
    "WHERE w.account_id = $1 "
    "ON CONFLICT (reversed, account_id) DO UPDATE SET text = excluded.text, grams = excluded.grams"
)


async def accounts_behind(connection: asyncpg.Connection) -> Sequence[int]:
    """Return the accounts whose search texts are not up to date; on Citus asks every node."""
    return [account_id for (account_id,) in await connection.fetch(_BEHIND)]


async def index(connection: asyncpg.Connection, account_id: int) -> bool:
    """Bring some of an account's search texts up to date, and return whether there may be more to do.

    Does nothing while another process does it.
    """
    async with connection.transaction(isolation="read_committed"):
        if not await connection.fetchval("SELECT pg_try_advisory_xact_lock($1, $2)", _LOCK, account_id % 2**31):
            return False
        progress = await connection.fetchrow(_PROGRESS, account_id)
        if progress is None:
            writer = await connection.fetchrow(f"{_WRITER} FOR UPDATE", account_id)
            if writer is None or not (writer["last_event"] or writer["contact_count"]):
                return False
            filled_to = 0 if writer["contact_count"] else None
            await connection.execute(_BEGIN, account_id, writer["last_event"], filled_to)
            return filled_to is not None
        event_id, filled_to = progress
        if filled_to is not None:
            return await _fill(connection, account_id, event_id, filled_to)
        return await _follow(connection, account_id, event_id)


async def _fill(connection: asyncpg.Connection, account_id: int, event_id: int, filled_to: int) -> bool:
    """Index contacts that had no event since the account was first indexed."""
    contacts = await connection.fetch(_NEXT_CONTACTS, account_id, filled_to, _AT_A_TIME)
    await _put(connection, account_id, [row["phone"] for row in contacts], contacts)
    done = len(contacts) < _AT_A_TIME
    await connection.execute(_CONTINUE, account_id, event_id, None if done else contacts[-1]["contact_id"])
    return True


async def _follow(connection: asyncpg.Connection, account_id: int, event_id: int) -> bool:
    """Index the contacts that the next events are about."""
    last_event = await connection.fetchval(_WRITER, account_id)
    if event_id == last_event:
        return False
    events = await connection.fetch(_EVENTS, account_id, event_id, _AT_A_TIME)
    if not events or events[0]["event_id"] != event_id + 1:  # they are no longer retained
        await connection.execute(_CONTINUE, account_id, last_event, 0)
        return True
    phones = list(dict.fromkeys(event["phone"] for event in events if event["phone"]))
    await _put(connection, account_id, phones, await connection.fetch(_CONTACTS, account_id, phones))
    await connection.execute(_CONTINUE, account_id, events[-1]["event_id"], None)
    return True


async def _put(
    connection: asyncpg.Connection, account_id: int, phones: Sequence[str], contacts: Sequence[Any]
) -> None:
    """Store the search texts of numbers that have these contacts; a number without a contact has none."""
    if not phones:
        return
    stored = dict(map(tuple, await connection.fetch(_TEXTS, account_id, [phone[::-1] for phone in phones])))
    rows = await asyncio.to_thread(_changed, account_id, contacts, stored)
    gone = list(stored.keys() - {contact[1][::-1] for contact in contacts})
    if gone:
        await connection.execute(_DELETE, account_id, gone)
    if rows:
        keys, texts, grams = zip(*rows, strict=True)
        ends = list(accumulate(map(len, grams)))
        firsts = [end - len(each) + 1 for end, each in zip(ends, grams, strict=True)]
        together = [gram for each in grams for gram in each]
        await connection.execute(_PUT, account_id, list(keys), list(texts), together, firsts, ends)


def _changed(
    account_id: int, contacts: Sequence[Any], stored: dict[str, str]
) -> list[tuple[str, str, list[int]]]:
    """Return the reversed number, the text and the grams of each contact whose text is not stored."""
    texts = [(row[1][::-1], search_text(contact_of(row))) for row in contacts]
    return [(key, text, grams_of_text(account_id, text)) for key, text in texts if stored.get(key) != text]
