"""The calls on many contacts at once, sync and async."""
# ruff: noqa: D417, ASYNC109 - `timeout` and the other arguments that every method takes stand with ContactsResource

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sendblue_api._arguments import HeaderMapping, NotGiven, QueryMapping, TimeoutTypes, not_given
from sendblue_api._senders import AsyncSender, Sender
from sendblue_api.types import contacts as bulk_types

from . import _operations as operations


class BulkResource:
    """`client.contacts.bulk`. What every method takes and may raise stands with `ContactsResource`."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def create(
        self,
        *,
        contacts: Iterable[bulk_types.ContactInput],
        extra_headers: HeaderMapping | None = None,
        extra_query: QueryMapping | None = None,
        extra_body: object | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
    ) -> bulk_types.BulkCreateResponse:
        """Create many contacts at once, or update those that exist: all of them, or none when one is refused.

        Args:
            contacts: the rows, of which only `phone` is required. The last row of a number wins.

        Raises:
            BadRequestError: a row is refused; `body["errors"]` names each on numberkeep.
            TypeError: `contacts` is one row, or `tags` in a row is one text, not a list.
        """
        return self._sender.send(operations.BULK_CREATE, locals())

    def delete(
        self,
        *,
        contact_ids: Sequence[str],
        extra_headers: HeaderMapping | None = None,
        extra_query: QueryMapping | None = None,
        extra_body: object | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
    ) -> bulk_types.BulkDeleteResponse:
        """Delete many contacts at once; numbers that are no contacts are passed over.

        Args:
            contact_ids: the phone numbers, in E.164.

        Raises:
            TypeError: `contact_ids` is one text, not a list.
        """
        return self._sender.send(operations.BULK_DELETE, locals())


class AsyncBulkResource:
    """`client.contacts.bulk` of the async client."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    async def create(
        self,
        *,
        contacts: Iterable[bulk_types.ContactInput],
        extra_headers: HeaderMapping | None = None,
        extra_query: QueryMapping | None = None,
        extra_body: object | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
    ) -> bulk_types.BulkCreateResponse:
        """Create many contacts at once, or update those that exist: all of them, or none when one is refused.

        See `BulkResource.create`.
        """
        return await self._sender.send(operations.BULK_CREATE, locals())

    async def delete(
        self,
        *,
        contact_ids: Sequence[str],
        extra_headers: HeaderMapping | None = None,
        extra_query: QueryMapping | None = None,
        extra_body: object | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
    ) -> bulk_types.BulkDeleteResponse:
        """Delete many contacts at once; numbers that are no contacts are passed over. See `BulkResource.delete`."""
        return await self._sender.send(operations.BULK_DELETE, locals())
