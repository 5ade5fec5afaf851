"""How a unit of work is loaded from the tables and saved to them. Runs on the writer's thread, in its transaction."""

import json
from collections.abc import Sequence
from typing import Any, Final

import apsw

from numberkeep.domain.commands import ANSWERS_KEPT, AccountCommand, outcomes
from numberkeep.domain.contact import micros
from numberkeep.domain.message import MessageStatus
from numberkeep.domain.work import Changes, KeptAnswer, Loaded, Wanted, Work
from numberkeep.store.rows import COLUMNS, contact_of, values_of

_OF: Final = "account_id = ? AND {} IN (SELECT value FROM json_each(?))"
_CONTACTS: Final = f"SELECT {COLUMNS} FROM contacts WHERE {_OF.format('phone')}"  # noqa: S608
# The first condition spares an account without opt-outs a lookup for every number.
_OPT_OUTS: Final = (
    "SELECT phone, opted_out_at FROM opt_outs WHERE EXISTS (SELECT 1 FROM opt_outs WHERE account_id = ?) "  # noqa: S608
    f"AND {_OF.format('phone')}"
)
_VERIFICATIONS: Final = f"SELECT phone, requested_at FROM verifications WHERE {_OF.format('phone')}"  # noqa: S608
_ANSWERS: Final = f"SELECT key, fingerprint, answer, created_at FROM answers WHERE {_OF.format('key')}"  # noqa: S608

_INSERT: Final = f"INSERT INTO contacts (account_id, {COLUMNS}) VALUES (?{', ?' * (COLUMNS.count(',') + 1)})"  # noqa: S608
_UPDATE: Final = (
    "UPDATE contacts SET first_name = ?, last_name = ?, company_name = ?, assigned_to_email = ?, sendblue_number = ?, "
    "tags = ?, custom_variables = ?, verified = ?, opt_out = ? WHERE contact_id = ?"
)
_FORGET: Final = (
    "DELETE FROM answers WHERE answer_id IN "
    "(SELECT answer_id FROM answers WHERE account_id = ? AND created_at <= ? ORDER BY created_at LIMIT ?)"
)


def apply(connection: apsw.Connection, account_id: int, commands: Sequence[AccountCommand[Any]]) -> Sequence[Any]:
    """The results or refusals of one account's commands, which share one load and one save.

    Raises:
        NumberkeepError: as for `outcomes`.
    """
    wanted = Wanted()
    for command in commands:
        command.want(wanted)
    work = Work(account_id, load(connection, account_id, wanted))
    done = outcomes(commands, work)
    save(connection, account_id, work.changes())
    return done


def load(connection: apsw.Connection, account_id: int, wanted: Wanted) -> Loaded:
    """What the tables have of all that is wanted."""
    loaded = Loaded()
    if wanted.phones:
        phones = json.dumps(list(wanted.phones))
        contacts = map(contact_of, connection.execute(_CONTACTS, (account_id, phones)))
        loaded.contacts = {contact.phone: contact for contact in contacts}
        loaded.opt_outs = dict(connection.execute(_OPT_OUTS, (account_id, account_id, phones)))
    if wanted.verifications:
        loaded.verifications = dict(
            connection.execute(_VERIFICATIONS, (account_id, json.dumps(list(wanted.verifications))))
        )
    if wanted.keys:
        answers = connection.execute(_ANSWERS, (account_id, json.dumps(list(wanted.keys))))
        loaded.answers = {key: KeptAnswer(key, fingerprint, answer, at) for key, fingerprint, answer, at in answers}
    return loaded


def save(connection: apsw.Connection, account_id: int, changes: Changes) -> None:
    """Write the changes."""
    many = connection.executemany
    many(
        "DELETE FROM contact_tags WHERE account_id = ? AND tag = ? AND created_at = ? AND contact_id = ?",
        [(account_id, tag, micros(contact.created_at), contact.contact_id) for contact, tag in changes.untagged],
    )
    many("DELETE FROM contacts WHERE contact_id = ?", [(contact.contact_id,) for contact in changes.deleted])
    many(_INSERT, [(account_id, *values_of(contact)) for contact in changes.inserted])
    many(_UPDATE, [(*values_of(new)[3:], new.contact_id) for _, new in changes.updated])
    many(
        "INSERT INTO contact_tags (account_id, tag, created_at, contact_id) VALUES (?, ?, ?, ?)",
        [(account_id, tag, micros(contact.created_at), contact.contact_id) for contact, tag in changes.tagged],
    )
    if changes.count:
        connection.execute(
            "UPDATE accounts SET contact_count = contact_count + ? WHERE account_id = ?", (changes.count, account_id)
        )
    many("DELETE FROM opt_outs WHERE account_id = ? AND phone = ?", [(account_id, phone) for phone in changes.opted_in])
    many(
        "INSERT INTO opt_outs (account_id, phone, opted_out_at) VALUES (?, ?, ?)",
        [(account_id, phone, at) for phone, at in changes.opted_out],
    )
    many(
        "INSERT INTO verifications (account_id, phone, requested_at) VALUES (?, ?, ?) "
        "ON CONFLICT DO UPDATE SET requested_at = excluded.requested_at",
        [(account_id, phone, at) for phone, at in changes.verifications],
    )
    many(
        "INSERT INTO messages (account_id, phone, content, status, created_at) VALUES (?, ?, ?, ?, ?)",
        [
            (account_id, message.to, message.content, MessageStatus.QUEUED.value, message.at)
            for message in changes.messages
        ],
    )
    if changes.answers:
        _keep(connection, account_id, changes.answers)


def _keep(connection: apsw.Connection, account_id: int, answers: Sequence[KeptAnswer]) -> None:
    """Keep the answers, and forget twice as many that are too old: so the table holds no more than a day's."""
    connection.execute(_FORGET, (account_id, answers[-1].at - ANSWERS_KEPT, 2 * len(answers)))
    connection.executemany(
        "INSERT INTO answers (account_id, key, fingerprint, answer, created_at) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (account_id, key) DO UPDATE SET fingerprint = excluded.fingerprint, answer = excluded.answer, "
        "created_at = excluded.created_at",
        [(account_id, kept.key, kept.fingerprint, kept.answer, kept.at) for kept in answers],
    )
