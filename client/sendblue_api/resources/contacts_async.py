"""The async resources: the methods of the sync ones, to await or to walk, with their signatures and documentation."""

from collections.abc import AsyncIterator, Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast

from sendblue_api._awaited import awaited
from sendblue_api._senders import AsyncSender

from .bulk import BulkResource
from .contacts import ContactsResource

if TYPE_CHECKING:
    from .raw import (
        AsyncBulkWithRawResponse,
        AsyncBulkWithStreamingResponse,
        AsyncContactsWithRawResponse,
        AsyncContactsWithStreamingResponse,
    )

P = ParamSpec("P")
T = TypeVar("T")


def _walked(method: Callable[Concatenate[Any, P], Iterator[T]]) -> Callable[Concatenate[Any, P], AsyncIterator[T]]:
    # The body is the same: an AsyncSender makes an async iterator of the same steps.
    return cast("Callable[Concatenate[Any, P], AsyncIterator[T]]", method)


class AsyncBulkResource:
    """`client.contacts.bulk` of the async client. See `BulkResource`."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    @cached_property
    def with_raw_response(self) -> "AsyncBulkWithRawResponse":
        """The same methods, which return an `AsyncAPIResponse`."""
        from .raw import AsyncBulkWithRawResponse  # noqa: PLC0415 - few programs need it

        return AsyncBulkWithRawResponse(self._sender)

    @cached_property
    def with_streaming_response(self) -> "AsyncBulkWithStreamingResponse":
        """The same methods for an `async with` block, which get an `AsyncAPIResponse` that is not read yet."""
        from .raw import AsyncBulkWithStreamingResponse  # noqa: PLC0415 - few programs need it

        return AsyncBulkWithStreamingResponse(self._sender)

    create = awaited(BulkResource.create)
    create_all = _walked(BulkResource.create_all)
    delete = awaited(BulkResource.delete)


class AsyncContactsResource:
    """`client.contacts` of the async client. See `ContactsResource`."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    @cached_property
    def bulk(self) -> AsyncBulkResource:
        """Many contacts in one call."""
        return AsyncBulkResource(self._sender)

    @cached_property
    def with_raw_response(self) -> "AsyncContactsWithRawResponse":
        """The same methods, which return an `AsyncAPIResponse`: the HTTP answer, and `parse()` for the model."""
        from .raw import AsyncContactsWithRawResponse  # noqa: PLC0415 - few programs need it

        return AsyncContactsWithRawResponse(self._sender)

    @cached_property
    def with_streaming_response(self) -> "AsyncContactsWithStreamingResponse":
        """The same methods for an `async with` block, which get an `AsyncAPIResponse` that is not read yet."""
        from .raw import AsyncContactsWithStreamingResponse  # noqa: PLC0415 - few programs need it

        return AsyncContactsWithStreamingResponse(self._sender)

    list = awaited(ContactsResource.list)
    iter = _walked(ContactsResource.iter)
    create = awaited(ContactsResource.create)
    count = awaited(ContactsResource.count)
    verify = awaited(ContactsResource.verify)
    opt_out = awaited(ContactsResource.opt_out)
    retrieve = awaited(ContactsResource.retrieve)
    update = awaited(ContactsResource.update)
    delete = awaited(ContactsResource.delete)
