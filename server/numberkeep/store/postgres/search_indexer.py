"""Indexes in the background: the accounts to which this process has written, and at the start all that are behind."""

import asyncio
import logging
from typing import Final

from numberkeep.domain.errors import StoreUnavailable
from numberkeep.store.postgres.pool import Pool
from numberkeep.store.postgres.search_index import accounts_behind, index

_START_SECONDS: Final = 1.0
"""How long after opening to look for accounts that are behind: a short command ends before."""

_PAUSE_SECONDS: Final = 0.1
"""The least time between two rounds: under load one round serves many writes."""

_RETRY_SECONDS: Final = 5.0
_log = logging.getLogger("numberkeep.store")


class SearchIndexer:
    """Keeps the search texts of all accounts up to date.

    Args:
        pool: connections for writing, of which it uses one at a time.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._behind: set[int] = set()
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
        await asyncio.sleep(_START_SECONDS)
        await self._look()
        while True:
            for account_id in list(self._behind):
                await self._step(account_id)
            if not self._behind:
                self._written.clear()
                await self._written.wait()
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _look(self) -> None:
        """Find the accounts that are behind."""
        while True:
            try:
                self._behind.update(await self._pool.run(accounts_behind))
            except StoreUnavailable as error:
                _log.warning("which accounts the search must index is not known yet: %s", error)
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                return

    async def _step(self, account_id: int) -> None:
        """Index some of an account, then leave the processor to others for as long as that took."""
        self._behind.discard(account_id)
        begun = asyncio.get_running_loop().time()
        try:
            more = await self._pool.run(lambda connection: index(connection, account_id))
        except StoreUnavailable as error:
            _log.warning("the search index of account %d waits: %s", account_id, error)
            self._behind.add(account_id)
            await asyncio.sleep(_RETRY_SECONDS)
            return
        except Exception:  # noqa: BLE001 - one account must not end the work for the others
            _log.exception("the search index of account %d waits for its next change", account_id)
            return
        if more:
            self._behind.add(account_id)
            await asyncio.sleep(asyncio.get_running_loop().time() - begun)
