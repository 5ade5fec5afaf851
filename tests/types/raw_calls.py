"""The types of raw, streaming and paginated results, for `make types`. Nothing here is ever run."""

from collections.abc import AsyncIterator, Iterator
from typing import assert_type

import httpx2

from sendblue_api import APIResponse, AsyncAPIResponse, AsyncSendblueAPI, AsyncStream, SendblueAPI, Stream
from sendblue_api.types import Contact, ContactCreateResponse, ContactRetrieveResponse
from sendblue_api.types.contacts import BulkCreateResponse, BulkDeleteResponse, ContactInput, RowResult


def raw(client: SendblueAPI) -> None:
    """The methods keep their arguments, and `parse` returns what the plain method returns."""
    contacts = client.contacts.with_raw_response
    assert_type(contacts.create(number="+14155552671", tags=["vip"]), APIResponse[ContactCreateResponse])
    retrieved = contacts.retrieve("+14155552671", timeout=1)
    assert_type(retrieved.parse(), ContactRetrieveResponse)
    assert_type(retrieved.parse(to=Contact), Contact)
    assert_type(retrieved.headers, httpx2.Headers)
    assert_type(retrieved.status_code, int)
    assert_type(retrieved.read(), bytes)
    assert_type(contacts.list(limit=10).parse(), list[Contact])
    assert_type(contacts.bulk.create(contacts=[{"phone": "+14155552671"}]).parse(), BulkCreateResponse)
    assert_type(client.contacts.bulk.with_raw_response.delete(contact_ids=["+1"]).parse(), BulkDeleteResponse)
    assert_type(client.with_raw_response.contacts.retrieve("+1").parse(), ContactRetrieveResponse)
    assert_type(client.with_raw_response.contacts.bulk.delete(contact_ids=["+1"]).parse(), BulkDeleteResponse)


def events(client: SendblueAPI) -> None:
    """The verbs return what `cast_to` and `stream` say: an answer or a stream."""
    assert_type(client.get("/x", cast_to=Contact), Contact)
    assert_type(client.post("/x", cast_to=dict[str, int], body={"a": 1}, options={"timeout": 1}), dict[str, int])
    assert_type(client.put("/x", cast_to=str, content=b"a,b"), str)
    assert_type(client.put("/x", cast_to=str, content=[b"a,", b"b"]), str)
    assert_type(client.get("/x", cast_to=object, stream=True, stream_cls=Stream[Contact]), Stream[Contact])
    assert_type(client.post("/x", cast_to=object, stream=True, stream_cls=Stream[Contact]), Stream[Contact])
    assert_type(next(client.get("/x", cast_to=object, stream=True, stream_cls=Stream[Contact])), Contact)


async def async_events(client: AsyncSendblueAPI) -> None:
    """The same, awaited."""
    assert_type(await client.get("/x", cast_to=Contact), Contact)
    assert_type(await client.post("/x", cast_to=Contact, files={"f": b"x"}), Contact)

    async def pieces() -> AsyncIterator[bytes]:
        yield b"a,b"

    assert_type(await client.put("/x", cast_to=str, content=pieces()), str)
    stream = await client.get("/x", cast_to=object, stream=True, stream_cls=AsyncStream[Contact])
    assert_type(stream, AsyncStream[Contact])
    async for contact in stream:
        assert_type(contact, Contact)


def streamed(client: SendblueAPI) -> None:
    """In a `with` block, the same."""
    with client.contacts.with_streaming_response.list(limit=10) as answer:
        assert_type(answer, APIResponse[list[Contact]])
        assert_type(answer.iter_bytes(1024), Iterator[bytes])
        assert_type(answer.iter_lines(), Iterator[str])
        assert_type(answer.parse(), list[Contact])
    with client.contacts.bulk.with_streaming_response.create(contacts=[]) as bulk_answer:
        assert_type(bulk_answer.parse(), BulkCreateResponse)
    with client.with_streaming_response.contacts.list() as answer:
        assert_type(answer.parse(), list[Contact])


async def async_raw(client: AsyncSendblueAPI) -> None:
    """The call is awaited, and so is whatever may read the body."""
    contacts = client.contacts.with_raw_response
    assert_type(await contacts.create(number="+14155552671"), AsyncAPIResponse[ContactCreateResponse])
    retrieved = await contacts.retrieve("+14155552671")
    assert_type(await retrieved.parse(), ContactRetrieveResponse)
    assert_type(await retrieved.read(), bytes)
    assert_type(retrieved.status_code, int)
    assert_type(await (await contacts.bulk.delete(contact_ids=["+1"])).parse(), BulkDeleteResponse)
    assert_type(await client.with_raw_response.contacts.retrieve("+1"), AsyncAPIResponse[ContactRetrieveResponse])


async def async_streamed(client: AsyncSendblueAPI) -> None:
    """In an `async with` block, the same."""
    async with client.contacts.with_streaming_response.list(limit=10) as answer:
        assert_type(answer, AsyncAPIResponse[list[Contact]])
        assert_type(answer.iter_bytes(), AsyncIterator[bytes])
        assert_type(await answer.parse(), list[Contact])
    async with client.with_streaming_response.contacts.list() as answer:
        assert_type(await answer.parse(), list[Contact])


def walked(client: SendblueAPI) -> None:
    """Every contact, and every row's result."""
    assert_type(client.contacts.iter(page_size=100, order_by="phone"), Iterator[Contact])
    assert_type(client.contacts.bulk.create_all([{"phone": "+14155552671"}], chunk=10), Iterator[RowResult])


async def async_walked(client: AsyncSendblueAPI) -> None:
    """The same for `async for`."""
    async for contact in client.contacts.iter():
        assert_type(contact, Contact)
    async for result in client.contacts.bulk.create_all([{"phone": "+14155552671"}]):
        assert_type(result, RowResult)

    async def rows() -> AsyncIterator[ContactInput]:
        yield {"phone": "+14155552671"}

    assert_type(client.contacts.bulk.create_all(rows(), chunk=10), AsyncIterator[RowResult])
