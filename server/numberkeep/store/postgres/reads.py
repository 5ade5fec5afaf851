"""What is read by key, each by one statement on an index; listings are in listing.py."""

from collections.abc import Sequence
from typing import Final

import asyncpg

from numberkeep.domain.contact import Contact
from numberkeep.domain.identity import Account, ApiKey
from numberkeep.domain.message import Message
from numberkeep.store.rows import COLUMNS, MESSAGE_COLUMNS, account_from, contact_of, key_of, message_of

_CONTACT: Final = f"SELECT {COLUMNS} FROM numberkeep.contacts WHERE account_id = $1 AND phone = $2"  # noqa: S608
_KEYS: Final = (
    "SELECT k.key_id, k.secret_hash, k.created_at, k.revoked_at, a.account_id, a.name, a.region, a.verification_text "
    "FROM numberkeep.api_keys AS k JOIN numberkeep.accounts AS a USING (account_id) "
)
_ACCOUNT: Final = "SELECT account_id, name, region, verification_text FROM numberkeep.accounts"
_MESSAGES: Final = (
    f"SELECT {MESSAGE_COLUMNS} FROM numberkeep.messages WHERE account_id = $1 ORDER BY message_id DESC LIMIT $2"  # noqa: S608
)


async def contact(connection: asyncpg.Connection, account_id: int, phone: str) -> Contact | None:
    """The account's contact with this number."""
    row = await connection.fetchrow(_CONTACT, account_id, phone)
    return None if row is None else contact_of(row)


async def count(connection: asyncpg.Connection, account_id: int) -> int:
    """How many contacts the account has."""
    found = await connection.fetchval("SELECT contact_count FROM numberkeep.writers WHERE account_id = $1", account_id)
    return found or 0


async def messages(connection: asyncpg.Connection, account_id: int, limit: int) -> Sequence[Message]:
    """The account's newest messages, newest first."""
    return [message_of(row) for row in await connection.fetch(_MESSAGES, account_id, limit)]


async def account(connection: asyncpg.Connection, name: str) -> Account | None:
    """The account of this name."""
    row = await connection.fetchrow(f"{_ACCOUNT} WHERE name = $1", name)
    return None if row is None else account_from(row)


async def account_of(connection: asyncpg.Connection, account_id: int) -> Account | None:
    """The account of this id."""
    row = await connection.fetchrow(f"{_ACCOUNT} WHERE account_id = $1", account_id)
    return None if row is None else account_from(row)


async def accounts(connection: asyncpg.Connection) -> Sequence[Account]:
    """Every account, oldest first."""
    return [account_from(row) for row in await connection.fetch(f"{_ACCOUNT} ORDER BY account_id")]


async def account_signing(connection: asyncpg.Connection, signing_hash: bytes) -> Account | None:
    """The account that has the secret of this hash."""
    row = await connection.fetchrow(f"{_ACCOUNT} WHERE signing_hash = $1", signing_hash)
    return None if row is None else account_from(row)


async def api_key(connection: asyncpg.Connection, key_id: str) -> ApiKey | None:
    """The key of this id."""
    row = await connection.fetchrow(f"{_KEYS} WHERE k.key_id = $1", key_id)
    return None if row is None else key_of(row)


async def api_keys(connection: asyncpg.Connection) -> Sequence[ApiKey]:
    """Every key, oldest first."""
    return [key_of(row) for row in await connection.fetch(f"{_KEYS} ORDER BY k.created_at, k.key_id")]
