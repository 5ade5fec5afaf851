"""The methods for contacts that return HTTP responses.

They run the bodies of the plain methods with another sender; the functions below declare what that returns.
"""

from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from sendblue_api._raw import (
    APIResponse,
    AsyncAPIResponse,
    AsyncRawSender,
    AsyncStreamingSender,
    RawSender,
    StreamingSender,
)

from ._resource import Resource, attached
from .bulk import BulkMethods
from .contacts import ContactMethods

P = ParamSpec("P")
T = TypeVar("T")
Method = Callable[Concatenate[Any, P], T]


def _raw(method: Method[P, T]) -> Method[P, APIResponse[T]]:
    return cast("Method[P, APIResponse[T]]", method)


def _streamed(method: Method[P, T]) -> Method[P, AbstractContextManager[APIResponse[T]]]:
    return cast("Method[P, AbstractContextManager[APIResponse[T]]]", method)


def _raw_async(method: Method[P, T]) -> Method[P, Coroutine[Any, Any, AsyncAPIResponse[T]]]:
    return cast("Method[P, Coroutine[Any, Any, AsyncAPIResponse[T]]]", method)


def _streamed_async(method: Method[P, T]) -> Method[P, AbstractAsyncContextManager[AsyncAPIResponse[T]]]:
    return cast("Method[P, AbstractAsyncContextManager[AsyncAPIResponse[T]]]", method)


class BulkWithRawResponse(Resource[RawSender]):
    """`contacts.bulk.with_raw_response`."""

    create = _raw(BulkMethods.create)
    delete = _raw(BulkMethods.delete)


class ContactsWithRawResponse(Resource[RawSender]):
    """`contacts.with_raw_response`."""

    bulk = attached(BulkWithRawResponse)
    list = _raw(ContactMethods.list)
    create = _raw(ContactMethods.create)
    count = _raw(ContactMethods.count)
    verify = _raw(ContactMethods.verify)
    opt_out = _raw(ContactMethods.opt_out)
    retrieve = _raw(ContactMethods.retrieve)
    update = _raw(ContactMethods.update)
    delete = _raw(ContactMethods.delete)


class BulkWithStreamingResponse(Resource[StreamingSender]):
    """`contacts.bulk.with_streaming_response`."""

    create = _streamed(BulkMethods.create)
    delete = _streamed(BulkMethods.delete)


class ContactsWithStreamingResponse(Resource[StreamingSender]):
    """`contacts.with_streaming_response`."""

    bulk = attached(BulkWithStreamingResponse)
    list = _streamed(ContactMethods.list)
    create = _streamed(ContactMethods.create)
    count = _streamed(ContactMethods.count)
    verify = _streamed(ContactMethods.verify)
    opt_out = _streamed(ContactMethods.opt_out)
    retrieve = _streamed(ContactMethods.retrieve)
    update = _streamed(ContactMethods.update)
    delete = _streamed(ContactMethods.delete)


class AsyncBulkWithRawResponse(Resource[AsyncRawSender]):
    """`contacts.bulk.with_raw_response` of the async client."""

    create = _raw_async(BulkMethods.create)
    delete = _raw_async(BulkMethods.delete)


class AsyncContactsWithRawResponse(Resource[AsyncRawSender]):
    """`contacts.with_raw_response` of the async client."""

    bulk = attached(AsyncBulkWithRawResponse)
    list = _raw_async(ContactMethods.list)
    create = _raw_async(ContactMethods.create)
    count = _raw_async(ContactMethods.count)
    verify = _raw_async(ContactMethods.verify)
    opt_out = _raw_async(ContactMethods.opt_out)
    retrieve = _raw_async(ContactMethods.retrieve)
    update = _raw_async(ContactMethods.update)
    delete = _raw_async(ContactMethods.delete)


class AsyncBulkWithStreamingResponse(Resource[AsyncStreamingSender]):
    """`contacts.bulk.with_streaming_response` of the async client."""

    create = _streamed_async(BulkMethods.create)
    delete = _streamed_async(BulkMethods.delete)


class AsyncContactsWithStreamingResponse(Resource[AsyncStreamingSender]):
    """`contacts.with_streaming_response` of the async client."""

    bulk = attached(AsyncBulkWithStreamingResponse)
    list = _streamed_async(ContactMethods.list)
    create = _streamed_async(ContactMethods.create)
    count = _streamed_async(ContactMethods.count)
    verify = _streamed_async(ContactMethods.verify)
    opt_out = _streamed_async(ContactMethods.opt_out)
    retrieve = _streamed_async(ContactMethods.retrieve)
    update = _streamed_async(ContactMethods.update)
    delete = _streamed_async(ContactMethods.delete)


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
