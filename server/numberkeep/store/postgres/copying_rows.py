"""Loads many rows into a table by COPY."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

import asyncpg


async def copy_rows(
    connection: asyncpg.Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, seconds: float
) -> None:
    """Load rows into a table by COPY, which reads them while the server stores earlier ones.

    The driver alone would wait indefinitely if the server goes away while its buffers are full: it then ignores both
    the end of the connection and the timeout.

    Raises:
        asyncpg.PostgresError, OSError: as for any statement; ConnectionDoesNotExistError if the connection ended.
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(seconds) as limit:

            def end_now(_: object) -> None:
                limit.reschedule(loop.time())

            connection.add_termination_listener(end_now)
            try:
                await connection.copy_records_to_table(
                    table, schema_name="numberkeep", columns=list(columns), records=rows
                )
            finally:
                connection.remove_termination_listener(end_now)
    except (TimeoutError, RuntimeError) as error:  # RuntimeError: uvloop's for writing to a closed connection
        if connection.is_closed():
            raise asyncpg.ConnectionDoesNotExistError("the connection ended during COPY") from error
        raise
