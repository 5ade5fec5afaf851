"""How a unit of work is loaded from the tables and saved to them, in a transaction that holds the account's lock."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import asyncpg

from numberkeep.domain.commands import ANSWERS_KEPT, AccountCommand, outcomes
from numberkeep.domain.errors import StoreUnavailable
from numberkeep.domain.work import Changes, KeptAnswer, Loaded, Wanted, Work
from numberkeep.store.postgres.pool import copy_rows
from numberkeep.store.rows import COLUMNS, contact_of, values_of, values_of_messages, values_of_tags

_LOCKED: Final = "SELECT 1"

RowOf = Callable[[Any], tuple[Any, ...]]
"""Makes a row's values of what has changed."""

# Whoever waits longer than this for the account's lock, or holds it while nothing happens, gives up; a setting of the
# transaction and not of the connection, which a pooler may share.
_BEGIN: Final = (
    "BEGIN ISOLATION LEVEL READ COMMITTED; "
    "SET LOCAL lock_timeout = '15s'; SET LOCAL idle_in_transaction_session_timeout = '15s'; "
    "SELECT FROM numberkeep.writers WHERE account_id = {:d} FOR UPDATE"
)
_TYPES: Final = (
    "bigint[]",
    "text[]",
    "bigint[]",
    "text[]",
    "text[]",
    "text[]",
    "text[]",
    "text[]",
    "text[]",
    "text[]",
    "boolean[]",
    "boolean[]",
)
_NAMES: Final = COLUMNS.split(", ")
_UNNEST: Final = "unnest(" + ", ".join(f"${n}::{kind}" for n, kind in enumerate(_TYPES, start=2)) + ")"

_CONTACTS: Final = f"SELECT {COLUMNS} FROM numberkeep.contacts WHERE account_id = $1 AND phone = ANY($2::text[])"  # noqa: S608
_OPT_OUTS: Final = (
    "SELECT phone, opted_out_at FROM numberkeep.opt_outs WHERE account_id = $1 AND phone = ANY($2::text[])"
)
_VERIFICATIONS: Final = (
    "SELECT phone, requested_at FROM numberkeep.verifications WHERE account_id = $1 AND phone = ANY($2::text[])"
)
_ANSWERS: Final = (
    "SELECT key, fingerprint, answer, created_at FROM numberkeep.answers "
    "WHERE account_id = $1 AND key = ANY($2::text[])"
)

_TAGS: Final = "unnest($2::text[], $3::bigint[], $4::bigint[]) AS t (tag, created_at, contact_id)"
_UNTAG: Final = (
    f"DELETE FROM numberkeep.contact_tags AS c USING {_TAGS} "  # noqa: S608
    "WHERE c.account_id = $1 AND (c.tag, c.created_at, c.contact_id) = (t.tag, t.created_at, t.contact_id)"
)
_DELETE: Final = "DELETE FROM numberkeep.contacts WHERE account_id = $1 AND contact_id = ANY($2::bigint[])"
_INSERT: Final = f"INSERT INTO numberkeep.contacts (account_id, {COLUMNS}) SELECT $1, * FROM {_UNNEST}"  # noqa: S608
_UPDATE: Final = (
    f"UPDATE numberkeep.contacts AS c SET {', '.join(f'{name} = new.{name}' for name in _NAMES[3:])} "  # noqa: S608
    f"FROM {_UNNEST} AS new ({COLUMNS}) WHERE c.account_id = $1 AND c.contact_id = new.contact_id"
)
_TAG: Final = f"INSERT INTO numberkeep.contact_tags SELECT $1, t.* FROM {_TAGS}"  # noqa: S608
_COPIED_FROM: Final = 100
"""Rows from which on COPY is faster than an INSERT, whose arrays the driver looks at value by value."""

_COPY_SECONDS: Final = 30.0

_COPIED: Final = {
    _INSERT: ("contacts", ["account_id", *_NAMES]),
    _TAG: ("contact_tags", ["account_id", "tag", "created_at", "contact_id"]),
}
_OPT_IN: Final = "DELETE FROM numberkeep.opt_outs WHERE account_id = $1 AND phone = ANY($2::text[])"
_OPT_OUT: Final = "INSERT INTO numberkeep.opt_outs SELECT $1, * FROM unnest($2::text[], $3::bigint[])"
_VERIFY: Final = (
    "INSERT INTO numberkeep.verifications SELECT $1, * FROM unnest($2::text[], $3::bigint[]) "
    "ON CONFLICT (account_id, phone) DO UPDATE SET requested_at = excluded.requested_at"
)
_TALLY: Final = (
    "UPDATE numberkeep.writers SET contact_count = contact_count + $2, last_message = last_message + $3 "
    "WHERE account_id = $1 RETURNING last_message"
)
_OWE: Final = (
    "INSERT INTO numberkeep.messages (account_id, message_id, phone, content, created_at, status) "
    "SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::text[])"
)
_FORGET: Final = (
    "DELETE FROM numberkeep.answers WHERE account_id = $1 AND key IN (SELECT key FROM numberkeep.answers "
    "WHERE account_id = $1 AND created_at <= $2 ORDER BY created_at LIMIT $3)"
)
_KEEP: Final = (
    "INSERT INTO numberkeep.answers (account_id, key, fingerprint, answer, created_at) "
    "SELECT $1, * FROM unnest($2::text[], $3::bytea[], $4::bytea[], $5::bigint[]) "
    "ON CONFLICT (account_id, key) DO UPDATE SET fingerprint = excluded.fingerprint, answer = excluded.answer, "
    "created_at = excluded.created_at"
)


async def apply(
    connection: asyncpg.Connection, account_id: int, commands: Sequence[AccountCommand[Any]]
) -> Sequence[Any]:
    """The results or refusals of one account's commands, in a transaction that is committed by `commit` alone.

    Raises:
        NumberkeepError: as for `outcomes`.
    """
    wanted = Wanted()
    for command in commands:
        command.want(wanted)
    if await connection.execute(_BEGIN.format(account_id)) != _LOCKED:
        raise StoreUnavailable(f"account {account_id} has no row to lock: its store was not made or copied to its end")
    work = Work(account_id, await load(connection, account_id, wanted))
    done = outcomes(commands, work)
    await save(connection, account_id, work.changes())
    return done


async def load(connection: asyncpg.Connection, account_id: int, wanted: Wanted) -> Loaded:
    """What the tables have of all that is wanted."""
    loaded = Loaded()
    if wanted.phones:
        phones = list(wanted.phones)
        contacts = map(contact_of, await connection.fetch(_CONTACTS, account_id, phones))
        loaded.contacts = {contact.phone: contact for contact in contacts}
        loaded.opt_outs = _pairs(await connection.fetch(_OPT_OUTS, account_id, phones))
    if wanted.verifications:
        loaded.verifications = _pairs(await connection.fetch(_VERIFICATIONS, account_id, list(wanted.verifications)))
    if wanted.keys:
        answers = await connection.fetch(_ANSWERS, account_id, list(wanted.keys))
        loaded.answers = {key: KeptAnswer(key, fingerprint, answer, at) for key, fingerprint, answer, at in answers}
    return loaded


async def save(connection: asyncpg.Connection, account_id: int, changes: Changes) -> None:
    """Write the changes, removals before insertions."""
    last_message = 0
    if changes.count or changes.messages:
        last_message = await connection.fetchval(_TALLY, account_id, changes.count, len(changes.messages))
    if changes.answers:
        # Twice as many that are too old go: so the table holds no more than a day's.
        oldest, most = changes.answers[-1].at - ANSWERS_KEPT, 2 * len(changes.answers)
        await connection.execute(_FORGET, account_id, oldest, most)
    writes: Sequence[tuple[str, Sequence[Any], RowOf]] = (
        (_UNTAG, values_of_tags(changes.untagged), tuple),
        (_DELETE, changes.deleted, lambda contact: (contact.contact_id,)),
        (_INSERT, changes.inserted, values_of),
        (_UPDATE, changes.updated, lambda pair: values_of(pair[1])),
        (_TAG, values_of_tags(changes.tagged), tuple),
        (_OPT_IN, changes.opted_in, lambda phone: (phone,)),
        (_OPT_OUT, changes.opted_out, tuple),
        (_VERIFY, changes.verifications, tuple),
        (_OWE, values_of_messages(changes.messages, last_message), tuple),
        (_KEEP, changes.answers, lambda kept: (kept.key, kept.fingerprint, kept.answer, kept.at)),
    )
    for statement, changed, row_of in writes:
        rows = map(row_of, changed)
        if len(changed) >= _COPIED_FROM and (table := _COPIED.get(statement)):
            records = ((account_id, *row) for row in rows)
            await copy_rows(connection, *table, records, seconds=_COPY_SECONDS)
        elif changed:
            await connection.execute(statement, account_id, *map(list, zip(*rows, strict=True)))


def _pairs(rows: Sequence[asyncpg.Record]) -> dict[str, int]:
    return {phone: at for phone, at in rows}  # noqa: C416 - to dict() a record is no pair
