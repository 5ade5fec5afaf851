"""Indexes in the background: the accounts to which this process has written, and now and then all that are behind."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from numberkeep.domain.errors import StoreUnavailable
from numberkeep.store.postgres.driver_errors import is_of_node
from numberkeep.store.postgres.pool import Pool
from numberkeep.store.postgres.search_index import accounts_behind, index

_START_SECONDS: Final = 1.0
"""How long after opening to look for accounts that are behind: a short command ends before."""

_LOOK_SECONDS: Final = 60.0
"""How often to look for them again: another process may have ended, or an operator may have emptied the index."""

_PAUSE_SECONDS: Final = 0.1
"""The least time between two rounds: under load one round serves many writes."""

_RETRY_SECONDS: Final = 5.0
_log = logging.getLogger("numberkeep.store")


class SearchIndexer:
    """Keeps the search index of all accounts up to date.

    Args:
        pool: connections for writing, of which it uses one at a time.
        reads: connections for reading: what they are used for, the index must not slow down.
        sleep: waits for some seconds; tests pass their own.
    """

    def __init__(self, pool: Pool, reads: Pool, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep) -> None:
        self._pool = pool
        self._pools = (pool, reads)
        self._sleep = sleep
        self._behind: set[int] = set()
        self._failing: set[int] = set()
        self._written = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Index in the background until `close`."""
        self._task = asyncio.create_task(self._run())

    def notify(self, account_id: int) -> None:
        """Index an account that was written to."""
        self._behind.add(account_id)
        self._written.set()

    async def close(self) -> None:
        """Stop at once. What is not indexed yet is indexed by another process, or after the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
            self._task = None

    async def _run(self) -> None:
        await self._sleep(_START_SECONDS)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._look())
            tasks.create_task(self._follow())

    async def _look(self) -> None:
        """Find the accounts that are behind; on Citus this needs every node."""
        while True:
            try:
                accounts = await self._pool.run(accounts_behind)
            except StoreUnavailable as error:
                _log.warning("which accounts the search must index is not known yet: %s", error)
            else:
                for account_id in accounts:
                    self.notify(account_id)
            await self._sleep(_LOOK_SECONDS)

    async def _follow(self) -> None:
        while True:
            for account_id in list(self._behind):
                await self._step(account_id)
            if not self._behind:
                self._written.clear()
                await self._written.wait()
                await self._sleep(_PAUSE_SECONDS)

    async def _step(self, account_id: int) -> None:
        """Index some of an account. If there was other work meanwhile, leave the processor to it for as long."""
        self._behind.discard(account_id)
        loop = asyncio.get_running_loop()
        begun, uses = loop.time(), self._uses()
        try:
            more = await self._pool.run(lambda connection: index(connection, account_id))
        except StoreUnavailable as error:
            if account_id not in self._failing:
                _log.warning("the search index of account %d waits: %s", account_id, error)
            self._failing.add(account_id)
            if is_of_node(error.__cause__):  # the accounts on other nodes need not wait
                loop.call_later(_RETRY_SECONDS, self.notify, account_id)
            else:
                self._behind.add(account_id)
                await self._sleep(_RETRY_SECONDS)
            return
        except Exception:  # noqa: BLE001 - one account must not end the work for the others
            _log.exception("the search index of account %d is not up to date; the next try is in a minute", account_id)
            return
        self._failing.discard(account_id)
        if more:
            self._behind.add(account_id)
            is_alone = self._uses() == uses + 1
            await self._sleep(0 if is_alone else loop.time() - begun)

    def _uses(self) -> int:
        return sum(pool.uses for pool in self._pools)
