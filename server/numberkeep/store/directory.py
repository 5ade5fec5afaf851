"""Applies the commands on accounts and keys, each in its own transaction, as a conversation with a database."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from numberkeep.domain.account_commands import SECRET_TAKEN, CreateFirstKey, CreateKey, RevokeKey, SetAccount
from numberkeep.domain.command import Command
from numberkeep.domain.contacts.contact import moment
from numberkeep.domain.errors import FieldError, InvalidInput
from numberkeep.domain.identity import Account, ApiKey
from numberkeep.store.account_rows import account_of
from numberkeep.store.flow import Fetch, Flow
from numberkeep.store.stored_form import encode


def apply(command: Command[Any]) -> Flow[Any]:
    """Return the result of a command on accounts or keys.

    Raises:
        NumberkeepError: what the command's class names; the transaction must be rolled back.
    """
    return (yield from _HANDLERS[type(command)](command))


def _create_key(command: CreateKey) -> Flow[ApiKey]:
    if (yield Fetch("key", (command.key_id,))):
        message = f"{command.key_id} is taken: choose another"
        raise InvalidInput(message, [FieldError("key_id", message)])
    account = yield from _account(command.account_name)
    if account is None:
        yield Fetch("insert_account", (command.account_name, command.region, command.at))
        account = yield from _account(command.account_name)
        assert account is not None  # noqa: S101 - it was just created
        yield Fetch("insert_writer", (account.account_id,))
    key_id, secret_hash, read_only = command.key_id, command.secret_hash, command.read_only
    yield Fetch("insert_key", (key_id, account.account_id, secret_hash, command.at, read_only, command.name))
    return ApiKey(key_id, secret_hash, account, moment(command.at), read_only=read_only, name=command.name)


def _create_first_key(command: CreateFirstKey) -> Flow[ApiKey | None]:
    if (yield Fetch("any_key", ())):
        return None
    return (yield from _create_key(command.key))


def _revoke_key(command: RevokeKey) -> Flow[bool]:
    if not (yield Fetch("key", (command.key_id,))):
        return False
    yield Fetch("revoke_key", (command.key_id, command.at))
    return True


def _set_account(command: SetAccount) -> Flow[Account | None]:
    account = yield from _account(command.account_name)
    if account is None:
        return None
    if command.signing_hash:
        holders = yield Fetch("account_by_signing_hash", (command.signing_hash,))
        if any(account_of(holder) != account for holder in holders):
            raise InvalidInput(SECRET_TAKEN)
    words = None if command.opt_out_words is None else encode(command.opt_out_words).decode()
    yield Fetch(
        "set_account",
        (
            account.account_id,
            command.signing_hash,
            command.region,
            command.verification_text,
            words,
            command.unclear_opts_out,
            command.confirmation,
        ),
    )
    return (yield from _account(command.account_name))


def _account(name: str) -> Flow[Account | None]:
    rows = yield Fetch("account", (name,))
    return account_of(rows[0]) if rows else None


_HANDLERS: Final[Mapping[type[Command[Any]], Callable[[Any], Flow[Any]]]] = {
    CreateKey: _create_key,
    CreateFirstKey: _create_first_key,
    RevokeKey: _revoke_key,
    SetAccount: _set_account,
}
