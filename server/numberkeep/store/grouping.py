"""Group commit: which waiting commands share a transaction, what happens if it fails, and how callers are answered."""

import asyncio
from collections.abc import Collection, Generator, Sequence
from typing import Any

from numberkeep.domain.command import Command
from numberkeep.domain.errors import StoreUnavailable, StoreUnsure

GROUP_ROWS = 256
"""Rows in one commit: beyond this, sharing an fsync no longer saves a measurable time."""

Job = tuple[Command[Any], "asyncio.Future[Any]"]
"""A waiting command, and its caller's future."""

Outcomes = Sequence[Any]
"""The result of each command, or the exception that it ends with."""

ErrorTypes = tuple[type[BaseException], ...]


def attempts(jobs: Sequence[Job], at_fault: ErrorTypes) -> Generator[Sequence[Job], Outcomes | Exception, Outcomes]:
    """Yield jobs to commit together, be sent their outcomes or the error, and return the outcome of each job.

    Args:
        jobs: the commands to apply.
        at_fault: the driver's errors that are caused by what one command writes. After any other error of the store,
            each command alone would fail too.
    """
    result = yield jobs
    if not isinstance(result, Exception):
        return result
    if len(jobs) == 1 or _fails_all(result, at_fault):
        return [result] * len(jobs)
    # One command made the shared transaction fail: run each in its own, so that only that one fails.
    outcomes: list[Any] = []
    for job in jobs:
        result = yield [job]
        outcomes += [result] if isinstance(result, Exception) else result
    return outcomes


def answer(jobs: Collection[Job], outcomes: Outcomes) -> None:
    """Set the outcome of each job's future; on the event loop."""
    for (_, future), outcome in zip(jobs, outcomes, strict=True):
        if future.done():  # its caller was cancelled
            continue
        if isinstance(outcome, BaseException):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)


def _fails_all(error: Exception, at_fault: ErrorTypes) -> bool:
    if isinstance(error, StoreUnsure):  # it may have been applied: never twice
        return True
    return isinstance(error, StoreUnavailable) and not isinstance(error.__cause__, at_fault)
