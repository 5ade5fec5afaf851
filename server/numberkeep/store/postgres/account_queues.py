"""The write path: the commands of an account that wait share one transaction, and one commit.

An account has a queue, in which one group is under way at a time; other processes' groups wait at the account's lock.
So its changes have one order, as on SQLite, and accounts do not wait for each other (docs/adr/0009-postgresql.md).
"""

import asyncio
from collections import deque
from collections.abc import Collection, Sequence
from typing import Any, Final, cast

import asyncpg

from numberkeep.domain.commands import AccountCommand, Command
from numberkeep.domain.errors import NumberkeepError, StoreUnavailable, StoreUnsure
from numberkeep.store.postgres import directory, work
from numberkeep.store.postgres.pool import DRIVER_ERRORS, Pool, reason
from numberkeep.store.waiting import Waiting

_GROUP: Final = 256
"""Rows in one commit: beyond this an fsync's share of a row is no longer seen."""

_DIRECTORY: Final = 0
"""The queue of the commands on accounts and keys; no account has this id."""

Job = tuple[Command[Any], "asyncio.Future[Any]"]


class AccountQueues:
    """Applies commands.

    Args:
        pool: the connections, which nothing else uses.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._queues: dict[int, deque[Job]] = {}
        self._under_way: set[asyncio.Task[None]] = set()
        self._waiting = Waiting()
        self._closing = False

    async def apply(self, command: Command[Any]) -> Any:
        """Hand in a command and wait until it is applied.

        Raises:
            NumberkeepError: as for `Store.apply`.
        """
        if self._closing:
            raise StoreUnavailable("the store is closing")
        self._waiting.enter(command)
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        number = command.account_id if isinstance(command, AccountCommand) else _DIRECTORY
        queue = self._queues.get(number)
        if queue is None:
            queue = self._queues[number] = deque()
            task = asyncio.create_task(self._run(number, queue))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        queue.append((command, future))
        return await future

    async def close(self) -> None:
        """Apply what was handed in, and take nothing more."""
        self._closing = True
        if self._under_way:
            await asyncio.wait(self._under_way)

    async def _run(self, number: int, queue: deque[Job]) -> None:
        group: list[Job] = []
        try:
            while queue:
                group = _group(queue)
                outcomes = await self._outcomes(number, [command for command, _ in group])
                self._answer(group, outcomes)
                group = []
        finally:  # whatever ended it, nobody waits for a queue that is not there
            del self._queues[number]
            if group:
                self._answer(group, [StoreUnsure("the store was stopped")] * len(group))
            if queue:
                self._answer(queue, [StoreUnavailable("the store was stopped")] * len(queue))

    def _answer(self, group: Collection[Job], outcomes: Sequence[Any]) -> None:
        self._waiting.leave(command for command, _ in group)
        for (_, future), outcome in zip(group, outcomes, strict=True):
            if future.done():  # its waiter was cancelled
                continue
            if isinstance(outcome, BaseException):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)

    async def _outcomes(self, number: int, commands: Sequence[Command[Any]]) -> Sequence[Any]:
        try:
            return await self._commit(number, commands)
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to those who asked
            if len(commands) == 1 or _is_of_all(error):
                return [error] * len(commands)
        # One command spoilt the group's transaction: give each its own, so that only that one fails.
        return [outcome for command in commands for outcome in await self._outcomes(number, [command])]

    async def _commit(self, number: int, commands: Sequence[Command[Any]]) -> Sequence[Any]:
        if number == _DIRECTORY:
            [command] = commands
            return [await self._pool.run(lambda connection: _alone(connection, command))]
        account_commands = cast("Sequence[AccountCommand[Any]]", commands)
        return await self._pool.run(lambda connection: _together(connection, number, account_commands))


async def _together(
    connection: asyncpg.Connection, account_id: int, commands: Sequence[AccountCommand[Any]]
) -> Sequence[Any]:
    done = await work.apply(connection, account_id, commands)
    await _committed(connection)
    return done


async def _alone(connection: asyncpg.Connection, command: Command[Any]) -> Any:
    await connection.execute("BEGIN")
    try:
        done = await directory.apply(connection, command)
    except NumberkeepError as refusal:
        await connection.execute("ROLLBACK")
        return refusal
    await _committed(connection)
    return done


async def _committed(connection: asyncpg.Connection) -> None:
    """Commit.

    Raises:
        StoreUnsure: the connection was lost before the answer came.
    """
    try:
        await connection.execute("COMMIT")
    except DRIVER_ERRORS as error:
        raise StoreUnsure(reason(error)) from error


def _is_of_all(error: Exception) -> bool:
    """Whether the store failed, and not what one command wrote: then each alone would fail too, one after another."""
    of_one = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, ValueError)
    if isinstance(error, StoreUnsure):  # it may have been applied: never twice
        return True
    return isinstance(error, StoreUnavailable) and not isinstance(error.__cause__, of_one)


def _group(queue: deque[Job]) -> list[Job]:
    group: list[Job] = []
    rows = 0
    while queue and rows < _GROUP:
        command, future = queue.popleft()
        rows += command.weight if isinstance(command, AccountCommand) else _GROUP
        group.append((command, future))
    return group
