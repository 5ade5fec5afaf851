"""How a group of commands is applied, in a transaction that holds the account's lock."""

from collections.abc import Sequence
from typing import Any, Final

import asyncpg

from numberkeep.domain.commands import AccountCommand, outcomes
from numberkeep.domain.snapshot import Wanted
from numberkeep.domain.work import Work
from numberkeep.store.postgres.loading import load
from numberkeep.store.postgres.saving import save

# Whoever waits longer than this for the account's lock, or holds it while nothing happens, gives up; a setting of the
# transaction and not of the connection, which a pooler may share.
_BEGIN: Final = (
    "BEGIN ISOLATION LEVEL READ COMMITTED; "
    "SET LOCAL lock_timeout = '15s'; SET LOCAL idle_in_transaction_session_timeout = '15s'"
)


async def apply(
    connection: asyncpg.Connection, account_id: int, commands: Sequence[AccountCommand[Any]]
) -> Sequence[Any]:
    """The results or refusals of one account's commands, in a transaction that is committed by `commit` alone.

    Raises:
        NumberkeepError: as for `outcomes`.
        StoreUnavailable: the account has no row to lock.
    """
    wanted = Wanted()
    for command in commands:
        command.want(wanted)
    await connection.execute(_BEGIN)
    work = Work(account_id, await load(connection, account_id, wanted))
    done = outcomes(commands, work)
    if work.changed:
        await save(connection, account_id, work.changes())
    return done
