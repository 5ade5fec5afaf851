"""The calls on contacts, sync. Each method only names its operation: what is sent and read is decided elsewhere."""
# ruff: noqa: D417 - the arguments that every method takes stand with the class

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Literal

from sendblue_api import types
from sendblue_api._arguments import HeaderMapping, NotGiven, Omit, QueryMapping, TimeoutTypes, not_given, omit
from sendblue_api._senders import Sender

from . import _operations as operations
from .bulk import BulkResource


class ContactsResource:
    """`client.contacts`.

    Every method also takes these, for this call alone:

    - `extra_headers`: added to the headers; `omit` as a value drops a default one.
    - `extra_query`: added to the query.
    - `extra_body`: added to the JSON body.
    - `timeout`: seconds for each phase of the request, an `httpx2.Timeout`, or None for no limit. Default: the
      client's.

    A field left at `omit` is not sent; None is sent as null. Every method may raise `APIStatusError` (one of its
    subclasses by status), `APIConnectionError`, `APITimeoutError` or `APIResponseValidationError`.
    """

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @cached_property
    def bulk(self) -> BulkResource:
        """Many contacts in one call."""
        return BulkResource(self._sender)

    def list(
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
        """List contacts, newest first unless told otherwise.

        Args:
            cid: only the contact with this `contact_id`.
            created_at_gte: only contacts made at this time or later; a datetime, or ISO 8601 text. One without an
                offset means UTC.
            limit: how many at most; the service's default is 100 and its most 1000.
            offset: how many to pass over first; the hosted service takes 10000 at most.
            order_by: `created_at` (the service's default), `first_name`, `last_name` or `phone`.
            order_direction: `asc` or `desc` (the service's default).
            phone_number: only the contact with this number.

        Returns:
            A list of Contact.
        """
        return self._sender.send(operations.LIST, locals())

    def create(
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
        """Create a contact.

        Args:
            number: the phone number, best in E.164; national formats are read with the account's region.
            assigned_to_email: the account member whom the contact belongs to.
            company_name: the contact's company.
            custom_variables: label -> value.
            first_name: the given name.
            last_name: the family name.
            sendblue_number: the line that the contact is written to from, in E.164.
            tags: the contact's tags.
            update_if_exists: update a contact that has this number, instead of failing.

        Raises:
            BadRequestError: the number is not one, or a field is not taken.
            ConflictError: there is a contact with this number, and `update_if_exists` is not True.
            TypeError: `tags` is one text, not a list.
        """
        return self._sender.send(operations.CREATE, locals())

    def count(
        self,
        *,
        extra_headers: HeaderMapping | None = None,
        extra_query: QueryMapping | None = None,
        extra_body: object | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
    ) -> types.ContactCountResponse:
        """Count the account's contacts."""
        return self._sender.send(operations.COUNT, locals())

    def verify(
        self,
        *,
        number: str,
        extra_headers: HeaderMapping | None = None,
        extra_query: QueryMapping | None = None,
        extra_body: object | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
    ) -> types.ContactVerifyResponse:
        """Send the contact a verification message; it is `verified` once the recipient has texted the line.

        A contact that is verified already is sent nothing.

        Args:
            number: the contact's phone number.

        Raises:
            ConflictError: the recipient has opted out.
            NotFoundError: the number is not a contact.
            RateLimitError: one was sent a moment ago.
        """
        return self._sender.send(operations.VERIFY, locals())

    def retrieve(
        self,
        phone_number: str,
        *,
        extra_headers: HeaderMapping | None = None,
        extra_query: QueryMapping | None = None,
        extra_body: object | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
    ) -> types.ContactRetrieveResponse:
        """Read one contact.

        Args:
            phone_number: the contact's phone number.

        Raises:
            NotFoundError: the number is not a contact.
            ValueError: `phone_number` is empty, `.` or `..`.
        """
        return self._sender.send(operations.RETRIEVE, locals())

    def update(
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
        """Change a contact: what is left out stays, and None clears a field.

        Args:
            phone_number: the contact's phone number.
            assigned_to_email: the account member whom the contact belongs to.
            company_name: the contact's company.
            custom_variables: label -> value, merged into what is stored; a value of None removes its label.
            first_name: the given name.
            last_name: the family name.
            sendblue_number: the line that the contact is written to from, in E.164.
            tags: the contact's tags, instead of those stored.

        Raises:
            BadRequestError: a field is not taken.
            NotFoundError: the number is not a contact.
            TypeError: `tags` is one text, not a list.
            ValueError: `phone_number` is empty, `.` or `..`.
        """
        return self._sender.send(operations.UPDATE, locals())

    def delete(
        self,
        phone_number: str,
        *,
        extra_headers: HeaderMapping | None = None,
        extra_query: QueryMapping | None = None,
        extra_body: object | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
    ) -> types.ContactDeleteResponse:
        """Delete a contact.

        Args:
            phone_number: the contact's phone number.

        Raises:
            NotFoundError: the number is not a contact.
            ValueError: `phone_number` is empty, `.` or `..`.
        """
        return self._sender.send(operations.DELETE, locals())
