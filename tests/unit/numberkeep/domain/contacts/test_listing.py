"""What a listing is when nothing is asked of it."""

from numberkeep.domain.contacts.listing import ContactFilter, ListQuery, Order, OrderBy, Page
from numberkeep.domain.limits import DEFAULT_PAGE, MAX_PAGE


def test_the_default_listing_is_the_documented_one() -> None:
    """Newest first, a hundred contacts, from the start, nothing filtered out."""
    assert ListQuery() == ListQuery(ContactFilter(), Order(OrderBy.CREATED_AT, descending=True), 100, 0, None)
    assert ContactFilter() == ContactFilter(None, None, None, (), None, None)
    assert (DEFAULT_PAGE, MAX_PAGE) == (100, 1000)


def test_a_page_is_the_last_unless_it_says_otherwise() -> None:
    """A page made of contacts alone has no next one."""
    assert Page([]).next is None


def test_orders_are_named_as_on_the_wire() -> None:
    """The four sort keys are the specification's, which are also the fields' names."""
    assert [str(by) for by in OrderBy] == ["created_at", "first_name", "last_name", "phone"]
