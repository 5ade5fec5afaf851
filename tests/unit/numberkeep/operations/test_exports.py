"""Exports: what they contain, and that an import into an empty account reads the same contacts."""

import asyncio
import csv
from collections.abc import Callable, Mapping, Sequence
from io import StringIO
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from numberkeep.domain.contacts.contact import Contact, ContactPatch
from numberkeep.domain.identity import Account, KeyPair
from numberkeep.service import bulk, contacts, keys
from numberkeep.service.bulk import GivenRow
from numberkeep.service.context import Context
from numberkeep.store.sqlite import SqliteStore
from support.patches import PATCHES
from support.round_trips import exported, imported, stored

FORMATS = ("csv", "vcard", "vcard4", "jsonl")


@settings(max_examples=60, deadline=None)
@given(patches=st.lists(PATCHES, min_size=1, max_size=4), opted_out=st.booleans())
@example(patches=[ContactPatch(company_name="Ada Ltd")], opted_out=False)
@example(patches=[ContactPatch(first_name="a " * 80, last_name=" " * 160)], opted_out=False)  # folded at white space
@example(patches=[ContactPatch(first_name=" a" * 80)], opted_out=False)
@example(patches=[ContactPatch(tags=("a\rb", "c"), first_name=" \r ")], opted_out=True)
@example(patches=[ContactPatch(custom_variables={str(n): "x" for n in range(90)})] * 2, opted_out=False)
def test_an_import_reads_what_an_export_writes(patches: Sequence[ContactPatch], opted_out: bool) -> None:  # noqa: FBT001
    """All fields that a client can set, and opt-outs, in every format."""
    asyncio.run(round_trips(patches, opted_out, [{"format": form} for form in FORMATS], as_they_are))


@settings(max_examples=30, deadline=None)
@given(patches=st.lists(PATCHES, min_size=1, max_size=4), opted_out=st.booleans())
@example(patches=[ContactPatch(custom_variables={"Opted Out": "no", "status": "subscribed"})], opted_out=True)
def test_what_is_for_another_program_keeps_opt_outs(patches: Sequence[ContactPatch], opted_out: bool) -> None:  # noqa: FBT001
    """And names, without white space around them, whatever else there is that the program's file cannot express."""
    programs = [{"for_": program} for program in ("google", "outlook", "hubspot")]
    asyncio.run(round_trips(patches, opted_out, programs, names_and_opt_out))


def as_they_are(contact: Contact) -> object:
    """Return all that an import can set."""
    return contact


def names_and_opt_out(contact: Contact) -> object:
    """Return what every program has a column for."""
    names = (contact.first_name, contact.last_name, contact.company_name)
    return contact.phone, contact.opt_out, [name.strip() for name in names]


async def round_trips(
    patches: Sequence[ContactPatch],
    opted_out: bool,  # noqa: FBT001
    exports: Sequence[Mapping[str, Any]],
    seen: Callable[[Contact], object],
) -> None:
    """Check that imports into empty accounts read what each export of some contacts writes."""
    store = SqliteStore(None)
    await store.open()
    context = Context(store)
    source = (await keys.create(context, "source", KeyPair("source", "secret"))).account
    rows = [GivenRow(number, f"+1415555{number:04d}", patch) for number, patch in enumerate(patches)]
    await bulk.create(context, source, rows, [], skip_bad=False)
    await contacts.set_opt_out(context, source, rows[0].number, opted_out=opted_out)
    expected = [seen(each) for each in await stored(context, source)]
    for params in exports:
        name = "-".join(params.values())
        target = (await keys.create(context, name, KeyPair(name, "secret"))).account
        text = await exported(context, source, **params)
        assert await imported(context, target, text) == 0, text
        assert [seen(each) for each in await stored(context, target)] == expected, text
    await store.close()


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
