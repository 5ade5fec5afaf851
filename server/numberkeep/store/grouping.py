"""Group commit: which waiting commands share a transaction, what becomes of them if it fails, and who is answered."""

import asyncio
from collections.abc import Collection, Generator, Sequence
from typing import Any

from numberkeep.domain.command import Command
from numberkeep.domain.errors import StoreUnavailable, StoreUnsure

GROUP_ROWS = 256
"""Rows in one commit: beyond this the share of a row in an fsync no longer shows."""

Job = tuple[Command[Any], "asyncio.Future[Any]"]
"""A command that waits, and who waits for it."""

Outcomes = Sequence[Any]
"""The result of each command, or the exception that it ends with."""

ErrorTypes = tuple[type[BaseException], ...]


def attempts(jobs: Sequence[Job], at_fault: ErrorTypes) -> Generator[Sequence[Job], Outcomes | Exception, Outcomes]:
    """Yield what to commit together, be sent its outcomes or why it failed, and return the outcome of each job.

    Args:
        jobs: what is to be applied.
        at_fault: the driver's errors that are the fault of what one command writes. If the store itself failed, each
            command alone would fail too, one after another.
    """
    result = yield jobs
    if not isinstance(result, Exception):
        return result
    if len(jobs) == 1 or _fails_all(result, at_fault):
        return [result] * len(jobs)
    # One command spoiled the transaction of all: give each its own, so that only that one fails.
    outcomes: list[Any] = []
    for job in jobs:
        result = yield [job]
        outcomes += [result] if isinstance(result, Exception) else result
    return outcomes


def answer(jobs: Collection[Job], outcomes: Outcomes) -> None:
    """Give each waiter the outcome of its command; on the event loop."""
    for (_, future), outcome in zip(jobs, outcomes, strict=True):
        if future.done():  # its waiter was cancelled
            continue
        if isinstance(outcome, BaseException):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)


def _fails_all(error: Exception, at_fault: ErrorTypes) -> bool:
    if isinstance(error, StoreUnsure):  # it may have been applied: never twice
        return True
    return isinstance(error, StoreUnavailable) and not isinstance(error.__cause__, at_fault)
