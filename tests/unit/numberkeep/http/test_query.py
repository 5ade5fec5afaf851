"""Query strings: how they are decoded, and the link to the next page."""

from urllib.parse import parse_qs, urlsplit

import pytest

from numberkeep.http.query import next_link, query_pairs


def test_a_link_keeps_the_query_except_the_position() -> None:
    """The new cursor replaces an offset and an older cursor."""
    query = b"tag=a%20b&tag=c&limit=2&offset=4&cursor=old&verified=true&phone_number="
    link = next_link("/api/v2/contacts", query, "new")
    assert link.endswith('>; rel="next"')
    kept = parse_qs(urlsplit(link[1 : link.index(">")]).query, keep_blank_values=True)
    assert kept == {
        "tag": ["a b", "c"],
        "limit": ["2"],
        "verified": ["true"],
        "phone_number": [""],
        "cursor": ["new"],
    }


@pytest.mark.parametrize(
    ("query", "value"),
    [
        (b"phone_number=+14155552671", "+14155552671"),
        (b"phone_number=%2B14155552671", "+14155552671"),
        (b"phone_number=%2014155552671", "+14155552671"),
        (b"number=+1 415 555 2671", "+1 415 555 2671"),
        (b"created_at_gte=2026-01-31T09:30:00+01:00", "2026-01-31T09:30:00+01:00"),
        (b"created_at_gte=2026-01-31t09:30:00+01:00", "2026-01-31t09:30:00+01:00"),
        (b"created_at_gte=2026-01-31+09:30:00+01:00", "2026-01-31 09:30:00+01:00"),
        (b"created_at_gte=2026-01-31%2009:30:00.123+0100", "2026-01-31 09:30:00.123+0100"),
        (b"created_at_gte=2026-01-31 09:30", "2026-01-31 09:30"),
        (b"tag=+a+b", " a b"),
        (b"tag=a&", "a"),
    ],
)
def test_a_plus_is_restored_in_numbers_and_time_zones(query: bytes, value: str) -> None:
    """At the start of a number, and in a time's zone; elsewhere a `+` is a space, as in a form."""
    assert query_pairs(query) == [(query.decode().partition("=")[0], value)]
