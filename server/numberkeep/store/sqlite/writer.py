"""The one writer: a thread that drains a queue of commands and commits them as a group.

One fsync then serves every waiting command. A command's future is resolved after the commit, so a result means that the
change is on disk. A large command is worked out ahead of its transaction (ahead.py); until it is written, the later
commands of its account wait, and those of other accounts do not.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, Final, TypeVar, cast

import apsw

from numberkeep.domain.command import AccountCommand, Command
from numberkeep.domain.errors import NumberkeepError, StoreUnavailable
from numberkeep.store import directory, group, grouping
from numberkeep.store.grouping import Job, Outcomes
from numberkeep.store.sqlite.ahead import Ahead, Prepared, is_large, version
from numberkeep.store.sqlite.connection import OpenFiles
from numberkeep.store.sqlite.failures import Failures
from numberkeep.store.sqlite.many_rows import Statement
from numberkeep.store.sqlite.search_index import Indexing
from numberkeep.store.sqlite.statements import run
from numberkeep.store.sqlite.transactions import transaction
from numberkeep.store.waiting import Waiting

R = TypeVar("R")

_AT_FAULT: Final = (apsw.ConstraintError, apsw.TooBigError, apsw.MismatchError)
"""Errors that are caused by what one command writes."""


class Writer:
    """Applies commands in the order of the calls.

    Args:
        connection: from now on for the writer's thread alone.
        failures: remembers the outcome of the last commit.
        ahead: another one, to work out large commands; None in memory, where a reader would keep the writer out.
        unindexed: how many contacts are not in the index of words.
    """

    def __init__(
        self, connection: apsw.Connection, failures: Failures, ahead: apsw.Connection | None = None, unindexed: int = 0
    ) -> None:
        self._connection = connection
        self._failures = failures
        self._files = OpenFiles(connection)
        self._indexing = Indexing(connection, unindexed)
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[Job | Prepared | None] = SimpleQueue()
        self._next: deque[Job] = deque()
        self._held: dict[int, deque[Job]] = {}
        self._ahead = None if ahead is None else Ahead(ahead, self._queue.put)
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
        if self._ahead is not None:
            self._ahead.close()

    def _run(self) -> None:
        ending = False
        while self._held or self._next or not ending:
            try:
                jobs, then = self._next_group()
            except Empty:
                self._index()
                continue
            if jobs:
                self._report(jobs, self._outcomes(jobs))
                self._indexing.note(sum(command.weight for command, _ in jobs))
            if isinstance(then, Prepared):
                self._write(then)
            elif then is not None:
                self._work_ahead(then)
            elif not jobs:
                ending = True
            self._index()
        while self._indexing.is_behind:
            self._index()

    def _index(self) -> None:
        """Index some of the words that were written, if it is time."""
        if not self._indexing.is_behind:
            return
        try:
            with transaction(self._connection):
                self._indexing.index_some()
        except apsw.Error:  # searches read what is not indexed; the error comes back with the next command, or is over
            self._indexing.give_up()

    def _next_group(self) -> tuple[list[Job], Job | Prepared | None]:
        """Return the commands to commit next, and what to do after them.

        That is to work out a large command, to write one, or, if there is nothing to commit either, to end.

        Raises:
            Empty: there is nothing to do but to index.
        """
        jobs: list[Job] = []
        rows = 0
        behind = self._indexing.is_behind
        while rows < grouping.GROUP_ROWS:
            try:
                item = self._next.popleft() if self._next else self._queue.get(block=not (jobs or behind))
            except Empty:
                if not jobs:
                    raise
                break
            if item is None and jobs:
                self._queue.put(None)
                break
            if item is None or isinstance(item, Prepared):
                return jobs, item
            held = self._held.get(item[0].account_id) if isinstance(item[0], AccountCommand) else None
            if held is not None:
                held.append(item)
            elif self._ahead is not None and is_large(item):
                return jobs, item
            else:
                jobs.append(item)
                rows += item[0].weight
        return jobs, None

    def _work_ahead(self, job: Job) -> None:
        try:
            prepared = Prepared(job, version(self._connection))
        except apsw.Error:
            self._report([job], self._outcomes([job]))
            return
        self._held[prepared.account_id] = deque()
        cast("Ahead", self._ahead).start(prepared)

    def _write(self, prepared: Prepared) -> None:
        """Commit a large command that was worked out, or apply it as any other; then go on with its account."""
        outcomes: Outcomes | None = None
        if prepared.statements is not None:
            done = self._attempt(partial(self._commit_prepared, prepared, prepared.statements))
            outcomes = [done] if isinstance(done, Exception) else done
        self._report([prepared.job], self._outcomes([prepared.job]) if outcomes is None else outcomes)
        self._indexing.note(prepared.job[0].weight)
        self._next.extendleft(reversed(self._held.pop(prepared.account_id)))

    def _commit_prepared(self, prepared: Prepared, statements: Sequence[Statement]) -> Outcomes | None:
        """Return the outcome; None if another process has changed the database, so that nothing was written."""
        with transaction(self._connection):
            if version(self._connection) != prepared.version:
                return None
            for sql, values in statements:
                self._connection.execute(sql, values)
            self.check_files()
        return [prepared.outcome]

    def _report(self, jobs: Sequence[Job], outcomes: Outcomes) -> None:
        self._loop.call_soon_threadsafe(self._answer, jobs, outcomes)

    def _outcomes(self, jobs: Sequence[Job]) -> Outcomes:
        """Return the result or exception of every command, committed."""
        attempts = grouping.attempts(jobs, _AT_FAULT)
        try:
            together = next(attempts)
            while True:
                together = attempts.send(self._attempt(partial(self._commit, together)))
        except StopIteration as end:
            outcomes: Outcomes = end.value
            return outcomes

    def _attempt(self, commit: Callable[[], R]) -> R | Exception:
        """Return what a commit returns, or the error that its callers get."""
        try:
            with self._failures:
                result = commit()
        except Exception as error:  # noqa: BLE001 - the callers get it
            if isinstance(error, StoreUnavailable) and not isinstance(error.__cause__, _AT_FAULT):
                self._failures.not_written(error)
            return error
        self._failures.unwritten = False
        return result

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
