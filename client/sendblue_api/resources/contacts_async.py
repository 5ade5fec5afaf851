"""The calls on contacts, async. Each method only names its operation: what is sent and read is decided elsewhere."""
# ruff: noqa: ASYNC109 - `timeout` is that of the requests, which the specification's clients take

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Literal

from sendblue_api import types
from sendblue_api._arguments import HeaderMapping, NotGiven, Omit, QueryMapping, TimeoutTypes, not_given, omit
from sendblue_api._senders import AsyncSender

from . import _operations as operations
from .bulk import AsyncBulkResource


class AsyncContactsResource:
    """`client.contacts` of the async client. What every method takes and may raise stands with `ContactsResource`."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    @cached_property
    def bulk(self) -> AsyncBulkResource:
        """Many contacts in one call."""
        return AsyncBulkResource(self._sender)

    async def list(
        self,
        *,
        cid: str | Omit = omit,
        created_at_gte: str | datetime | Omit = omit,
        limit: int | Omit = omit,
        offset: int | Omit = omit,
        order_by: str | Omit = omit,
        order_direction: Literal["asc", "desc"] | Omit = omit,
        phone_number: str | Omit = omit,
        extra_headers: HeaderMapping | None = None,
        extra_query: QueryMapping | None = None,
        extra_body: object | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
    ) -> types.ContactListResponse:
        """List contacts, newest first unless told otherwise. See `ContactsResource.list`."""
        return await self._sender.send(operations.LIST, locals())

    async def create(
        self,
        *,
        number: str,
        assigned_to_email: str | Omit | None = omit,
        company_name: str | Omit | None = omit,
        custom_variables: Mapping[str, str] | Omit | None = omit,
        first_name: str | Omit | None = omit,
        last_name: str | Omit | None = omit,
        sendblue_number: str | Omit | None = omit,
        tags: Sequence[str] | Omit | None = omit,
        update_if_exists: bool | Omit = omit,
        extra_headers: HeaderMapping | None = None,
        extra_query: QueryMapping | None = None,
        extra_body: object | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
    ) -> types.ContactCreateResponse:
        """Create a contact. See `ContactsResource.create`."""
        return await self._sender.send(operations.CREATE, locals())

    async def count(
        self,
        *,
        extra_headers: HeaderMapping | None = None,
        extra_query: QueryMapping | None = None,
        extra_body: object | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
    ) -> types.ContactCountResponse:
        """Count the account's contacts. See `ContactsResource.count`."""
        return await self._sender.send(operations.COUNT, locals())

    async def verify(
        self,
        *,
        number: str,
        extra_headers: HeaderMapping | None = None,
        extra_query: QueryMapping | None = None,
        extra_body: object | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
    ) -> types.ContactVerifyResponse:
        """Send the contact a verification message; it is `verified` once the recipient has texted the line.

        See `ContactsResource.verify`.
        """
        return await self._sender.send(operations.VERIFY, locals())

    async def retrieve(
        self,
        phone_number: str,
        *,
        extra_headers: HeaderMapping | None = None,
        extra_query: QueryMapping | None = None,
        extra_body: object | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
    ) -> types.ContactRetrieveResponse:
        """Read one contact. See `ContactsResource.retrieve`."""
        return await self._sender.send(operations.RETRIEVE, locals())

    async def update(
        self,
        phone_number: str,
        *,
        assigned_to_email: str | Omit | None = omit,
        company_name: str | Omit | None = omit,
        custom_variables: Mapping[str, str | None] | Omit | None = omit,
        first_name: str | Omit | None = omit,
        last_name: str | Omit | None = omit,
        sendblue_number: str | Omit | None = omit,
        tags: Sequence[str] | Omit | None = omit,
        extra_headers: HeaderMapping | None = None,
        extra_query: QueryMapping | None = None,
        extra_body: object | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
    ) -> types.ContactUpdateResponse:
        """Change a contact: what is left out stays, and None clears a field. See `ContactsResource.update`."""
        return await self._sender.send(operations.UPDATE, locals())

    async def delete(
        self,
        phone_number: str,
        *,
        extra_headers: HeaderMapping | None = None,
        extra_query: QueryMapping | None = None,
        extra_body: object | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
    ) -> types.ContactDeleteResponse:
        """Delete a contact. See `ContactsResource.delete`."""
        return await self._sender.send(operations.DELETE, locals())
