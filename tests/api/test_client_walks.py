"""Pagination, and the official client's calls, through our own client against the real application."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from sendblue_api import AsyncSendblueAPI, BadRequestError
from sendblue_api.types.contacts import ContactInput
from support.api import FIRST, Service

PHONE = "+14155552671"


@pytest.fixture
async def client(service: Service) -> AsyncIterator[AsyncSendblueAPI]:
    """Return the first account's client, connected to the application without a socket."""
    http_client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=service.application))
    settings: dict[str, Any] = {"api_key": FIRST.key_id, "api_secret": FIRST.secret}
    async with AsyncSendblueAPI(**settings, base_url="http://numberkeep.test", http_client=http_client) as opened:
        yield opened


def people(count: int) -> list[ContactInput]:
    """Return rows of contacts, every tenth with a tag."""
    return [
        {"phone": f"+1415{5550000 + n}", "first_name": f"N{n}", "tags": ["tenth"] if n % 10 == 0 else []}
        for n in range(count)
    ]


async def test_every_contact_by_cursor(client: AsyncSendblueAPI) -> None:
    """2,500 contacts, once each, in every order and with filters; oldest first by default."""
    rows = people(2_500)
    results = [result async for result in client.contacts.bulk.create_all(iter(rows), chunk=1000)]
    assert [result.contact and result.contact.phone for result in results] == [row["phone"] for row in rows]
    assert [contact.phone async for contact in client.contacts.iter()] == [row["phone"] for row in rows]
    newest_first = client.contacts.iter(order_by="created_at", order_direction="desc", page_size=700)
    assert [contact.phone async for contact in newest_first] == [row["phone"] for row in reversed(rows)]
    by_name = [contact.first_name async for contact in client.contacts.iter(order_by="first_name", page_size=999)]
    assert by_name == sorted((str(row["first_name"]) for row in rows), reverse=True)
    tagged = [contact.phone async for contact in client.contacts.iter(tag="tenth", page_size=100)]
    assert tagged == [row["phone"] for row in rows[::10]]
    assert [contact async for contact in client.contacts.iter(tag=["tenth", "other"])] == []


async def test_create_all_with_invalid_rows(client: AsyncSendblueAPI) -> None:
    """Every invalid row is reported with its index and reason; the others are stored, in any spelling."""
    rows: list[Any] = [*people(9), {"phone": "12"}, {"phone": "(415) 555-2671", "first_name": "Ada"}, {"phone": ""}]
    rows.insert(4, {"phone": "+14155559999", "nickname": "A"})
    progress: list[tuple[int, int]] = []
    results = [
        result
        async for result in client.contacts.bulk.create_all(
            rows, chunk=6, on_progress=lambda done, refused: progress.append((done, refused))
        )
    ]
    assert [result.index for result in results if result.error] == [4, 10, 12]
    assert "nickname" in (results[4].error or "")
    assert (results[10].error or "").startswith("phone: ")
    assert [result.index for result in results if result.contact is None] == [4, 10, 12]
    assert results[11].contact is not None
    assert (results[11].contact.phone, results[11].contact.first_name) == (PHONE, "Ada")
    assert progress == [(6, 1), (12, 2), (13, 3)]
    assert (await client.contacts.count()).count == 10


async def test_opt_out(client: AsyncSendblueAPI) -> None:
    """Alone, in an update, and as a filter."""
    await client.contacts.create(number=PHONE)
    await client.contacts.create(number="+14155550002")
    answer = await client.contacts.opt_out(number="(415) 555-2671")
    assert (answer.number, answer.opted_out, answer.status) == (PHONE, True, "OK")
    assert [contact.phone for contact in await client.contacts.list(opt_out=True)] == [PHONE]
    assert [contact.phone async for contact in client.contacts.iter(q=PHONE[-4:], opt_out=True)] == [PHONE]
    assert await client.contacts.list(q="nobody") == []
    assert (await client.contacts.update(PHONE, opt_out=False)).contact.opt_out is False
    assert await client.contacts.list(opt_out=True) == []
    assert (await client.contacts.opt_out(number=PHONE, opted_out=False)).opted_out is False
    assert len(await client.contacts.list(verified=False)) == 2


async def test_the_official_argument_names(client: AsyncSendblueAPI) -> None:
    """Calls written for the official client work in both spellings."""
    created = await client.contacts.create(
        number=PHONE, body_first_name_1="Ada", body_last_name_2="Lovelace", body_sendblue_number_1="+14155550100"
    )
    assert (created.contact.first_name, created.contact.last_name) == ("Ada", "Lovelace")
    updated = await client.contacts.update(PHONE, body_company_name_2="Engines", body_opt_out_1=True)
    assert (updated.contact.company_name, updated.contact.opt_out) == ("Engines", True)


async def test_raw_responses_and_paths_without_a_method(client: AsyncSendblueAPI) -> None:
    """Response headers, a streamed body, and a route of numberkeep's own."""
    await client.contacts.create(number=PHONE)
    raw = await client.contacts.with_raw_response.retrieve(PHONE)
    assert raw.headers["x-request-id"]
    assert (await raw.parse()).contact.phone == PHONE
    async with client.contacts.with_streaming_response.list() as response:
        assert [contact.phone for contact in await response.parse()] == [PHONE]
    await client.contacts.verify(number=PHONE)
    (message,) = await client.get("/_numberkeep/messages", cast_to=list[dict[str, Any]])
    assert message["to"] == PHONE
    with pytest.raises(BadRequestError):
        await client.get("/api/v2/contacts", cast_to=list, options={"params": {"limit": 0}})
