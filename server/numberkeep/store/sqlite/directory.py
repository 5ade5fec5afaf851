"""What the commands on accounts and keys do to the tables."""

from collections.abc import Callable
from typing import Any, Final

import apsw

from numberkeep.domain.commands import Command
from numberkeep.domain.contact import moment
from numberkeep.domain.directory import CreateFirstKey, CreateKey, RevokeKey
from numberkeep.domain.errors import FieldError, InvalidInput
from numberkeep.domain.identity import Account, ApiKey
from numberkeep.store.sqlite import reads


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
    CreateKey: create_key,
    CreateFirstKey: create_first_key,
    RevokeKey: revoke_key,
}
"""Every command's handler."""
