"""The one writer: a thread that drains a queue of commands and commits them as a group.

One fsync then serves every command that waited for it. A command's future is resolved after the commit, so an answer
that says OK means that it is on disk.
"""

import asyncio
import threading
from collections.abc import Sequence
from queue import Empty, SimpleQueue
from typing import Any, Final, cast

import apsw

from numberkeep.domain.commands import AccountCommand, Command
from numberkeep.domain.errors import NumberkeepError, StoreUnavailable
from numberkeep.store.sqlite import work
from numberkeep.store.sqlite.connection import OpenFiles, transaction, unavailable_on_error
from numberkeep.store.sqlite.directory import HANDLERS
from numberkeep.store.waiting import Waiting

_GROUP: Final = 256
"""Rows in one commit: beyond this an fsync's share of a row is no longer seen."""

Job = tuple[Command[Any], asyncio.Future[Any]]


class Writer:
    """Applies commands in the order in which they are handed in.

    Args:
        connection: used by the writer's thread alone from now on.
    """

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._files = OpenFiles(connection)
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._waiting = Waiting()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="numberkeep-writer", daemon=True)
        self._thread.start()

    async def apply(self, command: Command[Any]) -> Any:
        """The command's result, once it is committed.

        Raises:
            NumberkeepError: as for `Store.apply`.
        """
        if self._closing:
            raise StoreUnavailable("the store is closing")
        self._waiting.enter(command)
        future = self._loop.create_future()
        self._queue.put((command, future))
        return await future

    def check_files(self) -> None:
        """Look whether what is written goes into files that are still there.

        Raises:
            StoreUnavailable: it does not.
        """
        self._files.check()

    async def close(self) -> None:
        """Apply what waits, then end the thread."""
        self._closing = True
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        open_ = True
        while open_:
            group: list[Job] = []
            rows = 0
            job = self._queue.get()
            while job is not None:
                group.append(job)
                rows += job[0].weight
                if rows >= _GROUP:
                    break
                try:
                    job = self._queue.get_nowait()
                except Empty:
                    break
            else:
                open_ = False
            if group:
                outcomes = self._apply(group)
                self._loop.call_soon_threadsafe(self._answer, group, outcomes)

    def _apply(self, group: Sequence[Job]) -> Sequence[Any]:
        """The result or exception of every command of the group, committed."""
        try:
            with unavailable_on_error():
                return self._commit(group)
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to those who asked
            if len(group) == 1 or _is_of_all(error):
                return [error] * len(group)
        # One command spoilt the group's transaction: give each its own, so that only that one fails.
        return [outcome for job in group for outcome in self._apply([job])]

    def _commit(self, group: Sequence[Job]) -> Sequence[Any]:
        done: list[Any] = [None] * len(group)
        accounts: dict[int, list[int]] = {}
        with transaction(self._connection):
            for place, (command, _) in enumerate(group):
                if isinstance(command, AccountCommand):
                    accounts.setdefault(command.account_id, []).append(place)
                else:
                    done[place] = self._outcome(command)
            for account_id, places in accounts.items():
                commands = [cast("AccountCommand[Any]", group[place][0]) for place in places]
                outcomes = work.apply(self._connection, account_id, commands)
                for place, outcome in zip(places, outcomes, strict=True):
                    done[place] = outcome
            self.check_files()
        return done

    def _outcome(self, command: Command[Any]) -> Any:
        before = self._connection.total_changes()
        try:
            return HANDLERS[type(command)](self._connection, command)
        except NumberkeepError as refusal:
            if self._connection.total_changes() != before:
                raise  # half done: only a rollback can undo it
            return refusal

    def _answer(self, group: Sequence[Job], outcomes: Sequence[Any]) -> None:
        self._waiting.leave(command for command, _ in group)
        for (_, future), outcome in zip(group, outcomes, strict=True):
            if future.done():  # its waiter was cancelled
                continue
            if isinstance(outcome, Exception):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)


def _is_of_all(error: Exception) -> bool:
    """Whether the store failed, and not what one command wrote: then each alone would fail too, one after another."""
    of_one = (apsw.ConstraintError, apsw.TooBigError, apsw.MismatchError)
    return isinstance(error, StoreUnavailable) and not isinstance(error.__cause__, of_one)
