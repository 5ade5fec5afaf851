"""Exports: what they contain, and that an import into an empty account reads the same contacts."""

import asyncio
import csv
from collections.abc import Sequence
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from numberkeep.domain.contacts.contact import Contact, ContactPatch, composed, moment
from numberkeep.domain.contacts.listing import ListQuery, Order
from numberkeep.domain.identity import Account, KeyPair
from numberkeep.operations.exports import download
from numberkeep.service import bulk, contacts, keys
from numberkeep.service.bulk import GivenRow
from numberkeep.service.context import Context
from numberkeep.service.imports.options import Options
from numberkeep.store.queries import ListContacts
from numberkeep.store.sqlite import SqliteStore
from numberkeep.wire.exports import ExportParams
from support.importing import imported as import_file
from support.store import contact_recorded

FORMATS = ("csv", "vcard", "vcard4", "jsonl")


async def exported(context: Context, account: Account, **params: Any) -> str:
    """Return an export as text."""
    async with download(context, account, ExportParams(**params)).opened as export:
        return b"".join([part async for part in export.parts]).decode()


async def imported(context: Context, account: Account, text: str) -> int:
    """Import a file, and return how many rows were rejected."""
    outcome, _ = await import_file(context, account, text.encode(), Options("US"))
    return outcome.counts.rejected


async def stored(context: Context, account: Account) -> list[Contact]:
    """Return all contacts, without what an import does not set."""
    page = await context.store.read(ListContacts(account.account_id, ListQuery(order=Order(descending=False))))
    found = map(contact_recorded, page.contacts)
    return [replace(each, contact_id=0, created_at=moment(0), verified=False) for each in found]


ANY = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
ODD = st.text(st.sampled_from("'\"=+-@\t\r\n ,;:\\[]{}|*/é\u2028\u00a01a"), max_size=90)
TEXTS = st.one_of(st.just(""), ANY, ODD)
TAGS = st.lists(
    st.one_of(ANY, ODD, st.sampled_from(["* x", "myContacts", "a ::: b"])).filter(str.strip).map(composed),
    max_size=3,
    unique=True,
)
LABELS = st.one_of(ANY, ODD, st.sampled_from(["phone", "a.b", "line", "first_name"])).filter(bool).map(composed)
PATCHES = st.builds(
    ContactPatch,
    first_name=TEXTS,
    last_name=TEXTS,
    company_name=TEXTS,
    assigned_to_email=TEXTS,
    sendblue_number=st.sampled_from(["", "+14155550199"]),
    tags=TAGS.map(tuple),
    custom_variables=st.dictionaries(LABELS, TEXTS, max_size=3),
)


@settings(max_examples=60, deadline=None)
@given(patches=st.lists(PATCHES, min_size=1, max_size=4), opted_out=st.booleans())
@example(patches=[ContactPatch(company_name="Ada Ltd")], opted_out=False)
@example(patches=[ContactPatch(first_name="a " * 80, last_name=" " * 160)], opted_out=False)  # folded at white space
@example(patches=[ContactPatch(first_name=" a" * 80)], opted_out=False)
@example(patches=[ContactPatch(tags=("a\rb", "c"), first_name=" \r ")], opted_out=True)
@example(patches=[ContactPatch(custom_variables={str(n): "x" for n in range(90)})] * 2, opted_out=False)
def test_an_import_reads_what_an_export_writes(patches: Sequence[ContactPatch], opted_out: bool) -> None:  # noqa: FBT001
    """All fields that a client can set, and opt-outs, in every format."""

    async def check() -> None:
        store = SqliteStore(None)
        await store.open()
        context = Context(store)
        source = (await keys.create(context, "source", KeyPair("source", "secret"))).account
        rows = [GivenRow(number, f"+1415555{number:04d}", patch) for number, patch in enumerate(patches)]
        await bulk.create(context, source, rows, [], skip_bad=False)
        await contacts.set_opt_out(context, source, rows[0].number, opted_out=opted_out)
        expected = await stored(context, source)
        for form in FORMATS:
            target = (await keys.create(context, form, KeyPair(form, "secret"))).account
            text = await exported(context, source, format=form)
            assert await imported(context, target, text) == 0, text
            assert await stored(context, target) == expected, text
        await store.close()

    asyncio.run(check())


async def created(context: Context, account: Account, **patch: Any) -> None:
    """Create a contact."""
    await contacts.create(context, account, "+14155550101", ContactPatch(**patch), update_if_exists=False)


async def test_a_csv_export_is_for_spreadsheets(context: Context, account: Account) -> None:
    """A column for each custom variable, tags as people write them, the number as it is, and no formula."""
    await created(context, account, first_name="=1+1", tags=("a", "b"), custom_variables={"Plan": "gold", "A": "-"})
    [head, line] = csv.reader(StringIO(await exported(context, account), newline=""))
    row = dict(zip(head, line, strict=True))
    assert head[-5:] == ["custom_variables.A", "custom_variables.Plan", "verified", "created_at", "contact_id"]
    assert (row["phone"], row["first_name"], row["tags"]) == ("+14155550101", "'=1+1", "a;b")
    assert (row["custom_variables.A"], row["opt_out"], row["verified"]) == ("'-", "false", "false")


async def test_too_many_labels_are_one_column(context: Context, account: Account) -> None:
    """And are imported from there."""
    for first in (0, 100, 200):
        variables = {f"v{number}": "x" for number in range(first, first + 100)}
        patch = ContactPatch(custom_variables=variables)
        await contacts.create(context, account, f"+1415555{first:04d}", patch, update_if_exists=False)
    text = await exported(context, account)
    assert text.splitlines()[0].split(",")[-4] == "custom_variables"
    other = (await keys.create(context, "other", KeyPair("other", "secret"))).account
    assert await imported(context, other, text) == 0
    assert [len(each.custom_variables) for each in await stored(context, other)] == [100, 100, 100]


@pytest.mark.parametrize(
    ("form", "version", "tel"),
    [
        ("vcard", "3.0", "TEL;TYPE=CELL:+14155550101"),
        ("vcard4", "4.0", "TEL;VALUE=uri;TYPE=cell:tel:+14155550101"),
    ],
)
async def test_a_card_has_what_other_programs_read(
    context: Context, account: Account, form: str, version: str, tel: str
) -> None:
    """Lines of at most 75 bytes, escaped."""
    await created(context, account, first_name="A;da", last_name="é" * 60, company_name="X, Y", tags=("a", "b"))
    text = await exported(context, account, format=form)
    lines = text.replace("\r\n ", "").split("\r\n")
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    for line in (f"VERSION:{version}", f"N:{'é' * 60};A\\;da;;;", "ORG:X\\, Y", tel, "CATEGORIES:a,b"):
        assert line in lines
