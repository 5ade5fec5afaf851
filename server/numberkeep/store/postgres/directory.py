"""What the commands on accounts and keys do to the tables, each alone in its transaction."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import asyncpg

from numberkeep.domain.commands import Command
from numberkeep.domain.contact import moment
from numberkeep.domain.directory import SECRET_TAKEN, CreateFirstKey, CreateKey, RevokeKey, SetAccount
from numberkeep.domain.errors import FieldError, InvalidInput
from numberkeep.domain.identity import Account, ApiKey
from numberkeep.store.postgres import reads

_LOCK: Final = "LOCK TABLE numberkeep.api_keys IN SHARE ROW EXCLUSIVE MODE"
"""Two processes that start on an empty store must not both make its first key."""


async def apply(connection: asyncpg.Connection, command: Command[Any]) -> Any:
    """Apply a command on accounts or keys, in a transaction that the caller begins and ends.

    Raises:
        NumberkeepError: what the command's class names.
    """
    await connection.execute(_LOCK)
    return await HANDLERS[type(command)](connection, command)


async def create_key(connection: asyncpg.Connection, command: CreateKey) -> ApiKey:
    """Apply CreateKey."""
    if await reads.api_key(connection, command.key_id) is not None:
        message = f"{command.key_id} is taken: choose another"
        raise InvalidInput(message, [FieldError("key_id", message)])
    account = await reads.account(connection, command.account_name)
    if account is None:
        await connection.execute(
            "INSERT INTO numberkeep.accounts (name, region, created_at) VALUES ($1, $2, $3)",
            command.account_name,
            command.region,
            command.at,
        )
        account = await reads.account(connection, command.account_name)
        assert account is not None  # noqa: S101 - it was just made
        await connection.execute("INSERT INTO numberkeep.writers (account_id) VALUES ($1)", account.account_id)
    await connection.execute(
        "INSERT INTO numberkeep.api_keys (key_id, account_id, secret_hash, created_at) VALUES ($1, $2, $3, $4)",
        command.key_id,
        account.account_id,
        command.secret_hash,
        command.at,
    )
    return ApiKey(command.key_id, command.secret_hash, account, moment(command.at))


async def create_first_key(connection: asyncpg.Connection, command: CreateFirstKey) -> ApiKey | None:
    """Apply CreateFirstKey."""
    if await connection.fetchval("SELECT EXISTS (SELECT FROM numberkeep.api_keys)"):
        return None
    return await create_key(connection, command.key)


async def revoke_key(connection: asyncpg.Connection, command: RevokeKey) -> bool:
    """Apply RevokeKey."""
    if await reads.api_key(connection, command.key_id) is None:
        return False
    await connection.execute(
        "UPDATE numberkeep.api_keys SET revoked_at = coalesce(revoked_at, $2) WHERE key_id = $1",
        command.key_id,
        command.at,
    )
    return True


async def set_account(connection: asyncpg.Connection, command: SetAccount) -> Account | None:
    """Apply SetAccount."""
    account = await reads.account(connection, command.account_name)
    if account is None:
        return None
    if command.signing_hash:
        holder = await reads.account_signing(connection, command.signing_hash)
        if holder not in {None, account}:
            raise InvalidInput(SECRET_TAKEN)
    if command.signing_hash is not None:
        await connection.execute(
            "UPDATE numberkeep.accounts SET signing_hash = nullif($2, ''::bytea) WHERE account_id = $1",
            account.account_id,
            command.signing_hash,
        )
    if command.verification_text is not None:
        await connection.execute(
            "UPDATE numberkeep.accounts SET verification_text = $2 WHERE account_id = $1",
            account.account_id,
            command.verification_text,
        )
    return await reads.account(connection, command.account_name)


HANDLERS: Final[dict[type[Command[Any]], Callable[[asyncpg.Connection, Any], Awaitable[Any]]]] = {
    CreateKey: create_key,
    CreateFirstKey: create_first_key,
    RevokeKey: revoke_key,
    SetAccount: set_account,
}
"""Every command's handler."""
