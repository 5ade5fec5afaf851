"""When an export reads contacts, and when it writes them."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager

import pytest

from numberkeep.domain.contacts.contact import ContactRecord
from numberkeep.domain.contacts.listing import EVERYTHING, LongPage
from numberkeep.domain.contacts.selection import Selection
from numberkeep.domain.errors import StoreUnavailable
from numberkeep.domain.identity import Account
from numberkeep.service.context import Context
from numberkeep.service.exports.export import exported
from numberkeep.store.queries import ListContacts
from numberkeep.store.sqlite import SqliteStore

ACCOUNT = Account(1, "default", "US")


class Diary:
    """A store of three contacts and a format, both of which write down what is asked of them."""

    def __init__(self) -> None:
        self.entries: list[str] = []
        self.fails = False

    @asynccontextmanager
    async def page_in_slices(self, query: ListContacts) -> AsyncIterator[LongPage]:
        """Read two slices."""
        assert (query.account_id, query.query.limit) == (1, EVERYTHING)
        self.entries.append("begin")
        yield LongPage(self._slices())
        self.entries.append("end")

    async def _slices(self) -> AsyncIterator[Sequence[ContactRecord]]:
        yield [record(1, "Ada"), record(2, "Grace", '{"Plan":"gold"}')]
        if self.fails:
            raise StoreUnavailable("gone")
        yield [record(3, "Ada")]

    def note(self, contacts: Sequence[ContactRecord]) -> None:
        """Write down the names."""
        self.entries += [f"note {contact.first_name}" for contact in contacts]

    def head(self) -> bytes:
        """Return a beginning."""
        self.entries.append("head")
        return b"head;"

    def rows(self, contacts: Iterable[ContactRecord]) -> bytes:
        """Return the names."""
        self.entries.append("rows")
        return b"".join(f"{contact.contact_id} {contact.first_name};".encode() for contact in contacts)


def record(contact_id: int, name: str, variables: str = "{}") -> ContactRecord:
    """Return a stored contact."""
    phone = f"+1415555{contact_id:04}"
    return ContactRecord(contact_id, phone, 0, name, "", "", "", "", "[]", variables, verified=False, opt_out=False)


@pytest.fixture
def diary(monkeypatch: pytest.MonkeyPatch) -> Diary:
    """Return the store and the format."""
    diary = Diary()
    monkeypatch.setattr(SqliteStore, "page_in_slices", lambda _, query: diary.page_in_slices(query))
    return diary


async def test_the_read_transaction_ends_before_the_first_byte(diary: Diary) -> None:
    """Whatever the client does then; everything was noted before."""
    async with exported(Context(SqliteStore(None)), ACCOUNT, Selection(), diary) as export:
        assert diary.entries == ["begin", "note Ada", "note Grace", "note Ada", "end"]
        assert export.count == 3
        assert [part async for part in export.parts] == [b"head;", b"1 Ada;2 Grace;", b"3 Ada;"]


async def test_only_contacts_that_match_are_kept(diary: Diary) -> None:
    """Others are neither noted nor counted."""
    async with exported(Context(SqliteStore(None)), ACCOUNT, Selection(values={"Plan": "gold"}), diary) as export:
        assert diary.entries == ["begin", "note Grace", "end"]
        assert (export.count, [part async for part in export.parts]) == (1, [b"head;", b"2 Grace;"])


async def test_an_error_of_the_store_comes_before_the_first_byte(diary: Diary) -> None:
    """So that it can be an answer."""
    diary.fails = True
    with pytest.raises(StoreUnavailable):
        async with exported(Context(SqliteStore(None)), ACCOUNT, Selection(), diary):
            pytest.fail("something was exported")
    assert "head" not in diary.entries
