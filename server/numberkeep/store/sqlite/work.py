"""How a unit of work is loaded from the tables and saved to them. Runs on the writer's thread, in its transaction."""

import json
from collections.abc import Sequence
from typing import Any, Final

import apsw

from numberkeep.domain.commands import ANSWERS_KEPT, AccountCommand, outcomes
from numberkeep.domain.work import Changes, KeptAnswer, Loaded, Wanted, Work
from numberkeep.store.rows import COLUMNS, contact_of, values_of, values_of_messages, values_of_tags

_OF: Final = "account_id = ? AND {} IN (SELECT value FROM json_each(?))"
_CONTACTS: Final = f"SELECT {COLUMNS} FROM contacts WHERE {_OF.format('phone')}"  # noqa: S608
# The first condition spares an account without opt-outs a lookup for every number.
_OPT_OUTS: Final = (
    "SELECT phone, opted_out_at FROM opt_outs WHERE EXISTS (SELECT 1 FROM opt_outs WHERE account_id = ?) "  # noqa: S608
    f"AND {_OF.format('phone')}"
)
_VERIFICATIONS: Final = f"SELECT phone, requested_at FROM verifications WHERE {_OF.format('phone')}"  # noqa: S608
_ANSWERS: Final = f"SELECT key, fingerprint, answer, created_at FROM answers WHERE {_OF.format('key')}"  # noqa: S608

# The account's id is each statement's last value; the others stand in the order of its row.
_UNTAG: Final = "DELETE FROM contact_tags WHERE tag = ? AND created_at = ? AND contact_id = ? AND account_id = ?"
_DELETE: Final = "DELETE FROM contacts WHERE contact_id = ? AND account_id = ?"
_INSERT: Final = f"INSERT INTO contacts ({COLUMNS}, account_id) VALUES (?{', ?' * (COLUMNS.count(',') + 1)})"  # noqa: S608
_UPDATE: Final = (
    "UPDATE contacts SET first_name = ?, last_name = ?, company_name = ?, assigned_to_email = ?, sendblue_number = ?, "
    "tags = ?, custom_variables = ?, verified = ?, opt_out = ? WHERE contact_id = ? AND account_id = ?"
)
_TAG: Final = "INSERT INTO contact_tags (tag, created_at, contact_id, account_id) VALUES (?, ?, ?, ?)"
_OPT_IN: Final = "DELETE FROM opt_outs WHERE phone = ? AND account_id = ?"
_OPT_OUT: Final = "INSERT INTO opt_outs (phone, opted_out_at, account_id) VALUES (?, ?, ?)"
_VERIFY: Final = (
    "INSERT INTO verifications (phone, requested_at, account_id) VALUES (?, ?, ?) "
    "ON CONFLICT DO UPDATE SET requested_at = excluded.requested_at"
)
_TALLY: Final = (
    "UPDATE accounts SET contact_count = contact_count + ?, last_message = last_message + ? WHERE account_id = ? "
    "RETURNING last_message"
)
_OWE: Final = (
    "INSERT INTO messages (message_id, phone, content, created_at, status, account_id) VALUES (?, ?, ?, ?, ?, ?)"
)
_FORGET: Final = (
    "DELETE FROM answers WHERE answer_id IN "
    "(SELECT answer_id FROM answers WHERE account_id = ? AND created_at <= ? ORDER BY created_at LIMIT ?)"
)
_KEEP: Final = (
    "INSERT INTO answers (key, fingerprint, answer, created_at, account_id) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT (account_id, key) DO UPDATE SET fingerprint = excluded.fingerprint, answer = excluded.answer, "
    "created_at = excluded.created_at"
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
    """Write the changes, removals before insertions."""
    last_message = 0
    if changes.count or changes.messages:
        last_message = connection.execute(_TALLY, (changes.count, len(changes.messages), account_id)).get
    if changes.answers:
        # Twice as many that are too old go: so the table holds no more than a day's.
        oldest, most = changes.answers[-1].at - ANSWERS_KEPT, 2 * len(changes.answers)
        connection.execute(_FORGET, (account_id, oldest, most))
    for statement, rows in (
        (_UNTAG, values_of_tags(changes.untagged)),
        (_DELETE, [(contact.contact_id,) for contact in changes.deleted]),
        (_INSERT, map(values_of, changes.inserted)),
        (_UPDATE, [(*values_of(new)[3:], new.contact_id) for _, new in changes.updated]),
        (_TAG, values_of_tags(changes.tagged)),
        (_OPT_IN, [(phone,) for phone in changes.opted_in]),
        (_OPT_OUT, changes.opted_out),
        (_VERIFY, changes.verifications),
        (_OWE, values_of_messages(changes.messages, last_message)),
        (_KEEP, [(kept.key, kept.fingerprint, kept.answer, kept.at) for kept in changes.answers]),
    ):
        connection.executemany(statement, ((*row, account_id) for row in rows))
