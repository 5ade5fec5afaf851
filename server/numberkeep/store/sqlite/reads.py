"""What is read by key, each by one statement on an index; listings are in listing.py."""

from collections.abc import Sequence
from typing import Final

import apsw

from numberkeep.domain.contact import Contact, moment
from numberkeep.domain.identity import ApiKey
from numberkeep.domain.message import Message, MessageStatus
from numberkeep.store.rows import COLUMNS, contact_of, key_of

_CONTACT: Final = f"SELECT {COLUMNS} FROM contacts WHERE account_id = ? AND phone = ?"  # noqa: S608
_KEYS: Final = (
    "SELECT key_id, secret_hash, account_id, name, region, api_keys.created_at, revoked_at "
    "FROM api_keys JOIN accounts USING (account_id) "
)


def contact(connection: apsw.Connection, account_id: int, phone: str) -> Contact | None:
    """The account's contact with this number."""
    row = connection.execute(_CONTACT, (account_id, phone)).fetchone()
    return None if row is None else contact_of(row)


def count(connection: apsw.Connection, account_id: int) -> int:
    """How many contacts the account has."""
    found = connection.execute("SELECT contact_count FROM accounts WHERE account_id = ?", (account_id,)).get
    return found if isinstance(found, int) else 0


def messages(connection: apsw.Connection, account_id: int, limit: int) -> Sequence[Message]:
    """The account's newest messages, newest first."""
    rows = connection.execute(
        "SELECT phone, content, status, created_at FROM messages WHERE account_id = ? ORDER BY message_id DESC LIMIT ?",
        (account_id, limit),
    )
    return [Message(to, content, MessageStatus(status), moment(at)) for to, content, status, at in rows]


def api_key(connection: apsw.Connection, key_id: str) -> ApiKey | None:
    """The key of this id."""
    row = connection.execute(f"{_KEYS} WHERE key_id = ?", (key_id,)).fetchone()
    return None if row is None else key_of(row)


def api_keys(connection: apsw.Connection) -> Sequence[ApiKey]:
    """Every key, oldest first."""
    return [key_of(row) for row in connection.execute(f"{_KEYS} ORDER BY api_keys.created_at, key_id")]
