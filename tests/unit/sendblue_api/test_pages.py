"""`contacts.iter`, on numberkeep by cursor and on the hosted service by offset and windows."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from sendblue_api import APIResponseValidationError, SendblueAPIError
from unit.sendblue_api.scripted_service import Driver

START = datetime(2026, 1, 1, tzinfo=UTC)


async def collected(pieces: Any) -> list[Any]:
    """All that an iterator gives, sync or async."""
    return list(pieces) if hasattr(pieces, "__iter__") else [piece async for piece in pieces]


class Hosted:
    """A service without cursors: offsets up to 10,000, and `created_at_gte` (api-reference.md)."""

    def __init__(self, contacts: list[dict[str, Any]]) -> None:
        self.contacts = contacts
        self.asked: list[dict[str, str]] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        """Answer a listing."""
        query = dict(request.url.params)
        self.asked.append(query)
        offset, limit = int(query.get("offset", 0)), int(query["limit"])
        if offset > 10_000:
            return httpx2.Response(400, json={"message": "offset"})
        since = query.get("created_at_gte")
        contacts = [each for each in self.contacts if since is None or each["created_at"] >= since]
        if query["order_direction"] == "desc":
            contacts.reverse()
        return httpx2.Response(200, json=contacts[offset : offset + limit])


def made(moments: list[int]) -> list[dict[str, Any]]:
    """Contacts made at these seconds."""
    return [
        {"contact_id": f"c{n}", "phone": f"+1{n}", "created_at": (START + timedelta(seconds=each)).isoformat()}
        for n, each in enumerate(moments)
    ]


def connected(api: Driver, service: Any) -> Driver:
    """The driver on another service."""
    family: Any = httpx2.Client if api.kind == "sync" else httpx2.AsyncClient
    api.client = api.client.copy(http_client=family(transport=httpx2.MockTransport(service)))
    return api


async def test_a_cursor_leads_from_page_to_page(api: Driver) -> None:
    """The cursor of the `Link` header is taken, with the filters; where the link points does not matter."""
    link = '<http://evil.test/api/v2/contacts?limit=2&cursor=abc%3D>; rel="next"'
    api.answers(
        httpx2.Response(200, json=[{"phone": "1"}, {"phone": "2"}], headers={"link": link}),
        httpx2.Response(200, json=[{"phone": "3"}, {"phone": "4"}]),
    )
    contacts = await collected(api.client.contacts.iter(page_size=2, tag=iter(["a", "b"]), extra_headers={"X-A": "1"}))
    assert [contact.phone for contact in contacts] == ["1", "2", "3", "4"]
    first, second = api.service.requests
    wanted = [("tag", "a"), ("tag", "b"), ("order_by", "created_at"), ("order_direction", "asc"), ("limit", "2")]
    assert first.url.params.multi_items() == wanted
    assert second.url.params.multi_items() == [*wanted, ("cursor", "abc=")]
    assert (second.url.host, second.headers["x-a"]) == ("service.test", "1")


async def test_pages_come_when_they_are_needed(api: Driver) -> None:
    """Nothing is asked before the first contact is, and no page more than is read."""
    link = '</api/v2/contacts?cursor=c>; rel="next"'
    api.answers(httpx2.Response(200, json=[{"phone": "1"}], headers={"link": link}))
    walk = api.client.contacts.iter()
    assert api.service.requests == []
    if api.kind == "sync":
        next(walk)
    else:
        await anext(walk)
    assert len(api.service.requests) == 1


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 20])
async def test_offsets_where_there_is_no_cursor(api: Driver, count: int) -> None:
    """The walk ends with the first page that is not full."""
    service = Hosted(made(list(range(count))))
    contacts = await collected(connected(api, service).client.contacts.iter(page_size=10))
    assert [contact.contact_id for contact in contacts] == [f"c{n}" for n in range(count)]
    assert [query.get("offset") for query in service.asked] == [None, "10", "20"][: count // 10 + 1]


@pytest.mark.parametrize(
    "moments",
    [
        list(range(23_500)),
        [n // 700 for n in range(23_500)],
        [n if n < 10_500 else 10_500 + (n - 10_500) // 9_000 for n in range(30_000)],
        [0] * 10_999 + [1] * 5,
    ],
)
async def test_windows_behind_the_largest_offset(api: Driver, moments: list[int]) -> None:
    """Every contact once, also where many were made in the moment that a window begins with."""
    service = Hosted(made(moments))
    contacts = await collected(connected(api, service).client.contacts.iter())
    assert [contact.contact_id for contact in contacts] == [f"c{n}" for n in range(len(moments))]
    assert max(int(query.get("offset", 0)) for query in service.asked) == 10_000


async def test_contacts_without_an_id_are_told_apart_by_their_number(api: Driver) -> None:
    """Older versions of the service have no `contact_id`."""
    contacts = made([n // 3 for n in range(11_500)])
    for contact in contacts:
        del contact["contact_id"]
    found = await collected(connected(api, Hosted(contacts)).client.contacts.iter())
    assert [contact.phone for contact in found] == [contact["phone"] for contact in contacts]


@pytest.mark.parametrize(
    ("moments", "order"),
    [
        ([0] * 11_001, {}),
        (list(range(11_001)), {"order_direction": "desc"}),
        (list(range(11_001)), {"order_by": "phone"}),
    ],
)
async def test_a_walk_that_cannot_go_on_says_so(api: Driver, moments: list[int], order: Any) -> None:
    """In another order, or with too many contacts of one moment, there is no window: nothing is left out in silence."""
    service = Hosted(made(moments))
    order = {"order_direction": "asc", **order} if "order_by" in order else order
    with pytest.raises(SendblueAPIError, match="at most 10000 contacts in this order"):
        await collected(connected(api, service).client.contacts.iter(**order))


async def test_a_wrong_page_size_is_refused_at_once(api: Driver) -> None:
    """A service would cut it to its most, and the walk would take that for the last page."""
    for size in (0, -1, 1001):
        with pytest.raises(ValueError, match="between 1 and 1000"):
            api.client.contacts.iter(page_size=size)


@pytest.mark.parametrize("answer", [{"contacts": []}, [{"phone": "+1"}, 5], "none"])
async def test_an_answer_that_is_no_list_of_contacts(api: Driver, answer: object) -> None:
    """It does not pass for the end."""
    api.answers(httpx2.Response(200, json=answer))
    with pytest.raises(APIResponseValidationError, match="not a list of contacts"):
        await collected(api.client.contacts.iter())
