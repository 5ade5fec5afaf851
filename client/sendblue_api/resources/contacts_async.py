"""The async resources: the methods of the sync ones, to await or to walk, with their signatures and documentation."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast

from sendblue_api._awaited import awaited
from sendblue_api._senders import AsyncSender

from ._resource import Resource, attached, later
from .bulk import BulkResource
from .contacts import ContactsResource

if TYPE_CHECKING:
    from . import raw

P = ParamSpec("P")
T = TypeVar("T")


def _walked(method: Callable[Concatenate[Any, P], Iterator[T]]) -> Callable[Concatenate[Any, P], AsyncIterator[T]]:
    # The body is the same: an AsyncSender makes an async iterator of the same steps.
    return cast("Callable[Concatenate[Any, P], AsyncIterator[T]]", method)


class AsyncBulkResource(Resource[AsyncSender]):
    """Many contacts in one call. See `BulkResource`."""

    create = awaited(BulkResource.create)
    create_all = _walked(BulkResource.create_all)
    delete = awaited(BulkResource.delete)

    with_raw_response: cached_property[raw.AsyncBulkWithRawResponse] = later("Bulk", "Raw")
    """The same methods, which return an `AsyncAPIResponse`."""

    with_streaming_response: cached_property[raw.AsyncBulkWithStreamingResponse] = later("Bulk", "Streaming")
    """The same methods for an `async with` block, which get an `AsyncAPIResponse` that is not read yet."""


class AsyncContactsResource(Resource[AsyncSender]):
    """`client.contacts` of the async client. See `ContactsResource`."""

    bulk = attached(AsyncBulkResource)
    list = awaited(ContactsResource.list)
    iter = _walked(ContactsResource.iter)
    create = awaited(ContactsResource.create)
    count = awaited(ContactsResource.count)
    verify = awaited(ContactsResource.verify)
    opt_out = awaited(ContactsResource.opt_out)
    retrieve = awaited(ContactsResource.retrieve)
    update = awaited(ContactsResource.update)
    delete = awaited(ContactsResource.delete)

    with_raw_response: cached_property[raw.AsyncContactsWithRawResponse] = later("Contacts", "Raw")
    """The same methods, which return an `AsyncAPIResponse`."""

    with_streaming_response: cached_property[raw.AsyncContactsWithStreamingResponse] = later("Contacts", "Streaming")
    """The same methods for an `async with` block, which get an `AsyncAPIResponse` that is not read yet."""
