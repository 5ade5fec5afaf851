"""GET /api/v2/contacts and /count over HTTP."""

import re
from typing import Any

import httpx2
import pytest

from support.api import CONTACTS, Service

PEOPLE = [
    ("+14155550001", "Ada", "Lovelace", ["vip", "math"]),
    ("+14155550002", "alan", "Turing", ["math"]),
    ("+14155550003", "Grace", "Hopper", ["navy", "vip"]),
    ("+14155550004", "", "Hamilton", []),
    ("+14155550005", "Ada", "Yonath", ["vip", "math"]),
]


@pytest.fixture(autouse=True)
async def people(service: Service, wire: httpx2.AsyncClient) -> None:
    """Return five contacts, created a second apart."""
    for number, first, last, tags in PEOPLE:
        service.clock.pass_seconds(1)
        await wire.post(CONTACTS, json={"number": number, "first_name": first, "last_name": last, "tags": tags})


async def listed(wire: httpx2.AsyncClient, **params: Any) -> list[str]:
    """Return the last digits of the numbers in a listing, in its order."""
    answer = await wire.get(CONTACTS, params=params)
    assert answer.status_code == 200, answer.text
    return [contact["phone"][-1] for contact in answer.json()]


async def test_a_listing_is_a_plain_array_newest_first(wire: httpx2.AsyncClient) -> None:
    """The default order is created_at, descending."""
    assert await listed(wire) == ["5", "4", "3", "2", "1"]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ({"order_direction": "asc"}, "12345"),
        ({"order_by": "phone"}, "54321"),
        ({"order_by": "first_name", "order_direction": "asc"}, "41532"),
        ({"order_by": "firstName", "order_direction": "desc"}, "23514"),
        ({"order_by": "last_name", "order_direction": "asc"}, "43125"),
        ({"order_by": "lastName"}, "52134"),
    ],
)
async def test_an_order_sorts_by_code_point_and_breaks_ties_by_contact_id(
    wire: httpx2.AsyncClient, order: dict[str, str], expected: str
) -> None:
    """Old and current names of orders work; absent names sort as empty; ties follow the order's direction."""
    assert await listed(wire, **order) == list(expected)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"tag": "vip"}, "531"),
        ({"tag": ["vip", "math"]}, "51"),
        ({"tag": "none"}, ""),
        ({"tag": "vip", "order_by": "last_name", "order_direction": "asc"}, "315"),
        ({"phone_number": "415-555-0003"}, "3"),
        ({"phone_number": "+14155550003"}, "3"),
        ({"phone_number": "12"}, ""),
        ({"cid": "nothing"}, ""),
        ({"verified": "false", "limit": 2}, "54"),
        ({"verified": "true"}, ""),
        ({"opt_out": "false", "tag": "navy"}, "3"),
        ({"opt_out": "true"}, ""),
        ({"q": "ADA"}, "51"),
        ({"q": "vip 0003"}, "3"),
        ({"q": "a", "tag": "math", "order_by": "last_name", "order_direction": "asc"}, "125"),
        ({"q": "ada \u200b"}, ""),
    ],
)
async def test_filters_are_combined_with_and(wire: httpx2.AsyncClient, given: dict[str, Any], expected: str) -> None:
    """A number or id that cannot exist matches nothing."""
    assert await listed(wire, **given) == list(expected)


@pytest.mark.parametrize("written", ["+442079460000", "%2B442079460000", "%20442079460000"])
async def test_phone_number_accepts_any_encoding_of_its_plus(wire: httpx2.AsyncClient, written: str) -> None:
    """As in a path, `+` may be raw, escaped or form-decoded to a space, for every country."""
    await wire.post(CONTACTS, json={"number": "+442079460000"})
    answer = await wire.get(httpx2.URL(f"http://numberkeep.test{CONTACTS}?phone_number={written}"))
    assert [contact["phone"] for contact in answer.json()] == ["+442079460000"]


async def test_cid_filters_on_contact_id(wire: httpx2.AsyncClient) -> None:
    """A contact_id is unique, so one contact matches."""
    contact = (await wire.get(f"{CONTACTS}/+14155550002")).json()["contact"]
    assert await listed(wire, cid=contact["contact_id"]) == ["2"]


@pytest.mark.parametrize("form", ["{}", "{}+00:00", "{}%2B00:00", "{}Z", "{}z"])
async def test_created_at_gte_accepts_iso_times(wire: httpx2.AsyncClient, form: str) -> None:
    """A zone's `+` may be raw, though a query decodes it to a space; a time without zone is UTC."""
    contact = (await wire.get(f"{CONTACTS}/+14155550003")).json()["contact"]
    moment = form.format(contact["created_at"].removesuffix("Z"))
    answer = await wire.get(f"{CONTACTS}?created_at_gte={moment}")
    assert [contact["phone"][-1] for contact in answer.json()] == ["5", "4", "3"]


async def test_limit_and_offset_select_a_page(wire: httpx2.AsyncClient) -> None:
    """A limit over the maximum is reduced to it."""
    assert await listed(wire, limit=2, offset=1) == ["4", "3"]
    assert await listed(wire, offset=99) == []
    assert len(await listed(wire, limit=10_000_000)) == 5


@pytest.mark.parametrize(
    "extra", [{}, {"order_by": "first_name", "order_direction": "asc"}, {"tag": "vip"}, {"q": "a o"}]
)
async def test_the_link_header_leads_to_every_page(wire: httpx2.AsyncClient, extra: dict[str, str]) -> None:
    """`Link: <...>; rel="next"` reaches all contacts in order, keeps the filters, and ends."""
    whole = await listed(wire, **extra)
    walked: list[str] = []
    answer = await wire.get(CONTACTS, params={**extra, "limit": 2})
    for _ in range(9):
        assert 1 <= len(answer.json()) <= 2
        walked += [contact["phone"][-1] for contact in answer.json()]
        link = re.fullmatch(r'<(/api/v2/contacts\?[^>]+)>; rel="next"', answer.headers.get("link", ""))
        if link is None:
            break
        answer = await wire.get(link[1])
    assert walked == whole
    assert "link" not in answer.headers


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=ten", "limit"),
        ("limit=", "limit"),
        ("offset=-1", "offset"),
        ("offset=1.5", "offset"),
        ("offset=99999999999999999999", "offset"),
        ("order_by=height", "order_by"),
        ("order_direction=up", "order_direction"),
        ("created_at_gte=yesterday", "created_at_gte"),
        ("verified=maybe", "verified"),
        ("cursor=AAAA", "cursor"),
        ("cursor=%00", "cursor"),
        ("cursor=é", "cursor"),
        ("tag=a%00b", "tag"),
        ("q=", "q"),
        ("q=%20", "q"),
        ("q=a%00b", "q"),
        (f"q={'a' * 4001}", "q"),
        ("first_nam=Ada", "first_nam"),
        ("ordr_by=phone", "ordr_by"),
    ],
)
async def test_an_invalid_parameter_is_named(wire: httpx2.AsyncClient, query: str, field: str) -> None:
    """An invalid or unknown query parameter is 400; it never silently changes the listing."""
    answer = await wire.get(f"{CONTACTS}?{query}")
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("order_direction=up", "must be asc or desc"),
        ("order_by=height", "must be one of created_at, first_name, last_name, phone"),
        ("limit=ten", "must be a whole number"),
        ("limit=0", "must be at least 1"),
        ("verified=maybe", "must be true or false"),
    ],
)
async def test_an_invalid_parameter_s_error_lists_the_choices(
    wire: httpx2.AsyncClient, query: str, message: str
) -> None:
    """But none that a query cannot express."""
    answer = await wire.get(f"{CONTACTS}?{query}")
    assert [error["message"] for error in answer.json()["errors"]] == [message]


async def test_a_cursor_belongs_to_its_order(wire: httpx2.AsyncClient) -> None:
    """With another order, or with an offset, it is refused, and the error has the fix."""
    link = (await wire.get(CONTACTS, params={"limit": 1})).headers["link"]
    cursor = link.partition("cursor=")[2].partition(">")[0]
    other = await wire.get(CONTACTS, params={"cursor": cursor, "order_by": "phone"})
    assert (other.status_code, other.json()["errors"][0]["field"]) == (400, "cursor")
    offset = await wire.get(CONTACTS, params={"cursor": cursor, "offset": 1})
    assert (offset.status_code, offset.json()["errors"][0]["field"]) == (400, "offset")


async def test_count_is_the_number_of_contacts(wire: httpx2.AsyncClient) -> None:
    """After creates and deletes."""
    assert (await wire.get(f"{CONTACTS}/count")).json() == {"count": 5}
    await wire.delete(f"{CONTACTS}/+14155550001")
    assert (await wire.get(f"{CONTACTS}/count")).json() == {"count": 4}
