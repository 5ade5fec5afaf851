"""Listings of contacts: filter, order and pages."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from numberkeep.domain.contacts.contact import ContactRecord
from numberkeep.domain.contacts.search import Search
from numberkeep.domain.limits import DEFAULT_PAGE, MAX_INTEGER


class OrderBy(StrEnum):
    """What a listing is sorted by. Texts sort by code point, and ties by contact_id."""

    CREATED_AT = "created_at"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    PHONE = "phone"


@dataclass(slots=True, frozen=True)
class Order:
    """A sort key and its direction, which holds for the tie-breaking contact_id as well."""

    by: OrderBy = OrderBy.CREATED_AT
    descending: bool = True

    def place_of(self, contact: ContactRecord) -> "Position":
        """Return the position of a contact in a listing of this order."""
        return Position(getattr(contact, self.by), contact.contact_id)


@dataclass(slots=True, frozen=True)
class ContactFilter:
    """The conditions of a listing; a contact is listed if it meets all that are not None.

    Attributes:
        contact_id: has this id.
        phone: has this number, E.164.
        created_from: was created at this time or later, microseconds since 1970.
        tags: has all of these tags.
        verified: is verified, or is not.
        opt_out: has opted out, or has not.
        unclear: has a reply that waits for a decision, or has none.
        created_before: was created before this time, microseconds since 1970.
        search: is found by these words.
    """

    contact_id: int | None = None
    phone: str | None = None
    created_from: int | None = None
    tags: tuple[str, ...] = ()
    verified: bool | None = None
    opt_out: bool | None = None
    unclear: bool | None = None
    created_before: int | None = None
    search: Search | None = None


NO_CONTACTS: Final = ContactFilter(contact_id=-1)
"""A filter that matches no contact, for an id or a number that cannot exist."""


@dataclass(slots=True, frozen=True)
class Position:
    """A place in an ordered listing: the sort value and id of the last contact before it.

    Attributes:
        value: the sort value: text, or microseconds since 1970 for created_at.
        contact_id: the tie-breaker.
    """

    value: str | int
    contact_id: int


@dataclass(slots=True, frozen=True)
class ListQuery:
    """One page of a listing: `limit` contacts after skipping `offset`, or after the place `after`."""

    where: ContactFilter = ContactFilter()
    order: Order = Order()
    limit: int = DEFAULT_PAGE
    offset: int = 0
    after: Position | None = None


EVERYTHING: Final = MAX_INTEGER - 1
"""The limit of a page that has every contact, however many there are. It is read in slices only."""

MOST_TEXT: Final = 512 * 1024
"""Characters of tags and custom variables in a page that is read at once; more is read in slices."""

SLICE_TEXT: Final = 128 * 1024
"""Characters of tags and custom variables after which a slice ends."""

SLICE_CONTACTS: Final = 500
"""Contacts after which a slice ends."""


def text_of(contact: Any) -> int:
    """Return the characters of the tags and custom variables in a row that has the fields of a ContactRecord."""
    return len(contact[8]) + len(contact[9])


@dataclass(slots=True, frozen=True)
class LongPage:
    """A page that is read in slices, all as of one moment.

    Attributes:
        slices: its contacts, in order; each slice has one or more, and ends after SLICE_TEXT characters or
            SLICE_CONTACTS contacts.
        next: the position where the next page starts; None on the last.
    """

    slices: AsyncIterator[Sequence[ContactRecord]]
    next: Position | None = None


@dataclass(slots=True, frozen=True)
class Page:
    """The contacts of one page, and the position where the next one starts; None on the last."""

    contacts: Sequence[ContactRecord]
    next: Position | None = None
