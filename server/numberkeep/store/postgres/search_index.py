"""Builds the search index of an account behind its writes, by following the change log.

A write costs nothing for the search, and an older process that writes beside this one needs to know nothing of it. What
was changed since the last indexed event is compared by its fields (search_matches.py), so a search misses nothing.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final

import asyncpg

from numberkeep.domain.contacts.search import search_text
from numberkeep.domain.event import NO_PHONE
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
_SOON: Final = 100_000
"""Events of an account that is new: all of them are followed if they are retained."""
# The first event is retained, so all are, and every contact has one.
_IS_LOGGED: Final = (
    "SELECT EXISTS (SELECT FROM numberkeep.events WHERE account_id = $1 AND event_id = 1) "
    "AND NOT EXISTS (SELECT FROM numberkeep.contacts WHERE account_id = $1 AND last_event = 0)"
)
_BEGIN: Final = "INSERT INTO numberkeep.search_progress (account_id, event_id, filled_to) VALUES ($1, $2, $3)"
_CONTINUE: Final = "UPDATE numberkeep.search_progress SET event_id = $2, filled_to = $3 WHERE account_id = $1"
_EVENTS: Final = (
    "SELECT event_id, phone FROM numberkeep.events WHERE account_id = $1 AND event_id > $2 ORDER BY event_id LIMIT $3"
)
_READ: Final = f"SELECT {COLUMNS}, last_event, search_text FROM numberkeep.contacts WHERE account_id = $1"
_CONTACTS: Final = f"{_READ} AND phone = ANY($2::text[])"
_NEXT_CONTACTS: Final = f"{_READ} AND contact_id > $2 ORDER BY contact_id LIMIT $3"
_DELETE: Final = "DELETE FROM numberkeep.search_grams WHERE account_id = $1 AND reversed = ANY($2::text[])"
# Which contacts were deleted was in the events that are lost.
_DELETE_ALL: Final = "DELETE FROM numberkeep.search_grams WHERE account_id = $1"
# The account's id is taken from its row for the reason that statements.py has for every insertion. The grams of all
# contacts are one array, of which each has a part.
_PUT: Final = (
    "INSERT INTO numberkeep.search_grams AS old (account_id, reversed, grams) "
    "SELECT w.account_id, new.reversed, ($3::integer[])[new.first:new.last] FROM numberkeep.writers AS w, "
    "unnest($2::text[], $4::integer[], $5::integer[]) AS new (reversed, first, last) WHERE w.account_id = $1 "
    "ON CONFLICT (reversed, account_id) DO UPDATE SET grams = excluded.grams WHERE old.grams <> excluded.grams"
)
# One that was changed meanwhile has a later event.
_SET_TEXTS: Final = (
    "UPDATE numberkeep.contacts AS c SET search_text = new.text "
    "FROM unnest($2::bigint[], $3::bigint[], $4::text[]) AS new (contact_id, last_event, text) "
    "WHERE c.account_id = $1 AND c.contact_id = new.contact_id AND c.last_event = new.last_event"
)
# Every contact's last event was indexed, and its text was corrected then.
_TRUST_TEXTS: Final = (
    "UPDATE numberkeep.writers AS w SET text_event = w.last_event FROM numberkeep.search_progress AS p "
    "WHERE w.account_id = $1 AND p.account_id = $1 AND p.filled_to IS NULL AND p.event_id = w.last_event "
    "AND w.text_event <> w.last_event"
)


@dataclass(slots=True, frozen=True)
class _Indexed:
    """What is stored of a contact for the search."""

    phone: str
    grams: Sequence[int]
    contact_id: int
    last_event: int
    text: str
    had_text: bool


async def accounts_behind(connection: asyncpg.Connection) -> Sequence[int]:
    """Return the accounts whose index is not up to date; on Citus asks every node."""
    return [account_id for (account_id,) in await connection.fetch(_BEHIND)]


async def index(connection: asyncpg.Connection, account_id: int) -> bool:
    """Index some of an account's contacts, and return whether there may be more to do.

    Does nothing while another process does it.
    """
    async with connection.transaction(isolation="read_committed"):
        if not await connection.fetchval("SELECT pg_try_advisory_xact_lock($1, $2)", _LOCK, account_id % 2**31):
            return False
        progress = await connection.fetchrow(_PROGRESS, account_id)
        if progress is None:
            return await _begin(connection, account_id)
        event_id, filled_to = progress
        if filled_to is not None:
            return await _fill(connection, account_id, event_id, filled_to)
        if await _follow(connection, account_id, event_id):
            return True
    # In another transaction: a process that empties the account locks the writer first, then the progress.
    await connection.execute(_TRUST_TEXTS, account_id)
    return False


async def _begin(connection: asyncpg.Connection, account_id: int) -> bool:
    writer = await connection.fetchrow(f"{_WRITER} FOR UPDATE", account_id)
    if writer is None or not (writer["last_event"] or writer["contact_count"]):
        return False
    if writer["last_event"] <= _SOON and await connection.fetchval(_IS_LOGGED, account_id):
        # Filled and then followed, an import into a new account would be indexed twice.
        await connection.execute(_BEGIN, account_id, 0, None)
    else:
        await connection.execute(_BEGIN, account_id, writer["last_event"], 0)
    return True


async def _fill(connection: asyncpg.Connection, account_id: int, event_id: int, filled_to: int) -> bool:
    """Index the next contacts, whether they had an event or not."""
    contacts = await connection.fetch(_NEXT_CONTACTS, account_id, filled_to, _AT_A_TIME)
    await _put(connection, account_id, contacts)
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
        await connection.execute(_DELETE_ALL, account_id)
        await connection.execute(_CONTINUE, account_id, last_event, 0)
        return True
    phones = {event["phone"] for event in events} - {NO_PHONE}
    if phones:
        contacts = await connection.fetch(_CONTACTS, account_id, list(phones))
        deleted = phones.difference(contact["phone"] for contact in contacts)
        if deleted:
            await connection.execute(_DELETE, account_id, [phone[::-1] for phone in deleted])
        await _put(connection, account_id, contacts)
    await connection.execute(_CONTINUE, account_id, events[-1]["event_id"], None)
    return True


async def _put(connection: asyncpg.Connection, account_id: int, contacts: Sequence[Any]) -> None:
    """Store the grams of contacts, and the text of those whose text is another one: an older process changed them."""
    if not contacts:
        return
    indexed = await asyncio.to_thread(_indexed, account_id, contacts)
    ends = list(accumulate(len(each.grams) for each in indexed))
    firsts = [end - len(each.grams) + 1 for end, each in zip(ends, indexed, strict=True)]
    together = [gram for each in indexed for gram in each.grams]
    await connection.execute(_PUT, account_id, [each.phone[::-1] for each in indexed], together, firsts, ends)
    wrong = [(each.contact_id, each.last_event, each.text) for each in indexed if not each.had_text]
    if wrong:
        await connection.execute(_SET_TEXTS, account_id, *map(list, zip(*wrong, strict=True)))


def _indexed(account_id: int, contacts: Sequence[Any]) -> Sequence[_Indexed]:
    done: list[_Indexed] = []
    for *columns, last_event, stored in contacts:
        contact = contact_of(columns)
        text = search_text(contact)
        grams = grams_of_text(account_id, text)
        done.append(_Indexed(contact.phone, grams, contact.contact_id, last_event, text, stored == text))
    return done
