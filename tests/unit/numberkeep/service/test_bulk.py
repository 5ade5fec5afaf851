"""Bulk requests: which rows count, and what is said of those that do not."""

import pytest

from numberkeep.domain.contacts.contact import ContactPatch, micros
from numberkeep.domain.errors import FieldError, InvalidRows
from numberkeep.domain.identity import Account, contact_id_at
from numberkeep.service import bulk, contacts
from numberkeep.service.bulk import GivenRow
from numberkeep.service.context import Context

GOOD = ("+14155550001", "415-555-0002", " (415) 555 0003 ")


def rows(*numbers: str) -> list[GivenRow]:
    """A row for each number; its first name is its place."""
    return [GivenRow(index, number, ContactPatch(first_name=str(index))) for index, number in enumerate(numbers)]


async def test_good_rows_are_stored_in_their_order(context: Context, account: Account) -> None:
    """Every row gives a contact with a normalised number, and ids and times that rise with the rows."""
    result = await bulk.create(context, account, rows(*GOOD), [], skip_bad=False)
    assert result.errors == []
    assert [contact.phone for contact in result.contacts] == ["+14155550001", "+14155550002", "+14155550003"]
    times = [micros(contact.created_at) for contact in result.contacts]
    assert times == [times[0], times[0] + 1, times[0] + 2]
    assert [contact.contact_id for contact in result.contacts] == [contact_id_at(at, context.node) for at in times]
    single = await contacts.create(context, account, "+14155550009", ContactPatch(), update_if_exists=False)
    assert micros(single.created_at) == times[-1] + 1


async def test_of_a_number_given_twice_the_last_row_counts(context: Context, account: Account) -> None:
    """However it is written, a number is one contact: the last row's words, at the last row's place."""
    given = rows("+14155550001", "+14155550002", "(415) 555-0001")
    given[0].patch = ContactPatch(first_name="gone", last_name="gone too")
    result = await bulk.create(context, account, given, [], skip_bad=False)
    assert [(contact.phone, contact.first_name, contact.last_name) for contact in result.contacts] == [
        ("+14155550002", "1", ""),
        ("+14155550001", "2", ""),
    ]
    assert await contacts.count(context, account) == 2


async def test_any_bad_row_fails_the_request(context: Context, account: Account) -> None:
    """InvalidRows says how many rows are bad and names each of their faults, by row; nothing is stored."""
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
    """With skip_bad the good rows are stored and the faults come sorted by row, wherever they were found."""
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


async def test_a_bad_row_does_not_hide_an_earlier_good_one(context: Context, account: Account) -> None:
    """With skip_bad the last good row of a number counts."""
    given = rows("+14155550001", "+14155550001")
    given[1].patch = ContactPatch(sendblue_number="nope")
    result = await bulk.create(context, account, given, [], skip_bad=True)
    assert [contact.first_name for contact in result.contacts] == ["0"]
    assert [error.index for error in result.errors] == [1]


@pytest.mark.parametrize("skip_bad", [True, False])
async def test_no_rows_are_no_change(context: Context, account: Account, *, skip_bad: bool) -> None:
    """An empty request is answered with nothing."""
    result = await bulk.create(context, account, [], [], skip_bad=skip_bad)
    assert (list(result.contacts), list(result.errors)) == ([], [])


async def test_only_bad_rows_store_nothing(context: Context, account: Account) -> None:
    """With skip_bad a request of bad rows alone is a report."""
    result = await bulk.create(context, account, rows("12", ""), [], skip_bad=True)
    assert list(result.contacts) == []
    assert [error.index for error in result.errors] == [0, 1]


async def test_the_own_line_is_normalised_in_every_row(context: Context, account: Account) -> None:
    """A row's sendblue_number is stored in E.164 form."""
    given = [GivenRow(0, "+14155550001", ContactPatch(sendblue_number="415 555 0100"))]
    result = await bulk.create(context, account, given, [], skip_bad=False)
    assert [contact.sendblue_number for contact in result.contacts] == ["+14155550100"]


async def test_bulk_delete_counts_what_was_there(context: Context, account: Account) -> None:
    """Numbers are found however they are written, each once; unknown and impossible ones are ignored."""
    await bulk.create(context, account, rows(*GOOD), [], skip_bad=False)
    numbers = ["4155550001", "+1 415 555 0001", "+14155550003", "+14155559999", "12", "", "nobody"]
    assert await bulk.delete(context, account, numbers) == 2
    assert await contacts.count(context, account) == 1
    assert await bulk.delete(context, account, ["nobody"]) == 0
    assert await bulk.delete(context, account, []) == 0
