"""The address of the list of contacts: what it means, and that it leads to itself."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from starlette.datastructures import QueryParams

from numberkeep.console.pages.contacts_query import ContactsQuery

BERLIN = ZoneInfo("Europe/Berlin")


def parsed(query: str) -> ContactsQuery:
    """Return what the query of an address says."""
    return ContactsQuery.of(QueryParams(query))


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?q=a%26b+c&tag=x&tag=%C3%A9&state=unclear&since=2026-01-01&until=2026-01-31",
        "?order=phone&direction=desc&after=abc",
        "?order=first_name&before=abc",
        "?direction=asc",
        "?since=2026-01-01T09%3A30%3A00.000001Z&until=2026-01-31",
    ],
)
def test_an_address_leads_to_itself(query: str) -> None:
    """Values that are usual are left out."""
    assert parsed(query.removeprefix("?")).text == query


def test_what_an_address_cannot_say_is_left_out() -> None:
    """Unknown states, orders and days."""
    assert parsed(
        "state=x&order=x&direction=x&since=yesterday&until=2026-02-30T09:30&tag=&tag=+a+&tag=a&edit=1"
    ) == replace(ContactsQuery(), tags=("a",))


def test_days_are_those_of_the_reader() -> None:
    """The last one is included, and days with a change of the clock have their real length."""
    query = parsed("since=2026-03-29&until=2026-03-29&state=opted-out&tag=a")
    assert query.parameters(BERLIN) == [
        ("tag", "a"),
        ("opt_out", "true"),
        ("created_at_gte", "2026-03-28T23:00:00+00:00"),
        ("created_at_lt", "2026-03-29T22:00:00+00:00"),
    ]
    assert query.conditions(BERLIN) == {
        "tag": ["a"],
        "opted_out": True,
        "created_after": "2026-03-28T23:00:00+00:00",
        "created_before": "2026-03-29T22:00:00+00:00",
    }


def test_times_are_exact() -> None:
    """In any zone, and until is exclusive; a chosen day replaces the time that a form has besides."""
    query = parsed("since=2026-03-29T10:00:00%2B02:00&until=2026-03-29T08:00:01.5Z")
    assert query.parameters(BERLIN) == [
        ("created_at_gte", "2026-03-29T08:00:00Z"),
        ("created_at_lt", "2026-03-29T08:00:01.500000Z"),
    ]
    assert parsed("since=2026-03-29T08:00:00Z&since=2026-04-01").since == "2026-04-01"
    assert parsed("since=2026-03-29T08:00:00Z&since=").since == "2026-03-29T08:00:00Z"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("since=2026-03-29", ["created from 2026-03-29"]),
        (
            "since=2026-03-28T08:00:00Z&until=2026-03-29",
            ["created from 28 Mar 2026, 09:00:00 CET", "created until 2026-03-29"],
        ),
        ("since=2026-03-28T08:00:00Z&until=2026-03-28T08:00:00.1Z", ["created 28 Mar 2026, 09:00:00 CET"]),
        (
            "since=2026-03-28T08:00:00Z&until=2026-03-28T08:00:09Z",
            ["created 28 Mar 2026, 09:00:00 CET to 09:00:09 CET"],
        ),
        (
            "since=2026-03-28T08:00:00Z&until=2026-03-29T08:00:00Z",
            ["created 28 Mar 2026, 09:00:00 CET to 29 Mar 2026, 10:00:00 CEST"],
        ),
    ],
)
def test_times_in_words(query: str, words: list[str]) -> None:
    """A period of two times is one condition."""
    assert [text for _, text in parsed(query).created(BERLIN)] == words


def test_the_ends_of_the_calendar_are_days_too() -> None:
    """Everything is between them."""
    assert parsed("since=0001-01-01&until=9999-12-31").parameters(BERLIN) == [
        ("created_at_gte", "0001-01-01T00:00:00+00:00"),
        ("created_at_lt", "9999-12-31T23:59:59.999999+00:00"),
    ]


def test_sorting_by_the_same_order_turns_it_round() -> None:
    """Another order begins with its usual direction, on the first page."""
    query = parsed("tag=a&after=abc")
    assert query.sorted_by("created_at") == "/console/contacts?tag=a&direction=asc"
    assert query.sorted_by("phone") == "/console/contacts?tag=a&order=phone"
    assert parsed("order=phone").sorted_by("phone") == "/console/contacts?order=phone&direction=desc"


def test_a_condition_is_removed_by_itself() -> None:
    """The others stay, on the first page."""
    query = parsed("q=x&tag=a&tag=b&state=verified&after=abc")
    assert query.without("tags", "a") == "/console/contacts?q=x&tag=b&state=verified"
    assert query.without("q") == "/console/contacts?tag=a&tag=b&state=verified"
