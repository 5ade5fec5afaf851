"""Plans an import on a thread of its own, which ends when the import is cancelled."""

import asyncio
import threading
import time

from numberkeep.service.imports.options import Options
from numberkeep.service.imports.plan import Plan, Progress, make_plan
from numberkeep.service.imports.source import Source
from numberkeep.service.imports.staging import Staging


class _Cancelled(Exception):
    """The plan is no longer wanted."""


async def planned(source: Source, options: Options, staging: Staging, progress: Progress, *, rest: float = 0) -> Plan:
    """Return the plan of an import; see `make_plan`.

    Args:
        source: the file.
        options: how it is imported.
        staging: an empty staging.
        progress: called on the thread.
        rest: seconds to leave the interpreter to other threads after each batch of rows.
    """
    stopped = threading.Event()

    def shown(phase: str, done: int, total: int) -> None:
        if stopped.is_set():
            raise _Cancelled
        progress(phase, done, total)
        if rest:
            time.sleep(rest)

    def plan() -> Plan:
        return make_plan(source.file, options, staging, size=source.size, progress=shown)

    working = asyncio.ensure_future(asyncio.to_thread(plan))
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        stopped.set()
        await asyncio.wait([working])  # it uses the file and the staging
        working.exception()
        raise
