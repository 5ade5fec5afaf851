"""The async resources: the methods of the sync ones as coroutines and async iterators."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, Unpack, cast

from sendblue_api._arguments import CallOptions
from sendblue_api._awaited import awaited
from sendblue_api._senders import AsyncSender
from sendblue_api.types import contacts as bulk_types

from ._raw_access import raw_access
from ._resource import Resource, attached
from .bulk import BulkMethods
from .contacts import ContactMethods

if TYPE_CHECKING:
    from . import raw

P = ParamSpec("P")
T = TypeVar("T")


def _iterated(method: Callable[Concatenate[Any, P], Iterator[T]]) -> Callable[Concatenate[Any, P], AsyncIterator[T]]:
    # The body is the same: an AsyncSender returns an async iterator for the same steps.
    return cast("Callable[Concatenate[Any, P], AsyncIterator[T]]", method)


class AsyncBulkResource(Resource[AsyncSender]):
    """`client.contacts.bulk` of the async client. See `BulkResource`."""

    create = awaited(BulkMethods.create)
    delete = awaited(BulkMethods.delete)

    def create_all(
        self,
        contacts: Iterable[bulk_types.ContactInput] | AsyncIterable[bulk_types.ContactInput],
        *,
        chunk: int = 1000,
        on_progress: Callable[[int, int], object] | None = None,
        **options: Unpack[CallOptions],
    ) -> AsyncIterator[bulk_types.RowResult]:
        """Create or update any number of contacts, also from an async iterable. See `BulkResource.create_all`."""
        from ._rows import rows  # noqa: PLC0415 - few programs need it

        source = aiter(contacts) if isinstance(contacts, AsyncIterable) else iter(contacts)
        return self._sender.run(rows(source, chunk, on_progress, options))

    with_raw_response: cached_property[raw.AsyncBulkWithRawResponse] = raw_access("Bulk", "Raw")
    """The same methods, which return an `AsyncAPIResponse`."""

    with_streaming_response: cached_property[raw.AsyncBulkWithStreamingResponse] = raw_access("Bulk", "Streaming")
    """The same methods for an `async with` block, which return an `AsyncAPIResponse` whose body is not read yet."""


class AsyncContactsResource(Resource[AsyncSender]):
    """`client.contacts` of the async client. See `ContactsResource`."""

    bulk = attached(AsyncBulkResource)
    list = awaited(ContactMethods.list)
    iter = _iterated(ContactMethods.iter)
    create = awaited(ContactMethods.create)
    count = awaited(ContactMethods.count)
    verify = awaited(ContactMethods.verify)
    opt_out = awaited(ContactMethods.opt_out)
    retrieve = awaited(ContactMethods.retrieve)
    update = awaited(ContactMethods.update)
    delete = awaited(ContactMethods.delete)

    with_raw_response: cached_property[raw.AsyncContactsWithRawResponse] = raw_access("Contacts", "Raw")
    """The same methods, which return an `AsyncAPIResponse`."""

    with_streaming_response: cached_property[raw.AsyncContactsWithStreamingResponse] = raw_access(
        "Contacts", "Streaming"
    )
    """The same methods for an `async with` block, which return an `AsyncAPIResponse` whose body is not read yet."""
