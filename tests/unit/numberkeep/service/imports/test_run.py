"""Whatever a file contains, an import of it ends, and every row is accounted for."""

import asyncio
import csv
from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numberkeep.domain.errors import InvalidInput
from numberkeep.domain.identity import Account, KeyPair
from numberkeep.service import keys
from numberkeep.service.context import Context
from numberkeep.service.imports.column_names import Use
from numberkeep.service.imports.numbers import Numbers
from numberkeep.service.imports.options import Column, Options
from numberkeep.store.sqlite import SqliteStore
from support.importing import imported

PIECES = st.sampled_from(
    [
        *(b"phone", b"name", b"opt_out", b"tags", b"mobile", b"yes", b"no", b"+14155550101", b"+14155550102", b"12"),
        *(b",", b",", b",", b"\n", b"\n", b";", b'"', b"\t", b"\0", b"\xff", b"\xff\xfe", b"{", b"}", b":", b"x" * 300),
        *(b"BEGIN:VCARD\n", b"END:VCARD\n", b"TEL:+14155550103\n", b"FN:A\n", b"CATEGORIES:a,b\n", b"N;B:=\n"),
        *(
            b"[",
            b"]",
            b'{"contacts": [',
            b'{"phone": "+14155550104"},',
            b'\\"',
            b"1.41556E+10",
            b"Unsubscribed",
            b"sms",
        ),
        *(b'{"phone": "+14155550101", "tags": [1, null]}\n', b'{"custom_variables": {"": ""}}\n', b"attributes"),
    ]
)
FILES = st.one_of(st.binary(max_size=100), st.lists(PIECES, max_size=30).map(b"".join))


@settings(max_examples=60, deadline=None)
@given(data=FILES, numbers=st.sampled_from(Numbers), unmatched=st.booleans())
def test_any_bytes_can_be_imported(data: bytes, numbers: Numbers, unmatched: bool) -> None:  # noqa: FBT001
    """The counts add up, each rejected row is written, and the dry run reports what the run does."""

    async def check() -> None:
        store = SqliteStore(None)
        await store.open()
        context = Context(store)
        account = (await keys.create(context, "default", KeyPair("key", "secret"))).account
        options = Options("US", numbers, keep_unmatched=unmatched)
        try:
            dry, _ = await imported(context, account, data, options, dry_run=True)
        except InvalidInput:  # a document or an archive, by its first bytes
            await store.close()
            return
        outcome, rejects = await imported(context, account, data, options)
        again, _ = await imported(context, account, data, options)
        await store.close()
        counts = outcome.counts
        assert dry.counts == counts
        assert counts.rows == (
            counts.created + counts.updated + counts.unchanged + counts.skipped + counts.merged + counts.rejected
        )
        assert len(list(csv.reader(StringIO(rejects, newline="")))) == counts.rejected + 1
        assert again.counts.unchanged == counts.created
        assert again.counts.opted_out == 0

    asyncio.run(check())


async def test_a_file_that_is_none_of_contacts_is_refused(context: Context, account: Account) -> None:
    """With what it is and what to do."""
    with pytest.raises(InvalidInput, match="the file is a ZIP archive: unpack it"):
        await imported(context, account, b"PK\x03\x04", Options("US"))


async def test_a_column_that_is_not_there_is_refused(context: Context, account: Account) -> None:
    """Before anything is imported; the message names those that there are."""
    options = Options("US", columns={"handy": Column(Use.PHONE)})
    with pytest.raises(
        InvalidInput, match="--map names columns that the file does not have: handy; it has phone, name"
    ):
        await imported(context, account, b"phone,name\n+14155550101,x\n", options)


async def test_a_rejected_row_without_a_number_gets_a_column_for_it(context: Context, account: Account) -> None:
    """So that it can be corrected; columns of one name stay apart."""
    data = b"BEGIN:VCARD\nFN:Ada\nNOTE:a\nEND:VCARD\nBEGIN:VCARD\nFN:Bob\nTEL:12\nEND:VCARD\n"
    _, rejects = await imported(context, account, data, Options("US"))
    first, second = csv.DictReader(StringIO(rejects, newline=""))
    assert (first["Name"], first["phone"], first["field"], first["line"]) == ("Ada", "", "phone", "1")
    assert (second["Name"], second["Phone 1 - Value"], second["value"]) == ("Bob", "12", "12")
    corrected = rejects.replace("Ada,a,,", "Ada,a,+14155550101,")
    outcome, _ = await imported(context, account, corrected.encode(), Options("US"))
    assert (outcome.counts.created, outcome.counts.rejected) == (1, 1)
