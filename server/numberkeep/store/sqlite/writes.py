"""What each command does to the tables. Runs on the writer thread, inside a transaction that the writer owns.

A handler raises a NumberkeepError before its first change, or not at all.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import apsw

from numberkeep.domain.commands import (
    BulkRow,
    Command,
    CreateContact,
    CreateFirstKey,
    CreateKey,
    DeleteContacts,
    RequestVerification,
    RevokeKey,
    SetOptOut,
    UpdateContact,
    UpsertContacts,
    Upserted,
)
from numberkeep.domain.contact import Contact, ContactPatch, micros, moment, new_contact, patched
from numberkeep.domain.errors import (
    ContactExists,
    ContactNotFound,
    FieldError,
    InvalidInput,
    InvalidRows,
    RecipientOptedOut,
    VerificationTooSoon,
)
from numberkeep.domain.identity import Account, ApiKey
from numberkeep.domain.message import MessageStatus
from numberkeep.store.sqlite import reads
from numberkeep.store.sqlite.rows import COLUMNS, values_of

_INSERT: Final = f"INSERT INTO contacts (account_id, {COLUMNS}) VALUES (?{', ?' * (COLUMNS.count(',') + 1)})"  # noqa: S608
_UPDATE: Final = (
    "UPDATE contacts SET first_name = ?, last_name = ?, company_name = ?, assigned_to_email = ?, sendblue_number = ?, "
    "tags = ?, custom_variables = ?, verified = ?, opt_out = ? WHERE contact_id = ?"
)

Change = tuple[Contact, Contact, int]
"""A contact before and after, and the time of the change."""


def create_contact(connection: apsw.Connection, command: CreateContact) -> Contact:
    """Apply CreateContact."""
    there = reads.contact(connection, command.account_id, command.phone)
    if there is not None:
        if not command.update_if_exists:
            raise ContactExists
        return _change(connection, command.account_id, there, command.patch, command.at)
    opted_out = reads.opted_out(connection, command.account_id, [command.phone])
    contact = _new(command, opt_out=command.phone in opted_out)
    _insert(connection, command.account_id, [contact], opted_out)
    return contact


def update_contact(connection: apsw.Connection, command: UpdateContact) -> Contact:
    """Apply UpdateContact."""
    there = reads.contact(connection, command.account_id, command.phone)
    if there is None:
        raise ContactNotFound
    command.read_only.check(there)
    return _change(connection, command.account_id, there, command.patch, command.at)


def upsert_contacts(connection: apsw.Connection, command: UpsertContacts) -> Upserted:
    """Apply UpsertContacts."""
    phones = [row.phone for row in command.rows]
    there = reads.contacts_by_phone(connection, command.account_id, phones)
    opted_out = reads.opted_out(connection, command.account_id, phones)
    done: list[Contact] = []
    new: list[Contact] = []
    changed: list[Change] = []
    errors: list[FieldError] = []
    for row in command.rows:
        old = there.get(row.phone)
        try:
            contact = _new(row, opt_out=row.phone in opted_out) if old is None else patched(old, row.patch)
        except InvalidInput as error:
            errors += [field.in_row(row.index, row.phone) for field in error.fields]
            continue
        done.append(contact)
        if old is None:
            new.append(contact)
        elif contact != old:
            changed.append((old, contact, row.at))
    if errors and not command.skip_bad:
        raise InvalidRows(errors)
    _insert(connection, command.account_id, new, opted_out)
    _update(connection, command.account_id, changed)
    return Upserted(done, errors)


def delete_contacts(connection: apsw.Connection, command: DeleteContacts) -> int:
    """Apply DeleteContacts."""
    there = reads.contacts_by_phone(connection, command.account_id, command.phones).values()
    _remove_tags(connection, command.account_id, there)
    connection.executemany("DELETE FROM contacts WHERE contact_id = ?", [(contact.contact_id,) for contact in there])
    _count(connection, command.account_id, -len(there))
    return len(there)


def set_opt_out(connection: apsw.Connection, command: SetOptOut) -> None:
    """Apply SetOptOut."""
    there = reads.contact(connection, command.account_id, command.phone)
    if there is None:
        _record_opt_out(connection, command.account_id, command.phone, command.at, opted_out=command.opted_out)
    else:
        _change(connection, command.account_id, there, ContactPatch(opt_out=command.opted_out), command.at)


def request_verification(connection: apsw.Connection, command: RequestVerification) -> bool:
    """Apply RequestVerification."""
    key = (command.account_id, command.phone)
    contact = reads.contact(connection, *key)
    if contact is None:
        raise ContactNotFound
    if contact.verified:
        return False
    if contact.opt_out:
        raise RecipientOptedOut
    requested_at = connection.execute(
        "SELECT requested_at FROM verifications WHERE account_id = ? AND phone = ?", key
    ).get
    if requested_at is not None and (wait := requested_at + command.resend_after - command.at) > 0:
        raise VerificationTooSoon(-(-wait // 1_000_000))
    connection.execute(
        "INSERT INTO verifications (account_id, phone, requested_at) VALUES (?, ?, ?) "
        "ON CONFLICT DO UPDATE SET requested_at = excluded.requested_at",
        (*key, command.at),
    )
    connection.execute(
        "INSERT INTO messages (account_id, phone, content, status, created_at) VALUES (?, ?, ?, ?, ?)",
        (*key, command.content, MessageStatus.QUEUED.value, command.at),
    )
    return True


def create_key(connection: apsw.Connection, command: CreateKey) -> ApiKey:
    """Apply CreateKey."""
    if reads.api_key(connection, command.key_id) is not None:
        message = f"{command.key_id} is taken: choose another"
        raise InvalidInput(message, [FieldError("key_id", message)])
    connection.execute(
        "INSERT INTO accounts (name, region, created_at) VALUES (?, ?, ?) ON CONFLICT (name) DO NOTHING",
        (command.account_name, command.region, command.at),
    )
    account = Account(
        *connection.execute("SELECT account_id, name, region FROM accounts WHERE name = ?", (command.account_name,)).get
    )
    connection.execute(
        "INSERT INTO api_keys (key_id, account_id, secret_hash, created_at) VALUES (?, ?, ?, ?)",
        (command.key_id, account.account_id, command.secret_hash, command.at),
    )
    return ApiKey(command.key_id, command.secret_hash, account, moment(command.at))


def create_first_key(connection: apsw.Connection, command: CreateFirstKey) -> ApiKey | None:
    """Apply CreateFirstKey."""
    if connection.execute("SELECT EXISTS (SELECT 1 FROM api_keys)").get:
        return None
    return create_key(connection, command.key)


def revoke_key(connection: apsw.Connection, command: RevokeKey) -> bool:
    """Apply RevokeKey."""
    if reads.api_key(connection, command.key_id) is None:
        return False
    connection.execute(
        "UPDATE api_keys SET revoked_at = coalesce(revoked_at, ?) WHERE key_id = ?", (command.at, command.key_id)
    )
    return True


HANDLERS: Final[dict[type[Command[Any]], Callable[[apsw.Connection, Any], Any]]] = {
    CreateContact: create_contact,
    UpdateContact: update_contact,
    UpsertContacts: upsert_contacts,
    DeleteContacts: delete_contacts,
    SetOptOut: set_opt_out,
    RequestVerification: request_verification,
    CreateKey: create_key,
    CreateFirstKey: create_first_key,
    RevokeKey: revoke_key,
}
"""Every command's handler: the one write path."""


def _new(row: CreateContact | BulkRow, *, opt_out: bool) -> Contact:
    return new_contact(row.contact_id, row.phone, moment(row.at), row.patch, opt_out=opt_out)


def _change(connection: apsw.Connection, account_id: int, old: Contact, patch: ContactPatch, at: int) -> Contact:
    contact = patched(old, patch)
    if contact != old:
        _update(connection, account_id, [(old, contact, at)])
    return contact


def _insert(
    connection: apsw.Connection, account_id: int, contacts: Sequence[Contact], opted_out: frozenset[str]
) -> None:
    connection.executemany(_INSERT, [(account_id, *values_of(contact)) for contact in contacts])
    _add_tags(connection, account_id, contacts)
    _count(connection, account_id, len(contacts))
    for contact in contacts:
        if contact.opt_out != (contact.phone in opted_out):
            _record_opt_out(
                connection, account_id, contact.phone, micros(contact.created_at), opted_out=contact.opt_out
            )


def _update(connection: apsw.Connection, account_id: int, changes: Sequence[Change]) -> None:
    connection.executemany(_UPDATE, [(*values_of(new)[3:], new.contact_id) for _, new, _ in changes])
    for old, new, at in changes:
        if old.opt_out != new.opt_out:
            _record_opt_out(connection, account_id, new.phone, at, opted_out=new.opt_out)
    retagged = [(old, new) for old, new, _ in changes if old.tags != new.tags]
    _remove_tags(connection, account_id, (old for old, _ in retagged))
    _add_tags(connection, account_id, (new for _, new in retagged))


def _add_tags(connection: apsw.Connection, account_id: int, contacts: Iterable[Contact]) -> None:
    rows = _tag_rows(account_id, contacts)
    connection.executemany(
        "INSERT INTO contact_tags (account_id, tag, created_at, contact_id) VALUES (?, ?, ?, ?)", rows
    )


def _remove_tags(connection: apsw.Connection, account_id: int, contacts: Iterable[Contact]) -> None:
    connection.executemany(
        "DELETE FROM contact_tags WHERE account_id = ? AND tag = ? AND created_at = ? AND contact_id = ?",
        _tag_rows(account_id, contacts),
    )


def _tag_rows(account_id: int, contacts: Iterable[Contact]) -> list[tuple[int, str, int, int]]:
    return [
        (account_id, tag, micros(contact.created_at), contact.contact_id)
        for contact in contacts
        if contact.tags
        for tag in contact.tags
    ]


def _count(connection: apsw.Connection, account_id: int, difference: int) -> None:
    if difference:
        connection.execute(
            "UPDATE accounts SET contact_count = contact_count + ? WHERE account_id = ?", (difference, account_id)
        )


def _record_opt_out(connection: apsw.Connection, account_id: int, phone: str, at: int, *, opted_out: bool) -> None:
    if opted_out:
        connection.execute(
            "INSERT INTO opt_outs (account_id, phone, opted_out_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (account_id, phone, at),
        )
    else:
        connection.execute("DELETE FROM opt_outs WHERE account_id = ? AND phone = ?", (account_id, phone))
