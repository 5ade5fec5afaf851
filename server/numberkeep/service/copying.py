"""Copies one database to another, of the same engine or not.

Both are read side by side in the order of each table's key, page by page, and only differences are written. So an
interrupted copy is continued by starting it again, a second copy brings over what a running service changed during the
first, and rows that the source no longer has are removed from the target.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import msgspec

from numberkeep.domain.errors import CannotCopy, StoreUnavailable, StoreUnusable
from numberkeep.store.transfer import ACCOUNTS, TABLES, Key, Mark, Row, Table, Transfer

SOURCE: Final = "SRC"
TARGET: Final = "DST"
"""The names of the two databases in errors, after the command's arguments: URLs may contain passwords."""

Report = Callable[[str, int, int], None]
"""Called repeatedly with the current step, the number of rows done, and the approximate number of all rows."""

_encode = msgspec.msgpack.Encoder().encode


@dataclass(slots=True, frozen=True)
class Content:
    """The contents of a table.

    Attributes:
        rows: how many rows.
        sha256: SHA-256 of all rows in the order of their key, each in MessagePack; hexadecimal.
    """

    rows: int
    sha256: str


@dataclass(slots=True, frozen=True)
class Copied:
    """The outcome for a table.

    Attributes:
        table: its name.
        written: the number of rows that were missing or different in the target.
        removed: the number of rows that only the target had.
        source: the contents in the source.
        target: the contents in the target, read again after all writes.
    """

    table: str
    written: int
    removed: int
    source: Content
    target: Content

    @property
    def equal(self) -> bool:
        """Whether both have the same contents."""
        return self.source == self.target


async def copy(
    source: Transfer,
    target: Transfer,
    report: Report = lambda *_: None,
    *,
    page: int | None = None,
    force: bool = False,
) -> Sequence[Copied]:
    """Copy the contents that the source has at the start to the target, and compare the two.

    Args:
        source: the database to read; not open.
        target: empty, or an earlier copy of the source; not open. Nothing else should use it meanwhile.
        report: called to report the progress.
        page: the most rows to read at once, if fewer than each table's own.
        force: copy also to a target that was used since it was copied to, and undo what was done there.

    Returns:
        The outcome for each table; callers must check whether the contents are equal.

    Raises:
        StoreUnusable: one of the two cannot be opened.
        CannotCopy: the target is the source, has other accounts, or was used; nothing was written.
        StoreUnavailable: one of them failed; starting again continues the copy.
    """
    async with _opened(source, SOURCE, writing=False), _opened(target, TARGET, writing=True):
        try:
            if await source.identity() == await target.identity():
                raise CannotCopy(f"{SOURCE} and {TARGET} are the same database: name two different ones")
            pass_ = _Pass(source, target, report, page)
            await pass_.refuse_strangers()
            if not force:
                await pass_.refuse_used()
            await target.set_mark(Mark.UNFINISHED)
            return await pass_.run()
        except StoreUnavailable as error:
            raise StoreUnavailable(f"{error}; start the copy again to continue it") from error


@asynccontextmanager
async def _opened(transfer: Transfer, name: str, *, writing: bool) -> AsyncIterator[None]:
    try:
        await transfer.open(writing=writing)
    except StoreUnusable as error:
        await transfer.close()
        raise type(error)(f"{name}: {error}") from error
    try:
        yield
    finally:
        await transfer.close()


class _Pass:
    """One walk over two open databases."""

    def __init__(self, source: Transfer, target: Transfer, report: Report, page: int | None) -> None:
        self._source = source
        self._target = target
        self._report = report
        self._page = page
        self._about = 0
        self._done = 0

    async def refuse_strangers(self) -> None:
        """Check that the target is not one for tests, and that the source has all of its accounts.

        Raises:
            CannotCopy: it is, or the source does not.
        """
        if await self._target.mark() is Mark.TEST:
            raise CannotCopy(f"{TARGET} was made by `numberkeep serve --test`: name another database")
        async for page in self._pages(self._target, ACCOUNTS, None):
            for account_id, name, _, created_at, *_ in page:
                same = await self._source.rows(ACCOUNTS, None, (account_id - 1,), 1)
                if [(found[0], found[1], found[3]) for found in same] != [(account_id, name, created_at)]:
                    raise CannotCopy(
                        f"{TARGET} has accounts that {SOURCE} does not have: name an empty database, or an earlier "
                        f"copy of {SOURCE}"
                    )

    async def refuse_used(self) -> None:
        """Check that the target was not opened as a store since it was copied to: its changes would be lost.

        Raises:
            CannotCopy: it was.
        """
        if await self._target.count(ACCOUNTS) and await self._target.mark() is Mark.NONE:
            raise CannotCopy(
                f"{TARGET} was used after it was copied to, and a new copy would undo that: give --force to copy anyway"
            )

    async def run(self) -> Sequence[Copied]:
        """Write the differences, and compare all tables."""
        counts = [await self._source.count(table) for table in TABLES]
        self._about = sum(counts)
        changes = [await self._write_differences(table) for table in TABLES]
        await self._target.finish(await self._source.last_numbers())
        await self._target.set_mark(Mark.COPIED)
        self._done = 0
        copied: list[Copied] = []
        for table, (written, removed) in zip(TABLES, changes, strict=True):
            contents = await asyncio.gather(
                self._content(self._source, table, self._compared), self._content(self._target, table)
            )
            copied.append(Copied(table.name, written, removed, *contents))
        return copied

    async def _write_differences(self, table: Table) -> tuple[int, int]:
        """Make a table's rows equal, and return how many were written and how many removed."""
        written = removed = 0
        async for account_id in self._parts(self._source, table):
            after: Key | None = None
            while True:
                new, old, until = await self._side_by_side(table, account_id, after)
                if new != old:
                    in_source, in_target = set(new), set(old)
                    gone = [row for row in old if row not in in_source]
                    fresh = [row for row in new if row not in in_target]
                    await self._target.replace(table, account_id, gone, fresh)
                    written += len(fresh)
                    removed += len(set(map(table.key_of, gone)) - set(map(table.key_of, fresh)))
                self._done += len(new)
                self._report("copying", self._done, self._about)
                if until is None:
                    break
                after = until
        return written, removed

    async def _side_by_side(
        self, table: Table, account_id: int | None, after: Key | None
    ) -> tuple[Sequence[Row], Sequence[Row], Key | None]:
        """Return the rows of both after a key up to the end of the shorter page, and its last key; None at the end."""
        limit = self._limit(table)
        pages = await asyncio.gather(
            self._source.rows(table, account_id, after, limit), self._target.rows(table, account_id, after, limit)
        )
        ends = [table.key_of(rows[-1]) for rows in pages if len(rows) == limit]
        if not ends:
            return *pages, None
        until = min(ends)
        new, old = ([row for row in rows if table.key_of(row) <= until] for rows in pages)
        return new, old, until

    async def _content(self, side: Transfer, table: Table, read: Callable[[int], None] = lambda _: None) -> Content:
        count = 0
        digest = hashlib.sha256()
        async for account_id in self._parts(side, table):
            async for page in self._pages(side, table, account_id):
                count += len(page)
                digest.update(b"".join(map(_encode, page)))
                read(len(page))
        return Content(count, digest.hexdigest())

    def _compared(self, rows: int) -> None:
        self._done += rows
        self._report("comparing", self._done, self._about)

    async def _parts(self, side: Transfer, table: Table) -> AsyncIterator[int | None]:
        """Yield the accounts whose rows are read one after the other; None for a table that is read as a whole."""
        if not table.of_account:
            yield None
            return
        async for page in self._pages(side, ACCOUNTS, None):
            for account_id, *_ in page:
                yield account_id

    async def _pages(self, side: Transfer, table: Table, account_id: int | None) -> AsyncIterator[Sequence[Row]]:
        """Yield the pages of a table, or of an account's part of it, in the order of the key."""
        after: Key | None = None
        limit = self._limit(table)
        while page := await side.rows(table, account_id, after, limit):
            yield page
            if len(page) < limit:
                return
            after = table.key_of(page[-1])

    def _limit(self, table: Table) -> int:
        return table.page if self._page is None else min(self._page, table.page)
