"""Contacts as answers show them, from a contact and from a listing."""

import msgspec
import pytest

from numberkeep.domain.contacts.contact import Contact, ContactRecord, moment
from numberkeep.store.rows import COLUMNS, record_of, values_of
from numberkeep.wire.contacts import contact_out, record_out
from numberkeep.wire.legacy_names import ECHOED, OLD_NAMES

FULL = Contact(
    77,
    "+14155552671",
    moment(1_790_000_000_123_456),
    "first",
    "last",
    "company",
    "email",
    "+15122164639",
    ("b", "a", 'quote " and \\', "\u00e9\U0001f600"),
    {"z": "1", "a": "\n", "": "</script>"},
    verified=True,
    opt_out=False,
)
BLANK = Contact(1, "+14155550001", moment(0), "", "", "", "", "", (), {}, verified=False, opt_out=True)


@pytest.mark.parametrize("contact", [FULL, BLANK])
def test_a_listing_shows_a_contact_as_every_other_answer(contact: Contact) -> None:
    """To the byte: stored JSON is what would be encoded again, in its order and with its escapes."""
    listed = record_of(values_of(contact))
    assert msgspec.json.encode(record_out(listed)) == msgspec.json.encode(contact_out(contact))


@pytest.mark.parametrize("contact", [FULL, BLANK])
def test_older_names_repeat_the_current_ones(contact: Contact) -> None:
    """Each has the value of its own field and of no other."""
    shown = msgspec.to_builtins(contact_out(contact))
    assert {OLD_NAMES[name][0]: shown[name] for name in ECHOED}.items() <= shown.items()
    assert len(shown) == 12 + len(ECHOED)


def test_a_listed_contact_has_the_columns_of_a_row() -> None:
    """In their order, which is how a row becomes one."""
    assert ", ".join(ContactRecord.__slots__) == COLUMNS


def test_an_engine_without_booleans_shows_them_all_the_same() -> None:
    """SQLite reads 0 and 1."""
    *values, _, _ = values_of(FULL)
    shown = msgspec.to_builtins(record_out(record_of((*values, 0, 1))), builtin_types=(msgspec.Raw,))
    assert (shown["verified"], shown["opt_out"]) == (False, True)
