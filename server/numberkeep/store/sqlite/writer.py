"""The one writer: a thread that drains a queue of commands and commits them as a group.

One fsync then serves every waiting command. A command's future is resolved after the commit, so a result means that the
change is on disk.
"""

import asyncio
import threading
from collections.abc import Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, Final, cast

import apsw

from numberkeep.domain.command import AccountCommand, Command
from numberkeep.domain.errors import NumberkeepError, StoreUnavailable
from numberkeep.store import directory, group, grouping
from numberkeep.store.grouping import Job, Outcomes
from numberkeep.store.sqlite.connection import OpenFiles, transaction
from numberkeep.store.sqlite.failures import Failures
from numberkeep.store.sqlite.statements import run
from numberkeep.store.waiting import Waiting

_AT_FAULT: Final = (apsw.ConstraintError, apsw.TooBigError, apsw.MismatchError)
"""Errors that are caused by what one command writes."""


class Writer:
    """Applies commands in the order of the calls.

    Args:
        connection: from now on for the writer's thread alone.
        failures: remembers the outcome of the last commit.
    """

    def __init__(self, connection: apsw.Connection, failures: Failures) -> None:
        self._connection = connection
        self._failures = failures
        self._files = OpenFiles(connection)
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._waiting = Waiting()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="numberkeep-writer", daemon=True)
        self._thread.start()

    async def apply(self, command: Command[Any]) -> Any:
        """Enqueue a command, and return its result when it is committed.

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
        """Check that the files still exist.

        Raises:
            StoreUnavailable: one of them does not.
        """
        self._files.check()

    async def close(self) -> None:
        """Apply the waiting commands, then end the thread."""
        self._closing = True
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        open_ = True
        while open_:
            jobs: list[Job] = []
            rows = 0
            job = self._queue.get()
            while job is not None:
                jobs.append(job)
                rows += job[0].weight
                if rows >= grouping.GROUP_ROWS:
                    break
                try:
                    job = self._queue.get_nowait()
                except Empty:
                    break
            else:
                open_ = False
            if jobs:
                outcomes = self._outcomes(jobs)
                self._loop.call_soon_threadsafe(self._answer, jobs, outcomes)

    def _outcomes(self, jobs: Sequence[Job]) -> Outcomes:
        """Return the result or exception of every command, committed."""
        attempts = grouping.attempts(jobs, _AT_FAULT)
        try:
            together = next(attempts)
            while True:
                try:
                    with self._failures:
                        result: Outcomes | Exception = self._commit(together)
                    self._failures.unwritten = False
                except Exception as error:  # noqa: BLE001 - the callers get it
                    result = error
                    if isinstance(error, StoreUnavailable) and not isinstance(error.__cause__, _AT_FAULT):
                        self._failures.not_written(error)
                together = attempts.send(result)
        except StopIteration as end:
            outcomes: Outcomes = end.value
            return outcomes

    def _commit(self, jobs: Sequence[Job]) -> Outcomes:
        # The commands run before the write lock is taken, so that other processes wait for the writing alone. They
        # write so rarely that hardly any group must be repeated.
        with suppress(apsw.BusyError):
            return self._commit_once(jobs, reading_first=True)
        return self._commit_once(jobs, reading_first=False)

    def _commit_once(self, jobs: Sequence[Job], *, reading_first: bool) -> Outcomes:
        done: list[Any] = [None] * len(jobs)
        accounts: dict[int, list[int]] = {}
        with transaction(self._connection, reading_first=reading_first):
            for place, (command, _) in enumerate(jobs):
                if isinstance(command, AccountCommand):
                    accounts.setdefault(command.account_id, []).append(place)
                else:
                    done[place] = self._directory_outcome(command)
            for account_id, places in accounts.items():
                commands = [cast("AccountCommand[Any]", jobs[place][0]) for place in places]
                outcomes = run(self._connection, group.apply(account_id, commands))
                for place, outcome in zip(places, outcomes, strict=True):
                    done[place] = outcome
            self.check_files()
        return done

    def _directory_outcome(self, command: Command[Any]) -> Any:
        before = self._connection.total_changes()
        try:
            return run(self._connection, directory.apply(command))
        except NumberkeepError as refusal:
            if self._connection.total_changes() != before:
                raise  # it was half applied: only a rollback can undo it
            return refusal

    def _answer(self, jobs: Sequence[Job], outcomes: Outcomes) -> None:
        self._waiting.leave(command for command, _ in jobs)
        grouping.answer(jobs, outcomes)
