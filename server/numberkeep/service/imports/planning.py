"""Runs the long computations of an import on threads, which end when the import is cancelled."""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from numberkeep.service.imports.options import Options
from numberkeep.service.imports.plan import Plan, Progress, make_plan
from numberkeep.service.imports.source import Source
from numberkeep.service.imports.staging import Staging

R = TypeVar("R")

Check = Callable[[], None]
"""Called now and then by a computation, which its error ends."""


class _Cancelled(Exception):
    """The result is no longer wanted."""


async def on_thread(compute: Callable[[Check], R]) -> R:
    """Return what a function returns on a thread of its own; when cancelled, wait for its end.

    Args:
        compute: the function, which may use files and a staging.
    """
    stopped = threading.Event()

    def check() -> None:
        if stopped.is_set():
            raise _Cancelled

    working = asyncio.ensure_future(asyncio.to_thread(compute, check))
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        stopped.set()
        await asyncio.wait([working])  # it uses the files and the staging
        working.exception()
        raise


async def planned(source: Source, options: Options, staging: Staging, progress: Progress, *, rest: float = 0) -> Plan:
    """Return the plan of an import; see `make_plan`.

    Args:
        source: the file.
        options: how it is imported.
        staging: an empty staging.
        progress: called on the thread.
        rest: seconds to leave the interpreter to other threads after each batch of rows.
    """

    def plan(check: Check) -> Plan:
        def shown(phase: str, done: int, total: int) -> None:
            check()
            progress(phase, done, total)
            if rest:
                time.sleep(rest)

        return make_plan(source.file, options, staging, size=source.size, progress=shown)

    return await on_thread(plan)
