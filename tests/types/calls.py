"""Calls as users write them, for `make types`: they are accepted, and their results have the right types.

Nothing here is ever run.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, assert_type

import httpx2

from sendblue_api import APIStatusError, AsyncSendblueAPI, BaseModel, NotFoundError, SendblueAPI, omit
from sendblue_api.types import (
    Contact,
    ContactCountResponse,
    ContactCreateParams,
    ContactCreateResponse,
    ContactDeleteResponse,
    ContactRetrieveResponse,
    ContactUpdateResponse,
    ContactVerifyResponse,
)
from sendblue_api.types.contacts import BulkCreateResponse, BulkDeleteResponse, ContactInput


def clients() -> None:
    """The arguments of a client, and its copies."""
    client = SendblueAPI(
        api_key="key",
        api_secret="secret",
        base_url="http://127.0.0.1:8181/prefix",
        timeout=httpx2.Timeout(10, connect=2),
        max_retries=0,
        default_headers={"x-team": "sales", "x-dropped": omit},
        default_query={"on_error": "skip"},
        http_client=httpx2.Client(),
    )
    assert_type(client.with_options(timeout=None, max_retries=5), SendblueAPI)
    assert_type(client.copy(set_default_headers={"x-team": "support"}), SendblueAPI)
    with client as entered:
        assert_type(entered, SendblueAPI)
    assert_type(AsyncSendblueAPI(http_client=httpx2.AsyncClient()).with_options(timeout=1), AsyncSendblueAPI)


def results(client: SendblueAPI) -> None:
    """The nine operations, sync."""
    contacts = client.contacts
    assert_type(contacts.create(number="+14155552671"), ContactCreateResponse)
    assert_type(contacts.retrieve("+14155552671"), ContactRetrieveResponse)
    assert_type(
        contacts.update("+14155552671", first_name=None, custom_variables={"plan": None}), ContactUpdateResponse
    )
    assert_type(contacts.delete("+14155552671"), ContactDeleteResponse)
    assert_type(contacts.verify(number="+14155552671"), ContactVerifyResponse)
    assert_type(contacts.count(), ContactCountResponse)
    assert_type(contacts.list(), list[Contact])
    assert_type(contacts.bulk.create(contacts=[{"phone": "+14155552671"}]), BulkCreateResponse)
    assert_type(contacts.bulk.delete(contact_ids=["+14155552671"]), BulkDeleteResponse)


async def async_results(client: AsyncSendblueAPI) -> None:
    """The nine operations, async."""
    contacts = client.contacts
    assert_type(await contacts.create(number="+14155552671"), ContactCreateResponse)
    assert_type(await contacts.retrieve("+14155552671"), ContactRetrieveResponse)
    assert_type(await contacts.update("+14155552671", tags=("vip",)), ContactUpdateResponse)
    assert_type(await contacts.delete("+14155552671"), ContactDeleteResponse)
    assert_type(await contacts.verify(number="+14155552671"), ContactVerifyResponse)
    assert_type(await contacts.count(), ContactCountResponse)
    assert_type(await contacts.list(), list[Contact])
    assert_type(await contacts.bulk.create(contacts=[{"phone": "+14155552671"}]), BulkCreateResponse)
    assert_type(await contacts.bulk.delete(contact_ids=["+14155552671"]), BulkDeleteResponse)


def arguments(client: SendblueAPI) -> None:
    """Arguments in the forms that programs use."""
    client.contacts.list(
        created_at_gte=datetime(2026, 1, 1, tzinfo=UTC), limit=10, offset=0, order_by="phone", order_direction="asc"
    )
    client.contacts.list(created_at_gte="2026-01-01T00:00:00Z", cid="0c5f878ebaf054ce", phone_number=omit)
    client.contacts.create(
        number="+14155552671",
        first_name=None,
        tags=("vip", "beta"),
        custom_variables={"plan": "pro"},
        update_if_exists=True,
        extra_headers={"idempotency-key": "1"},
        extra_query={"dry": True},
        extra_body={"later": 1},
        timeout=httpx2.Timeout(5),
    )
    params: ContactCreateParams = {"number": "+14155552671", "first_name": "Ada"}
    client.contacts.create(**params)

    def rows() -> Iterator[ContactInput]:
        yield {"phone": "+14155552671", "tags": ["vip"]}

    client.contacts.bulk.create(contacts=rows())


def text_for_tags(client: SendblueAPI) -> None:
    """Accepted here, but refused with TypeError at run time: to the type checker, str is a Sequence[str]."""
    client.contacts.create(number="+14155552671", tags="abc")


def models(contact: Contact, created: ContactCreateResponse) -> None:
    """Fields that the service may omit may be None; guaranteed fields are not."""
    assert_type(created.contact, Contact)
    assert_type(created.status, str)
    assert_type(contact.phone, str | None)
    assert_type(contact.created_at, datetime | None)
    assert_type(contact.tags, list[str] | None)
    assert_type(contact.custom_variables, dict[str, str] | None)
    assert_type(contact.opt_out, bool | None)
    assert_type(contact.to_json(indent=None), str)
    base: BaseModel = contact
    assert_type(base.to_dict(mode="json"), dict[str, Any])


def errors(client: SendblueAPI) -> None:
    """The attributes of an error."""
    try:
        client.contacts.retrieve("+14155552671")
    except NotFoundError as error:
        assert_type(error.response, httpx2.Response)
        assert_type(error.body, object | None)
        status: APIStatusError = error
        assert_type(status.status_code, int)
        assert_type(status.request_id, str | None)
