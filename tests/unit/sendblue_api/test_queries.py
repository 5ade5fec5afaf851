"""How values become a query."""

from datetime import UTC, datetime

from sendblue_api import not_given, omit
from unit.sendblue_api.scripted_service import Driver


async def test_a_query_leaves_out_none(api: Driver) -> None:
    """A query has no null: None leaves a filter out, as `omit` does; of nothing there is no question mark."""
    await api("contacts.list", cid=None, limit=1, extra_query={"a": omit, "b": not_given})
    assert api.request.url.query == b"limit=1"
    await api("contacts.list", cid=None)
    assert str(api.request.url) == "http://service.test/api/v2/contacts"
    api.connect(default_query={"a": omit, "b": 1})
    await api("contacts.count")
    assert api.request.url.query == b"b=1"


async def test_a_mapping_in_a_query_is_written_with_brackets(api: Driver) -> None:
    """As the official client writes it."""
    await api("contacts.count", extra_query={"a": {"b": {"c": 1}, "d": [1, 2], "e": None}})
    assert dict(api.request.url.params) == {"a[b][c]": "1", "a[d]": "1,2"}


async def test_query_values_are_written_as_the_service_reads_them(api: Driver) -> None:
    """Booleans in lower case, lists joined by commas, datetimes as ISO 8601 with their offset escaped."""
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    await api(
        "contacts.list", created_at_gte=moment, extra_query={"verified": True, "opt_out": False, "tag": ["a", "b"]}
    )
    assert dict(api.request.url.params) == {
        "created_at_gte": "2026-01-02T03:04:05+00:00",
        "verified": "true",
        "opt_out": "false",
        "tag": "a,b",
    }
    assert b"+" not in api.request.url.query
