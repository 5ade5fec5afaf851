"""Contacts in responses, encoded from a contact and from a listing's record."""

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
def test_a_listing_encodes_contacts_like_other_responses(contact: Contact) -> None:
    """Byte for byte: stored JSON is equal to what would be encoded again."""
    listed = record_of(values_of(contact))
    assert msgspec.json.encode(record_out(listed)) == msgspec.json.encode(contact_out(contact))


@pytest.mark.parametrize("contact", [FULL, BLANK])
def test_older_names_repeat_the_current_ones(contact: Contact) -> None:
    """Each has the value of its own field."""
    shown = msgspec.to_builtins(contact_out(contact))
    assert {OLD_NAMES[name][0]: shown[name] for name in ECHOED}.items() <= shown.items()
    assert len(shown) == 12 + len(ECHOED)


def test_a_listed_contact_has_the_columns_of_a_row() -> None:
    """In the order in which a row is converted to a record."""
    assert ", ".join(ContactRecord.__slots__) == COLUMNS


def test_integers_of_an_engine_without_booleans_are_encoded_as_booleans() -> None:
    """SQLite returns 0 and 1."""
    *values, _, _ = values_of(FULL)
    shown = msgspec.to_builtins(record_out(record_of((*values, 0, 1))), builtin_types=(msgspec.Raw,))
    assert (shown["verified"], shown["opt_out"]) == (False, True)
