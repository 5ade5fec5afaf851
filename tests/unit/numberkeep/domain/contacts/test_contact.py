"""Applying a patch to a contact."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numberkeep.domain.contacts.contact import (
    Contact,
    ContactPatch,
    ReadOnly,
    check_tags,
    micros,
    moment,
    new_contact,
    patched,
)
from numberkeep.domain.errors import InvalidInput, ReadOnlyFields
from numberkeep.domain.limits import MAX_VARIABLES

WHEN = datetime(2026, 9, 1, 12, 30, 15, 123456, UTC)
ADA = Contact(
    contact_id=7,
    phone="+14155552671",
    created_at=WHEN,
    first_name="Ada",
    last_name="Lovelace",
    company_name="Analytical",
    assigned_to_email="sam@example.com",
    sendblue_number="+14155550100",
    tags=("vip", "math"),
    custom_variables={"plan": "pro", "seat": "12"},
    verified=True,
    opt_out=True,
)


def variables(count: int) -> dict[str, str]:
    """Return so many custom variables."""
    return {str(n): "x" for n in range(count)}


def test_an_empty_patch_changes_nothing() -> None:
    """Omitted fields are unchanged."""
    assert patched(ADA, ContactPatch()) == ADA


@pytest.mark.parametrize("name", ["first_name", "last_name", "company_name", "assigned_to_email", "sendblue_number"])
@pytest.mark.parametrize("value", ["new", ""])
def test_a_text_is_set_or_cleared_alone(name: str, value: str) -> None:
    """A patch of one text sets it, `""` clears it, and no other field changes."""
    patch_fields: dict[str, Any] = {name: value}
    assert patched(ADA, ContactPatch(**patch_fields)) == replace(ADA, **patch_fields)


@pytest.mark.parametrize(
    ("tags", "left"), [((), ()), (("math",), ("math",)), (("b", "a", "b", "B", "a"), ("b", "a", "B"))]
)
def test_tags_are_replaced_and_deduplicated(tags: tuple[str, ...], left: tuple[str, ...]) -> None:
    """The patch's tags replace the contact's, in their order."""
    assert patched(ADA, ContactPatch(tags=tags)) == replace(ADA, tags=left)


def test_tags_and_labels_are_normalized_to_nfc() -> None:
    """Composed or decomposed, `café` is the same tag and the same label; it is stored composed."""
    both = ("caf\u00e9", "cafe\u0301")
    changed = patched(ADA, ContactPatch(tags=both[::-1], custom_variables={both[0]: "1"}))
    assert (changed.tags, changed.custom_variables["caf\u00e9"]) == (("caf\u00e9",), "1")
    changed = patched(changed, ContactPatch(custom_variables={both[1]: "2"}))
    assert changed.custom_variables["caf\u00e9"] == "2"
    changed = patched(changed, ContactPatch(custom_variables={both[1]: ""}))
    assert changed.custom_variables == ADA.custom_variables


def test_blank_tags_are_refused() -> None:
    """The error names each of them."""
    check_tags([])
    check_tags(["vip", "\u200bx"])
    with pytest.raises(InvalidInput) as refused:
        check_tags(["vip", "  ", "x", "\t\u2003"])
    assert [(error.field, error.message[:17]) for error in refused.value.fields] == [
        ("tags[1]", "must not be blank"),
        ("tags[3]", "must not be blank"),
    ]


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ({"seat": "13"}, {"plan": "pro", "seat": "13"}),
        ({"new": "x"}, {"plan": "pro", "seat": "12", "new": "x"}),
        ({"plan": ""}, {"seat": "12"}),
        ({"unknown": ""}, {"plan": "pro", "seat": "12"}),
        ({}, {"plan": "pro", "seat": "12"}),
        (None, {}),
    ],
)
def test_custom_variables_are_merged(given: dict[str, str] | None, left: dict[str, str]) -> None:
    """Given labels are set, `""` removes one, None removes all, and the others are unchanged."""
    assert patched(ADA, ContactPatch(custom_variables=given)) == replace(ADA, custom_variables=left)


@pytest.mark.parametrize("opt_out", [True, False])
def test_opt_out_is_set(*, opt_out: bool) -> None:
    """By a patch, in both directions."""
    assert patched(ADA, ContactPatch(opt_out=opt_out)) == replace(ADA, opt_out=opt_out)


def test_applying_a_patch_does_not_modify_the_contact() -> None:
    """The result is a new object; the original is unchanged, including its variables."""
    before = replace(ADA, custom_variables=dict(ADA.custom_variables))
    patched(before, ContactPatch(first_name="Eve", tags=("x",), custom_variables={"plan": "", "x": "1"}))
    assert before == ADA


def test_variables_up_to_the_limit_are_accepted() -> None:
    """The limit applies to the merged result: a full contact can exchange one label for another."""
    full = patched(ADA, ContactPatch(custom_variables=variables(MAX_VARIABLES - 2)))
    assert len(full.custom_variables) == MAX_VARIABLES
    swapped = patched(full, ContactPatch(custom_variables={"plan": "", "other": "x"}))
    assert len(swapped.custom_variables) == MAX_VARIABLES


def test_too_many_variables_are_refused() -> None:
    """InvalidInput names the field, the limit and the number after merging."""
    with pytest.raises(InvalidInput) as refused:
        patched(ADA, ContactPatch(custom_variables=variables(MAX_VARIABLES - 1)))
    (error,) = refused.value.fields
    assert error.field == "custom_variables"
    assert str(MAX_VARIABLES) in error.message
    assert str(MAX_VARIABLES + 1) in error.message


@pytest.mark.parametrize("opt_out", [True, False])
def test_a_new_contact_has_only_the_patch_s_values(*, opt_out: bool) -> None:
    """Other fields are empty, it is not verified, and it has the recipient's earlier opt-out."""
    made = new_contact(7, ADA.phone, WHEN, ContactPatch(first_name="Ada"), opt_out=opt_out)
    assert made == Contact(7, ADA.phone, WHEN, "Ada", "", "", "", "", (), {}, verified=False, opt_out=opt_out)


def test_a_new_contact_obeys_the_patch_and_the_limits() -> None:
    """The patch's opt-out overrides an earlier one; empty values set no label; the limit applies."""
    patch_fields = ContactPatch(opt_out=False, custom_variables={"x": "", "y": "1"}, tags=("a", "a"))
    made = new_contact(7, ADA.phone, WHEN, patch_fields, opt_out=True)
    assert (made.opt_out, made.custom_variables, made.tags) == (False, {"y": "1"}, ("a",))
    with pytest.raises(InvalidInput):
        new_contact(7, ADA.phone, WHEN, ContactPatch(custom_variables=variables(MAX_VARIABLES + 1)), opt_out=False)


@pytest.mark.parametrize(
    "given",
    [
        ReadOnly(),
        ReadOnly(ADA.phone, ADA.contact_id, ADA.created_at, ADA.verified),
        ReadOnly(created_at=WHEN.astimezone(timezone(timedelta(hours=5)))),
    ],
)
def test_read_only_fields_may_be_repeated(given: ReadOnly) -> None:
    """Values equal to the stored ones are accepted, times in any zone."""
    given.check(ADA)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (ReadOnly(phone="+14155552672"), ["phone"]),
        (ReadOnly(phone=None), ["phone"]),
        (ReadOnly(contact_id=8), ["contact_id"]),
        (ReadOnly(contact_id=None), ["contact_id"]),
        (ReadOnly(created_at=WHEN + timedelta(microseconds=1)), ["created_at"]),
        (ReadOnly(created_at=WHEN.replace(tzinfo=None)), ["created_at"]),
        (ReadOnly(created_at=None), ["created_at"]),
        (ReadOnly(verified=False), ["verified"]),
        (ReadOnly(verified=None), ["verified"]),
        (ReadOnly("", 0, None, verified=False), ["phone", "contact_id", "created_at", "verified"]),
    ],
)
def test_other_read_only_values_are_refused(given: ReadOnly, named: list[str]) -> None:
    """One ReadOnlyFields names every read-only field with another value, including null."""
    with pytest.raises(ReadOnlyFields) as refused:
        given.check(ADA)
    assert [error.field for error in refused.value.fields] == named


@settings(derandomize=True)
@given(at=st.integers(0, micros(datetime.max.replace(tzinfo=UTC))))
def test_a_time_round_trips_to_the_microsecond(at: int) -> None:
    """From microseconds to a UTC time and back."""
    assert micros(moment(at)) == at
    assert moment(at).tzinfo is UTC


def test_a_time_without_zone_is_utc() -> None:
    """A time with a zone is converted."""
    naive = datetime(1970, 1, 1, 0, 0, 1)  # noqa: DTZ001 - naive times are under test
    assert micros(naive) == 1_000_000
    assert micros(datetime(1970, 1, 1, 1, 0, 1, tzinfo=timezone(timedelta(hours=1)))) == 1_000_000
