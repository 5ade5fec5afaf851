"""Bulk requests: which rows are stored, and how invalid ones are reported."""

import pytest

from numberkeep.domain.contacts.contact import ContactPatch, micros
from numberkeep.domain.errors import FieldError, InvalidRows
from numberkeep.domain.identity import Account, contact_id_at
from numberkeep.service import bulk, contacts
from numberkeep.service.bulk import GivenRow
from numberkeep.service.context import Context

GOOD = ("+14155550001", "415-555-0002", " (415) 555 0003 ")


def rows(*numbers: str) -> list[GivenRow]:
    """Return a row for each number; its first name is its index."""
    return [GivenRow(index, number, ContactPatch(first_name=str(index))) for index, number in enumerate(numbers)]


async def test_valid_rows_are_stored_in_order(context: Context, account: Account) -> None:
    """Every row returns a contact with a normalized number; ids and times increase with the rows."""
    result = await bulk.create(context, account, rows(*GOOD), [], skip_bad=False)
    assert result.errors == []
    assert [contact.phone for contact in result.contacts] == ["+14155550001", "+14155550002", "+14155550003"]
    times = [micros(contact.created_at) for contact in result.contacts]
    assert times == [times[0], times[0] + 1, times[0] + 2]
    assert [contact.contact_id for contact in result.contacts] == [contact_id_at(at, context.node) for at in times]
    single = await contacts.create(context, account, "+14155550009", ContactPatch(), update_if_exists=False)
    assert micros(single.created_at) == times[-1] + 1


async def test_the_last_row_of_a_number_wins(context: Context, account: Account) -> None:
    """Different spellings of a number are one contact, with the last row's values and position."""
    given = rows("+14155550001", "+14155550002", "(415) 555-0001")
    given[0].patch = ContactPatch(first_name="gone", last_name="gone too")
    result = await bulk.create(context, account, given, [], skip_bad=False)
    assert [(contact.phone, contact.first_name, contact.last_name) for contact in result.contacts] == [
        ("+14155550002", "1", ""),
        ("+14155550001", "2", ""),
    ]
    assert await contacts.count(context, account) == 2


async def test_an_invalid_row_fails_the_request(context: Context, account: Account) -> None:
    """InvalidRows has the number of invalid rows and each error by row; nothing is stored."""
    given = rows("+14155550001", "12", "", "+14155550004")
    given[3].patch = ContactPatch(sendblue_number="nope")
    unreadable = [FieldError("tags", "is no list", 5, "+14155550006"), FieldError("first_name", "is no text", 5)]
    with pytest.raises(InvalidRows, match="No contact was stored, because 4 of them failed validation") as refused:
        await bulk.create(context, account, given, unreadable, skip_bad=False)
    assert [(error.index, error.field, error.phone) for error in refused.value.fields] == [
        (1, "phone", "12"),
        (2, "phone", ""),
        (3, "sendblue_number", "+14155550004"),
        (5, "tags", "+14155550006"),
        (5, "first_name", None),
    ]
    assert [error.message for error in refused.value.fields][1] == "is required"
    assert await contacts.count(context, account) == 0


async def test_skipped_rows_are_reported_and_the_others_stored(context: Context, account: Account) -> None:
    """With skip_bad, errors are sorted by row, whichever step found them."""
    unreadable = [FieldError("phone", "is no text", 0)]
    given = [GivenRow(row.index + 1, row.number, row.patch) for row in rows("12", "+14155550001", "   ")]
    result = await bulk.create(context, account, given, unreadable, skip_bad=True)
    assert [contact.phone for contact in result.contacts] == ["+14155550001"]
    assert [(error.index, error.field, error.phone) for error in result.errors] == [
        (0, "phone", None),
        (1, "phone", "12"),
        (3, "phone", "   "),
    ]
    assert await contacts.count(context, account) == 1


async def test_an_invalid_row_does_not_replace_a_valid_one(context: Context, account: Account) -> None:
    """With skip_bad the last valid row of a number wins."""
    given = rows("+14155550001", "+14155550001")
    given[1].patch = ContactPatch(sendblue_number="nope")
    result = await bulk.create(context, account, given, [], skip_bad=True)
    assert [contact.first_name for contact in result.contacts] == ["0"]
    assert [error.index for error in result.errors] == [1]


@pytest.mark.parametrize("skip_bad", [True, False])
async def test_an_empty_request_changes_nothing(context: Context, account: Account, *, skip_bad: bool) -> None:
    """The result is empty."""
    result = await bulk.create(context, account, [], [], skip_bad=skip_bad)
    assert (list(result.contacts), list(result.errors)) == ([], [])


async def test_only_invalid_rows_store_nothing(context: Context, account: Account) -> None:
    """With skip_bad such a request returns only the report."""
    result = await bulk.create(context, account, rows("12", ""), [], skip_bad=True)
    assert list(result.contacts) == []
    assert [error.index for error in result.errors] == [0, 1]


async def test_the_line_is_normalized_in_every_row(context: Context, account: Account) -> None:
    """A row's sendblue_number is stored in E.164 form."""
    given = [GivenRow(0, "+14155550001", ContactPatch(sendblue_number="415 555 0100"))]
    result = await bulk.create(context, account, given, [], skip_bad=False)
    assert [contact.sendblue_number for contact in result.contacts] == ["+14155550100"]


async def test_bulk_delete_counts_deleted_contacts(context: Context, account: Account) -> None:
    """Numbers match in any spelling, once each; unknown and impossible ones are ignored."""
    await bulk.create(context, account, rows(*GOOD), [], skip_bad=False)
    numbers = ["4155550001", "+1 415 555 0001", "+14155550003", "+14155559999", "12", "", "nobody"]
    assert await bulk.delete(context, account, numbers) == 2
    assert await contacts.count(context, account) == 1
    assert await bulk.delete(context, account, ["nobody"]) == 0
    assert await bulk.delete(context, account, []) == 0
