"""Runs a conversation with the database (store/flow.py) on a connection.

A Write takes each of its columns as an array, and so writes all its rows by one statement; many rows go by COPY, except
on Citus, which would then commit in two phases.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast

import asyncpg

from numberkeep.store.flow import Fetch, Flow, Row, Write
from numberkeep.store.postgres import whole_account_statements as of_whole_accounts
from numberkeep.store.postgres.copying_rows import copy_rows
from numberkeep.store.postgres.statements import COPIED, FETCHED, SAVES, SINGLE_SAVES, SPREAD

R = TypeVar("R")

_COPIED_FROM: Final = 100
"""The number of rows from which COPY is faster than an INSERT, whose arrays the driver encodes value by value."""

_COPY_SECONDS: Final = 30.0

_FETCHED: Final = {**FETCHED, **of_whole_accounts.FETCHED}
_SAVES: Final = {**SAVES, **of_whole_accounts.SAVES}


async def run(connection: asyncpg.Connection, flow: Flow[R], *, on_citus: bool = False) -> R:
    """Run a conversation, and return its result.

    Args:
        connection: the database.
        flow: the conversation.
        on_citus: whether the tables are distributed over nodes.

    Raises:
        asyncpg.PostgresError, OSError: a statement failed.
    """
    try:
        step = next(flow)
        while True:
            step = flow.send(await _answered(connection, step, copies=not on_citus))
    except StopIteration as end:
        result: R = end.value
        return result


async def run_in_threads(connection: asyncpg.Connection, flow: Flow[R], *, on_citus: bool = False) -> R:
    """Run a long conversation as `run` does, but all between its statements in threads, beside the event loop."""
    rows: Sequence[Row] | None = None
    while True:
        step = await asyncio.to_thread(_advance, flow, rows)
        if isinstance(step, _Ended):
            result: R = step.result
            return result
        rows = await _answered(connection, step, copies=not on_citus)


@dataclass(slots=True, frozen=True)
class _Ended:
    """The end of a conversation: a thread cannot raise StopIteration."""

    result: Any


def _advance(flow: Flow[Any], rows: Sequence[Row] | None) -> Fetch | Write | _Ended:
    try:
        return next(flow) if rows is None else flow.send(rows)
    except StopIteration as end:
        return _Ended(end.value)


async def _answered(connection: asyncpg.Connection, step: Fetch | Write, *, copies: bool) -> Sequence[Row]:
    if isinstance(step, Write):
        await _write(connection, step, copies=copies)
        return ()
    values = step.values
    if step.name in SPREAD:
        values = (values[0], *map(list, zip(*values[1], strict=True)))
    return cast("Sequence[Row]", await connection.fetch(_FETCHED[step.name], *values))


async def _write(connection: asyncpg.Connection, step: Write, *, copies: bool) -> None:
    account_id, rows = step.account_id, step.rows
    if step.name in SINGLE_SAVES:
        for row in rows:
            await connection.execute(SINGLE_SAVES[step.name], account_id, *row)
    elif copies and len(rows) >= _COPIED_FROM and step.name in COPIED:
        table, columns = COPIED[step.name]
        records = ((account_id, *row) for row in rows)
        await copy_rows(connection, table, ["account_id", *columns.split(", ")], records, seconds=_COPY_SECONDS)
    else:
        await connection.execute(_SAVES[step.name], account_id, *map(list, zip(*rows, strict=True)))
