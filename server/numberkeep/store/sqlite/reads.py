"""What is read by key, each by one statement on an index; listings are in listing.py."""

from collections.abc import Sequence
from typing import Final

import apsw

from numberkeep.domain.contact import Contact
from numberkeep.domain.identity import Account, ApiKey
from numberkeep.domain.message import Message
from numberkeep.store.rows import COLUMNS, MESSAGE_COLUMNS, account_from, contact_of, key_of, message_of

_CONTACT: Final = f"SELECT {COLUMNS} FROM contacts WHERE account_id = ? AND phone = ?"  # noqa: S608
_KEYS: Final = (
    "SELECT key_id, secret_hash, api_keys.created_at, revoked_at, account_id, name, region, verification_text "
    "FROM api_keys JOIN accounts USING (account_id) "
)
_ACCOUNT: Final = "SELECT account_id, name, region, verification_text FROM accounts"
_MESSAGES: Final = f"SELECT {MESSAGE_COLUMNS} FROM messages WHERE account_id = ? ORDER BY message_id DESC LIMIT ?"  # noqa: S608


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
    return [message_of(row) for row in connection.execute(_MESSAGES, (account_id, limit))]


def account(connection: apsw.Connection, name: str) -> Account | None:
    """The account of this name."""
    row = connection.execute(f"{_ACCOUNT} WHERE name = ?", (name,)).fetchone()
    return None if row is None else account_from(row)


def account_of(connection: apsw.Connection, account_id: int) -> Account | None:
    """The account of this id."""
    row = connection.execute(f"{_ACCOUNT} WHERE account_id = ?", (account_id,)).fetchone()
    return None if row is None else account_from(row)


def accounts(connection: apsw.Connection) -> Sequence[Account]:
    """Every account, oldest first."""
    return [account_from(row) for row in connection.execute(f"{_ACCOUNT} ORDER BY account_id")]


def account_signing(connection: apsw.Connection, signing_hash: bytes) -> Account | None:
    """The account that has the secret of this hash."""
    row = connection.execute(f"{_ACCOUNT} WHERE signing_hash = ?", (signing_hash,)).fetchone()
    return None if row is None else account_from(row)


def api_key(connection: apsw.Connection, key_id: str) -> ApiKey | None:
    """The key of this id."""
    row = connection.execute(f"{_KEYS} WHERE key_id = ?", (key_id,)).fetchone()
    return None if row is None else key_of(row)


def api_keys(connection: apsw.Connection) -> Sequence[ApiKey]:
    """Every key, oldest first."""
    return [key_of(row) for row in connection.execute(f"{_KEYS} ORDER BY api_keys.created_at, key_id")]
