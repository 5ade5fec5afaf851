"""The nine operations through our own client, against the real application."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from sendblue_api import (
    AsyncSendblueAPI,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
)
from support.api import FIRST, Service

PHONE = "+14155552671"


def client_of(service: Service, secret: str = FIRST.secret) -> AsyncSendblueAPI:
    """Return our client, connected to the application without a socket."""
    http_client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=service.application))
    return AsyncSendblueAPI(
        api_key=FIRST.key_id, api_secret=secret, base_url="http://numberkeep.test", http_client=http_client
    )


@pytest.fixture
async def client(service: Service) -> AsyncIterator[AsyncSendblueAPI]:
    """Return the first account's client."""
    async with client_of(service) as open_client:
        yield open_client


async def test_create_and_retrieve(client: AsyncSendblueAPI) -> None:
    """The created contact is typed, and equals what retrieve returns."""
    created = await client.contacts.create(
        number="(415) 555-2671",
        assigned_to_email="sam@example.com",
        company_name="Analytical",
        custom_variables={"plan": "pro"},
        first_name="Ada",
        last_name="Lovelace",
        sendblue_number="+14155550100",
        tags=["vip"],
    )
    assert created.status == "OK"
    contact = created.contact
    assert contact.phone == PHONE
    assert contact.created_at is not None
    assert contact.created_at.tzinfo is not None
    assert (contact.first_name, contact.tags, contact.custom_variables) == ("Ada", ["vip"], {"plan": "pro"})
    assert contact.verified is False
    assert (await client.contacts.retrieve(PHONE)).contact == contact


async def test_create_twice_conflicts_unless_update_if_exists(client: AsyncSendblueAPI) -> None:
    """A duplicate raises ConflictError without retries; update_if_exists changes the contact."""
    await client.contacts.create(number=PHONE, first_name="Ada")
    with pytest.raises(ConflictError) as caught:
        await client.contacts.create(number=PHONE)
    assert caught.value.body == {
        "status": "ERROR",
        "message": "Contact already exists",
        "request_id": caught.value.request_id,
    }
    again = await client.contacts.create(number=PHONE, last_name="L", update_if_exists=True)
    assert (again.contact.first_name, again.contact.last_name) == ("Ada", "L")


async def test_list_filters_and_orders(client: AsyncSendblueAPI) -> None:
    """Every parameter of list reaches the service."""
    for number, name in ((PHONE, "Ada"), ("+14155550002", "Grace"), ("+14155550003", "Barbara")):
        await client.contacts.create(number=number, first_name=name)
    listed = await client.contacts.list(limit=2, offset=1, order_by="first_name", order_direction="asc")
    assert [contact.first_name for contact in listed] == ["Barbara", "Grace"]
    [grace] = await client.contacts.list(phone_number="+14155550002")
    assert grace.contact_id is not None
    assert await client.contacts.list(cid=grace.contact_id) == [grace]
    assert grace.created_at is not None
    since = await client.contacts.list(created_at_gte=grace.created_at)
    assert [contact.first_name for contact in since] == ["Barbara", "Grace"]


async def test_count_update_and_delete(client: AsyncSendblueAPI) -> None:
    """Update merges and clears."""
    await client.contacts.create(number=PHONE, first_name="Ada", custom_variables={"a": "1", "b": "2"})
    updated = await client.contacts.update(PHONE, first_name=None, company_name="X", custom_variables={"b": "3"})
    assert updated.contact.first_name is None
    assert updated.contact.company_name == "X"
    assert updated.contact.custom_variables == {"a": "1", "b": "3"}
    assert (await client.contacts.count()).count == 1
    assert (await client.contacts.delete(PHONE)).status == "OK"
    assert (await client.contacts.count()).count == 0
    for missing in (client.contacts.retrieve, client.contacts.delete):
        with pytest.raises(NotFoundError):
            await missing(PHONE)


async def test_verify_is_rate_limited(client: AsyncSendblueAPI) -> None:
    """A second verify within the interval raises RateLimitError if retries are disabled."""
    await client.contacts.create(number=PHONE)
    assert (await client.contacts.verify(number=PHONE)).status == "OK"
    with pytest.raises(RateLimitError) as caught:
        await client.copy(max_retries=0).contacts.verify(number=PHONE)
    assert 0 < int(caught.value.response.headers["retry-after"]) <= 60


async def test_bulk(client: AsyncSendblueAPI) -> None:
    """Bulk create returns the contacts, bulk delete the number of deleted ones."""
    created = await client.contacts.bulk.create(
        contacts=[{"phone": PHONE, "first_name": "Ada", "tags": ["a"]}, {"phone": "+14155550002"}]
    )
    assert [contact.phone for contact in created.contacts] == [PHONE, "+14155550002"]
    with pytest.raises(BadRequestError) as caught:
        await client.contacts.bulk.create(contacts=[{"phone": "12"}])
    assert isinstance(caught.value.body, dict)
    assert caught.value.body["errors"][0]["index"] == 0
    deleted = await client.contacts.bulk.delete(contact_ids=[PHONE, "+19995550000"])
    assert (deleted.amount, deleted.status) == (1, "OK")


async def test_a_retrieved_contact_can_be_sent_back(client: AsyncSendblueAPI) -> None:
    """The model of a contact, modified and sent back whole, is a valid update."""
    contact = (await client.contacts.create(number=PHONE, first_name="Ada")).contact
    whole = {**contact.model_dump(mode="json"), "first_name": "Augusta"}
    updated = await client.contacts.update(PHONE, extra_body=whole)
    assert updated.contact.first_name == "Augusta"


async def test_wrong_credentials_raise(service: Service) -> None:
    """A wrong secret is AuthenticationError; missing headers are PermissionDeniedError."""
    async with client_of(service, "wrong") as client:
        with pytest.raises(AuthenticationError):
            await client.contacts.count()
        with pytest.raises(PermissionDeniedError):
            await client.contacts.count(extra_headers={"sb-api-secret-key": ""})
