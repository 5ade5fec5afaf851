"""Reads over all accounts on Citus: a node that does not answer must not stop the work for accounts on the others."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar, cast

import asyncpg

from numberkeep.domain.errors import StoreUnavailable
from numberkeep.domain.outbox.delivery import Backlog
from numberkeep.store.postgres import citus
from numberkeep.store.postgres.driver_errors import is_of_node
from numberkeep.store.postgres.pool import Pool
from numberkeep.store.postgres.read_statements import OF_ACCOUNTS
from numberkeep.store.postgres.read_statements import READS as SQL
from numberkeep.store.queries import GetAgenda, GetAgendaOf, GetBacklog, Query
from numberkeep.store.reads import READS

R = TypeVar("R")
Rows = Sequence[Sequence[Any]]

_ANSWER_SECONDS: Final = 5.0
"""How long a node may take to answer: the relay waits for the slowest one."""

_SKIP_SECONDS: Final = 15.0
"""How long a node that did not answer is not asked."""

_EVERY_ACCOUNT: Final = "SELECT account_id FROM numberkeep.accounts"
_log = logging.getLogger("numberkeep.store")


class Nodes:
    """Answers the queries over all accounts.

    One statement asks all nodes, and fails if one of them does. Then, and until every node answers again, the nodes are
    asked one by one, each for its own accounts.

    Args:
        pool: connections for reading.
        now: seconds of a monotonic clock; tests pass their own.
    """

    def __init__(self, pool: Pool, now: Callable[[], float] = time.monotonic) -> None:
        self._pool = pool
        self._now = now
        self._skipped_until: dict[str, float] = {}

    @staticmethod
    def answers(query: Query[Any]) -> bool:
        """Return whether a query is over all accounts, or over some of them."""
        return type(query) in OF_ACCOUNTS or isinstance(query, GetAgendaOf)

    async def read(self, query: Query[R]) -> R:
        """Return the answer for the accounts on the nodes that answer.

        Raises:
            StoreUnavailable: the coordinator does not answer, or a statement fails for another reason.
        """
        rows, missing = await self._rows(query)
        if isinstance(query, GetBacklog):
            oldest = min((row[1] for row in rows if row[1] is not None), default=None)
            return cast("R", Backlog(sum(row[0] for row in rows), oldest, sum(row[2] for row in rows), missing))
        answer: R = READS[type(query)].answer(rows, query)
        return answer

    async def _rows(self, query: Query[Any]) -> tuple[Rows, int]:
        """Return the rows, and the number of nodes that did not answer."""
        if isinstance(query, GetAgendaOf):
            kind: type[Query[Any]] = GetAgenda
            values: tuple[Any, ...] = ()
            among: Sequence[int] | None = list(query.account_ids)
        else:
            kind, values, among = type(query), READS[type(query)].values(query), None
        if not self._skipped_until:
            try:
                if among is None:
                    return await self._fetch(SQL[kind], *values), 0
                return await self._fetch(OF_ACCOUNTS[kind], *values, among), 0
            except StoreUnavailable as error:
                if not is_of_node(error.__cause__):
                    raise
        whole = among is None
        if among is None:
            among = [account_id for (account_id,) in await self._fetch(_EVERY_ACCOUNT)]
        nodes = await self._pool.run(lambda connection: citus.accounts_of_nodes(connection, among))
        if whole:  # a node that was removed is not waited for
            self._skipped_until = {node: until for node, until in self._skipped_until.items() if node in nodes}
        answers = await asyncio.gather(
            *(self._ask(node, OF_ACCOUNTS[kind], *values, accounts) for node, accounts in nodes.items())
        )
        return [row for rows in answers if rows is not None for row in rows], answers.count(None)

    async def _ask(self, node: str, statement: str, *values: object) -> Rows | None:
        """Return the rows of one node; None if it does not answer."""
        if self._skipped_until.get(node, 0) > self._now():
            return None
        try:
            rows = await self._fetch(statement, *values)
        except StoreUnavailable as error:
            if not is_of_node(error.__cause__):
                raise
            if node not in self._skipped_until:
                _log.warning("the Citus node %s does not answer: its accounts wait", node)
            self._skipped_until[node] = self._now() + _SKIP_SECONDS
            return None
        if self._skipped_until.pop(node, None) is not None:
            _log.warning("the Citus node %s answers again", node)
        return rows

    async def _fetch(self, statement: str, *values: object) -> Rows:
        async def work(connection: asyncpg.Connection) -> Rows:
            return cast("Rows", await connection.fetch(statement, *values, timeout=_ANSWER_SECONDS))

        return await self._pool.run_long(work)
