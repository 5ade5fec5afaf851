"""The sync resources: the methods, and the same methods with raw and streaming responses."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ._raw_access import raw_access
from ._resource import attached
from .bulk import BulkMethods
from .contacts import ContactMethods

if TYPE_CHECKING:
    from . import raw


class BulkResource(BulkMethods):
    """`client.contacts.bulk`. See `ContactsResource` for what every method also takes and raises."""

    with_raw_response: cached_property[raw.BulkWithRawResponse] = raw_access("Bulk", "Raw")
    """The same methods, which return an `APIResponse`."""

    with_streaming_response: cached_property[raw.BulkWithStreamingResponse] = raw_access("Bulk", "Streaming")
    """The same methods for a `with` block, which return an `APIResponse` whose body is not read yet."""


class ContactsResource(ContactMethods):
    """`client.contacts`.

    Every method also takes `extra_headers`, `extra_query`, `extra_body` and `timeout`, for this call only: see
    `CallOptions`. `create` and `update` also take the argument names of the official client: see `CreateOptions`.

    An argument left at `omit` is not sent; None is sent as null. Every method may raise `APIStatusError` (the subclass
    for the status), `APIConnectionError`, `APITimeoutError` or `APIResponseValidationError`.
    """

    bulk = attached(BulkResource)

    with_raw_response: cached_property[raw.ContactsWithRawResponse] = raw_access("Contacts", "Raw")
    """The same methods, which return an `APIResponse`: the HTTP response, and `parse()` for the model."""

    with_streaming_response: cached_property[raw.ContactsWithStreamingResponse] = raw_access("Contacts", "Streaming")
    """The same methods for a `with` block, which return an `APIResponse` whose body is not read yet."""
