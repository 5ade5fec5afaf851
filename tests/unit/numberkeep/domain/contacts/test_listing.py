"""The defaults of a listing."""

from numberkeep.domain.contacts.listing import ContactFilter, ListQuery, Order, OrderBy, Page
from numberkeep.domain.limits import DEFAULT_PAGE, MAX_PAGE


def test_the_default_listing_is_the_documented_one() -> None:
    """Newest first, 100 contacts, from the start, unfiltered."""
    assert ListQuery() == ListQuery(ContactFilter(), Order(OrderBy.CREATED_AT, descending=True), 100, 0, None)
    assert ContactFilter() == ContactFilter(None, None, None, (), None, None)
    assert (DEFAULT_PAGE, MAX_PAGE) == (100, 1000)


def test_a_page_is_the_last_by_default() -> None:
    """A page created from contacts alone has no next one."""
    assert Page([]).next is None


def test_orders_are_named_as_on_the_wire() -> None:
    """The four sort keys are the API's, which are also the field names."""
    assert [str(by) for by in OrderBy] == ["created_at", "first_name", "last_name", "phone"]
