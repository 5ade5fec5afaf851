"""What the list of contacts shows: the rows of one page, how many there are, and the pages beside it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final

import msgspec

from numberkeep.console.pages.contacts_query import STATES, ContactsQuery
from numberkeep.console.visit import Visit
from numberkeep.domain.contacts.contact import micros
from numberkeep.domain.contacts.listing import Order, OrderBy, Position
from numberkeep.domain.errors import InvalidInput
from numberkeep.domain.identity import parse_contact_id
from numberkeep.operations import contacts, matching, reviews
from numberkeep.wire.contacts import ContactOut
from numberkeep.wire.listing import ListParams, cursor_text
from numberkeep.wire.reviews import ReviewsParams

PAGE: Final = 50
COLUMNS: Final = {
    "name": "Name",
    "company": "Company",
    "tags": "Tags",
    "state": "State",
    "created": "Created",
    "owner": "Assigned to",
    "line": "Your line",
}
"""The columns beside the number, in their order."""

USUAL: Final = ("name", "company", "tags", "state", "created")
COOKIE: Final = "numberkeep_columns"
_MOST_REVIEWS: Final = 1000
_decode_tags = msgspec.json.Decoder(list[str]).decode
_decode_variables = msgspec.json.Decoder(dict[str, str]).decode


@dataclass(slots=True, frozen=True)
class Row:
    """A contact as pages show it.

    Attributes:
        contact: the contact, but for its tags and variables.
        tags: its tags.
        unclear: whether it has a reply that waits for a decision.
    """

    contact: ContactOut
    tags: Sequence[str]
    unclear: bool

    @property
    def name(self) -> str:
        """The first and the last name; `""` if it has none."""
        return " ".join(filter(None, (self.contact.first_name, self.contact.last_name)))


@dataclass(slots=True, frozen=True)
class ContactList:
    """One page of the list.

    Attributes:
        query: what the address says.
        rows: the contacts.
        columns: the columns beside the number.
        total: how many contacts match, in words such as `1,000+`.
        newer: the address of the page before; `""` for none.
        older: the address of the next page, likewise.
        problem: why the list is not the one that was asked for; `""` if it is.
        states: the words of each state that can be asked for.
    """

    query: ContactsQuery
    rows: Sequence[Row]
    columns: Sequence[str]
    total: str
    newer: str = ""
    older: str = ""
    problem: str = ""
    names: ClassVar = COLUMNS
    states: ClassVar = {name: word for name, (word, _) in STATES.items()}

    @property
    def words(self) -> tuple[str, str]:
        """The words for the page before and the next one."""
        if self.query.order != OrderBy.CREATED_AT:
            return "Previous", "Next"
        return ("Newer", "Older") if self.query.direction == "desc" else ("Older", "Newer")


async def contact_list(visit: Visit) -> ContactList:
    """Return the page that the address of a visit asks for."""
    query = ContactsQuery.of(visit.query)
    try:
        return await _page(visit, query)
    except InvalidInput as error:  # such as a cursor that was cut off
        shown = await _page(visit, ContactsQuery())
        return replace(shown, problem=f"The address of this page is not valid, so all contacts are shown: {error}")


async def total_of(visit: Visit, query: ContactsQuery) -> str:
    """Return how many contacts match, in words such as `1,000+`.

    Raises:
        InvalidInput: the query has something that is not valid.
    """
    counted = await visit.call(matching.count_matching, _params(visit, query.first, limit=1))
    return f"{counted.count:,}" + ("" if counted.is_exact else "+")


async def _page(visit: Visit, query: ContactsQuery) -> ContactList:
    backwards = bool(query.before)
    listed, more = await _listed(visit, query, backwards=backwards)
    if backwards and not more:  # the page would be shorter than the first one
        query, backwards = query.first, False
        listed, more = await _listed(visit, query, backwards=False)
    waiting = await _unclear(visit)
    rows = [row_of(contact, waiting) for contact in listed]
    newer = older = ""
    if rows and (more if backwards else query.after):
        newer = replace(query.first, before=_cursor(query, rows[0].contact, backwards=True)).path()
    if rows and (more or backwards):
        older = replace(query.first, after=_cursor(query, rows[-1].contact, backwards=False)).path()
    return ContactList(query, rows, chosen_columns(visit), await total_of(visit, query), newer, older)


async def _listed(visit: Visit, query: ContactsQuery, *, backwards: bool) -> tuple[list[ContactOut], bool]:
    """Return the contacts of a page, and whether there are more beyond it."""
    found = await visit.call(contacts.list_contacts, _params(visit, query, limit=PAGE, backwards=backwards))
    items, cursor = list(found.items), found.cursor
    if found.long is not None:
        async with found.long as page:
            items = [contact async for part in page.slices for contact in part]
            cursor = page.cursor
    return items[::-1] if backwards else items, cursor is not None


def _params(visit: Visit, query: ContactsQuery, *, limit: int, backwards: bool = False) -> ListParams:
    """Return the parameters of a listing.

    Raises:
        InvalidInput: the address has something that is not valid.
    """
    down = (query.direction == "desc") is not backwards
    pairs = [*query.parameters(visit.zone), ("order_by", query.order), ("order_direction", "desc" if down else "asc")]
    cursor = query.before if backwards else query.after
    if cursor:
        pairs.append(("cursor", cursor))
    return visit.site.api.decoder.params([*pairs, ("limit", str(limit))], ListParams)


def _cursor(query: ContactsQuery, contact: ContactOut, *, backwards: bool) -> str:
    order = Order(OrderBy(query.order), (query.direction == "desc") is not backwards)
    value: Any = getattr(contact, query.order)
    if query.order == OrderBy.CREATED_AT:
        value = micros(contact.created_at)
    return cursor_text(order, Position(value or "", parse_contact_id(contact.contact_id) or 0))


async def _unclear(visit: Visit) -> frozenset[str]:
    found = await visit.call(reviews.list_open, ReviewsParams(limit=_MOST_REVIEWS))
    return frozenset(review.number for review in found.items)


def row_of(contact: ContactOut, unclear: frozenset[str] = frozenset()) -> Row:
    """Return a contact that an operation answered with as pages show it."""
    tags: Any = contact.tags
    return Row(contact, _decode_tags(tags) if isinstance(tags, msgspec.Raw) else tags, contact.phone in unclear)


def variables_of(contact: ContactOut) -> dict[str, str]:
    """Return the custom variables of a contact that an operation answered with."""
    given: Any = contact.custom_variables
    return _decode_variables(given) if isinstance(given, msgspec.Raw) else dict(given)


def chosen_columns(visit: Visit) -> Sequence[str]:
    """Return the columns that the reader has chosen."""
    given = visit.jar.values.get(COOKIE, "")
    return [name for name in COLUMNS if name in given.split("-")] if given else USUAL
