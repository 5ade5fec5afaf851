"""The write path: the waiting commands of an account share one transaction and one commit.

Each account has a queue, from which one group is applied at a time; groups of other processes wait for the account's
lock. So its changes have one order, as on SQLite, and accounts do not wait for each other (docs/adr/0009).
"""

import asyncio
from collections import deque
from collections.abc import Collection, Sequence
from typing import Any, Final, cast

import asyncpg

from numberkeep.domain.command import AccountCommand, Command
from numberkeep.domain.errors import NumberkeepError, StoreUnavailable, StoreUnsure
from numberkeep.store import directory, group, grouping
from numberkeep.store.grouping import Job, Outcomes
from numberkeep.store.postgres.conversations import run, run_in_threads
from numberkeep.store.postgres.driver_errors import DRIVER_ERRORS, node_of, reason
from numberkeep.store.postgres.pool import Pool
from numberkeep.store.waiting import Waiting

_DIRECTORY: Final = 0
"""The queue of the commands on accounts and keys; no account has this id."""

_AT_FAULT: Final = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, ValueError)
"""Errors that are caused by what one command writes."""

# The timeouts are for waiting for the account's lock, and for holding it idle. They are set for the transaction,
# because a pooler may share the connection.
_BEGIN: Final = (
    "BEGIN ISOLATION LEVEL READ COMMITTED; "
    "SET LOCAL lock_timeout = '15s'; SET LOCAL idle_in_transaction_session_timeout = '15s'"
)
_IN_THREADS_FROM: Final = 2 * grouping.GROUP_ROWS
"""Rows of a group above which threads work for it: less would take the event loop a few milliseconds at most."""

_BEGIN_ON_CITUS: Final = _BEGIN.replace("; ", "; SET LOCAL citus.propagate_set_commands = 'local'; ", 1)
"""Otherwise the timeouts would apply on the coordinator only, but the lock is on another node."""

_LOCK_DIRECTORY: Final = "LOCK TABLE numberkeep.api_keys IN SHARE ROW EXCLUSIVE MODE"
"""Two processes that start on an empty store must not both create its first key."""


class AccountQueues:
    """Applies commands in a queue for each account.

    Args:
        pool: connections for writing alone.
        on_citus: whether the database is distributed over nodes.
    """

    def __init__(self, pool: Pool, *, on_citus: bool = False) -> None:
        self._pool = pool
        self._on_citus = on_citus
        self._queues: dict[int, deque[Job]] = {}
        self._under_way: set[asyncio.Task[None]] = set()
        self._waiting = Waiting()
        self._closing = False

    async def apply(self, command: Command[Any]) -> Any:
        """Enqueue a command, and return its result when it is applied.

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
        """Accept no more commands, and apply the waiting ones."""
        self._closing = True
        if self._under_way:
            await asyncio.wait(self._under_way)

    async def _run(self, number: int, queue: deque[Job]) -> None:
        jobs: list[Job] = []
        try:
            while queue:
                jobs = _next_group(queue)
                self._answer(jobs, await self._outcomes(number, jobs))
                jobs = []
        finally:  # whatever ended the loop, no caller may wait for a queue that is no longer served
            del self._queues[number]
            if jobs:
                self._answer(jobs, [StoreUnsure("the store was stopped")] * len(jobs))
            if queue:
                self._answer(queue, [StoreUnavailable("the store was stopped")] * len(queue))

    def _answer(self, jobs: Collection[Job], outcomes: Outcomes) -> None:
        self._waiting.leave(command for command, _ in jobs)
        grouping.answer(jobs, outcomes)

    async def _outcomes(self, number: int, jobs: Sequence[Job]) -> Outcomes:
        attempts = grouping.attempts(jobs, _AT_FAULT)
        try:
            together = next(attempts)
            while True:
                try:
                    result: Outcomes | Exception = await self._commit(number, [command for command, _ in together])
                except Exception as error:  # noqa: BLE001 - the callers get it
                    result = error
                together = attempts.send(result)
        except StopIteration as end:
            outcomes: Outcomes = end.value
            return outcomes

    async def _commit(self, number: int, commands: Sequence[Command[Any]]) -> Outcomes:
        if number == _DIRECTORY:
            [command] = commands
            return [await self._pool.run(lambda connection: _alone(connection, command))]
        account_commands = cast("Sequence[AccountCommand[Any]]", commands)
        return await self._pool.run(lambda connection: self._together(connection, number, account_commands))

    async def _together(
        self, connection: asyncpg.Connection, account_id: int, commands: Sequence[AccountCommand[Any]]
    ) -> Outcomes:
        await connection.execute(_BEGIN_ON_CITUS if self._on_citus else _BEGIN)
        rows = sum(command.weight for command in commands)
        runs = run if rows <= _IN_THREADS_FROM else run_in_threads
        done = await runs(connection, group.apply(account_id, commands), on_citus=self._on_citus)
        await _commit_transaction(connection)
        return done


async def _alone(connection: asyncpg.Connection, command: Command[Any]) -> Any:
    try:
        await connection.execute("BEGIN")
        await connection.execute(_LOCK_DIRECTORY)
        done = await run(connection, directory.apply(command))
    except NumberkeepError as refusal:
        await connection.execute("ROLLBACK")
        return refusal
    except asyncpg.PostgresError as error:
        node = node_of(error)
        if node is None:
            raise
        await connection.execute("ROLLBACK")
        return StoreUnavailable(
            f"accounts and keys are written to every Citus node, and {node} cannot be reached: start it, or replace "
            "it by its standby with citus_update_node, then try again"
        )
    await _commit_transaction(connection)
    return done


async def _commit_transaction(connection: asyncpg.Connection) -> None:
    """Commit the transaction.

    Raises:
        StoreUnsure: the connection was lost before the answer came.
    """
    try:
        await connection.execute("COMMIT")
    except DRIVER_ERRORS as error:
        raise StoreUnsure(reason(error)) from error


def _next_group(queue: deque[Job]) -> list[Job]:
    jobs: list[Job] = []
    rows = 0
    while queue and rows < grouping.GROUP_ROWS:
        job = queue.popleft()
        rows += job[0].weight if isinstance(job[0], AccountCommand) else grouping.GROUP_ROWS
        jobs.append(job)
    return jobs
