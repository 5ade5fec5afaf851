"""What the commands on accounts and keys do to the tables."""

from collections.abc import Callable
from typing import Any, Final

import apsw

from numberkeep.domain.commands import Command
from numberkeep.domain.contact import moment
from numberkeep.domain.directory import SECRET_TAKEN, CreateFirstKey, CreateKey, RevokeKey, SetAccount
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
    account = reads.account(connection, command.account_name)
    assert account is not None  # noqa: S101 - it was just made
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


def set_account(connection: apsw.Connection, command: SetAccount) -> Account | None:
    """Apply SetAccount."""
    account = reads.account(connection, command.account_name)
    if account is None:
        return None
    if command.signing_hash:
        holder = reads.account_signing(connection, command.signing_hash)
        if holder not in {None, account}:
            raise InvalidInput(SECRET_TAKEN)
    if command.signing_hash is not None:
        connection.execute(
            "UPDATE accounts SET signing_hash = nullif(?, x'') WHERE account_id = ?",
            (command.signing_hash, account.account_id),
        )
    if command.verification_text is not None:
        connection.execute(
            "UPDATE accounts SET verification_text = ? WHERE account_id = ?",
            (command.verification_text, account.account_id),
        )
    return reads.account(connection, command.account_name)


HANDLERS: Final[dict[type[Command[Any]], Callable[[apsw.Connection, Any], Any]]] = {
    CreateKey: create_key,
    CreateFirstKey: create_first_key,
    RevokeKey: revoke_key,
    SetAccount: set_account,
}
"""Every command's handler."""
