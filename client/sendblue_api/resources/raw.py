"""The calls on contacts that give their answer as HTTP has it. The methods are those of the plain resources.

What differs is the sender that they hand their call to; the functions below tell the type checker what it returns.
"""

from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from sendblue_api._raw import (
    APIResponse,
    AsyncAPIResponse,
    AsyncRawSender,
    AsyncResponseContext,
    AsyncStreamingSender,
    RawSender,
    ResponseContext,
    StreamingSender,
)

from ._resource import Resource, attached
from .bulk import BulkResource
from .contacts import ContactsResource

P = ParamSpec("P")
T = TypeVar("T")
Method = Callable[Concatenate[Any, P], T]


def _raw(method: Method[P, T]) -> Method[P, APIResponse[T]]:
    return cast("Method[P, APIResponse[T]]", method)


def _streamed(method: Method[P, T]) -> Method[P, ResponseContext[T]]:
    return cast("Method[P, ResponseContext[T]]", method)


def _raw_async(method: Method[P, T]) -> Method[P, Coroutine[Any, Any, AsyncAPIResponse[T]]]:
    return cast("Method[P, Coroutine[Any, Any, AsyncAPIResponse[T]]]", method)


def _streamed_async(method: Method[P, T]) -> Method[P, AsyncResponseContext[T]]:
    return cast("Method[P, AsyncResponseContext[T]]", method)


class BulkWithRawResponse(Resource[RawSender]):
    """`contacts.bulk.with_raw_response`."""

    create = _raw(BulkResource.create)
    delete = _raw(BulkResource.delete)


class ContactsWithRawResponse(Resource[RawSender]):
    """`contacts.with_raw_response`."""

    bulk = attached(BulkWithRawResponse)
    list = _raw(ContactsResource.list)
    create = _raw(ContactsResource.create)
    count = _raw(ContactsResource.count)
    verify = _raw(ContactsResource.verify)
    opt_out = _raw(ContactsResource.opt_out)
    retrieve = _raw(ContactsResource.retrieve)
    update = _raw(ContactsResource.update)
    delete = _raw(ContactsResource.delete)


class BulkWithStreamingResponse(Resource[StreamingSender]):
    """`contacts.bulk.with_streaming_response`."""

    create = _streamed(BulkResource.create)
    delete = _streamed(BulkResource.delete)


class ContactsWithStreamingResponse(Resource[StreamingSender]):
    """`contacts.with_streaming_response`."""

    bulk = attached(BulkWithStreamingResponse)
    list = _streamed(ContactsResource.list)
    create = _streamed(ContactsResource.create)
    count = _streamed(ContactsResource.count)
    verify = _streamed(ContactsResource.verify)
    opt_out = _streamed(ContactsResource.opt_out)
    retrieve = _streamed(ContactsResource.retrieve)
    update = _streamed(ContactsResource.update)
    delete = _streamed(ContactsResource.delete)


class AsyncBulkWithRawResponse(Resource[AsyncRawSender]):
    """`contacts.bulk.with_raw_response` of the async client."""

    create = _raw_async(BulkResource.create)
    delete = _raw_async(BulkResource.delete)


class AsyncContactsWithRawResponse(Resource[AsyncRawSender]):
    """`contacts.with_raw_response` of the async client."""

    bulk = attached(AsyncBulkWithRawResponse)
    list = _raw_async(ContactsResource.list)
    create = _raw_async(ContactsResource.create)
    count = _raw_async(ContactsResource.count)
    verify = _raw_async(ContactsResource.verify)
    opt_out = _raw_async(ContactsResource.opt_out)
    retrieve = _raw_async(ContactsResource.retrieve)
    update = _raw_async(ContactsResource.update)
    delete = _raw_async(ContactsResource.delete)


class AsyncBulkWithStreamingResponse(Resource[AsyncStreamingSender]):
    """`contacts.bulk.with_streaming_response` of the async client."""

    create = _streamed_async(BulkResource.create)
    delete = _streamed_async(BulkResource.delete)


class AsyncContactsWithStreamingResponse(Resource[AsyncStreamingSender]):
    """`contacts.with_streaming_response` of the async client."""

    bulk = attached(AsyncBulkWithStreamingResponse)
    list = _streamed_async(ContactsResource.list)
    create = _streamed_async(ContactsResource.create)
    count = _streamed_async(ContactsResource.count)
    verify = _streamed_async(ContactsResource.verify)
    opt_out = _streamed_async(ContactsResource.opt_out)
    retrieve = _streamed_async(ContactsResource.retrieve)
    update = _streamed_async(ContactsResource.update)
    delete = _streamed_async(ContactsResource.delete)


class ClientWithRawResponse(Resource[RawSender]):
    """`with_raw_response`."""

    contacts = attached(ContactsWithRawResponse)


class ClientWithStreamingResponse(Resource[StreamingSender]):
    """`with_streaming_response`."""

    contacts = attached(ContactsWithStreamingResponse)


class AsyncClientWithRawResponse(Resource[AsyncRawSender]):
    """`with_raw_response` of the async client."""

    contacts = attached(AsyncContactsWithRawResponse)


class AsyncClientWithStreamingResponse(Resource[AsyncStreamingSender]):
    """`with_streaming_response` of the async client."""

    contacts = attached(AsyncContactsWithStreamingResponse)
