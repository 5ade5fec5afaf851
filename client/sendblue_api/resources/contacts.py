"""The calls on contacts. Each method only names its operation: what is sent and read is decided elsewhere."""
# ruff: noqa: D417 - `options`, which every method takes, stands with the class

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Literal, Unpack

from sendblue_api import types
from sendblue_api._arguments import CallOptions, CreateOptions, Omit, UpdateOptions, omit
from sendblue_api._operation import describe
from sendblue_api._senders import Sender

from . import _operations as operations
from ._resource import Resource


class ContactMethods(Resource[Sender]):
    """The methods of `ContactsResource`."""

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
        cursor: str | Omit = omit,
        tag: str | Sequence[str] | Omit = omit,
        verified: bool | Omit = omit,
        opt_out: bool | Omit = omit,
        **options: Unpack[CallOptions],
    ) -> types.ContactListResponse:
        """List contacts, newest first unless told otherwise. `iter` walks all of them.

        Args:
            cid: only the contact with this `contact_id`.
            created_at_gte: only contacts made at this time or later; a datetime, or ISO 8601 text. One without an
                offset means UTC.
            limit: how many at most; the service's default is 100 and its most 1000.
            offset: how many to pass over first; the hosted service takes 10000 at most.
            order_by: `created_at` (the service's default), `first_name`, `last_name` or `phone`.
            order_direction: `asc` or `desc` (the service's default).
            phone_number: only the contact with this number.
            cursor: where the page begins, out of the `Link` header of the page before. This and what follows is
                numberkeep's own.
            tag: only contacts with this tag, or with each of these.
            verified: only contacts that are verified, or that are not.
            opt_out: only contacts that have opted out, or that have not.

        Returns:
            A list of Contact.
        """
        return self._sender.send(describe(operations.LIST, locals()))

    def iter(
        self,
        *,
        page_size: int = 1000,
        cid: str | Omit = omit,
        created_at_gte: str | datetime | Omit = omit,
        order_by: str | Omit = omit,
        order_direction: Literal["asc", "desc"] | Omit = omit,
        phone_number: str | Omit = omit,
        tag: str | Sequence[str] | Omit = omit,
        verified: bool | Omit = omit,
        opt_out: bool | Omit = omit,
        **options: Unpack[CallOptions],
    ) -> Iterator[types.Contact]:
        """Walk every contact, page by page; oldest first unless an order is given. The filters are those of `list`.

        On numberkeep a cursor leads from page to page. The hosted service has none: there the walk goes by offset up
        to its limit of 10,000, and on from the last contact's `created_at`, which only works oldest first.

        Args:
            page_size: how many contacts a request asks for, from 1 to 1000.

        Raises:
            SendblueAPIError: the service lets nobody walk further in this order.
            ValueError: `page_size` is out of range.
        """
        arguments = locals()
        from ._pages import pages  # noqa: PLC0415 - few programs need it

        return self._sender.walk(pages(arguments.pop("page_size"), arguments))

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
        **options: Unpack[CreateOptions],
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
        return self._sender.send(describe(operations.CREATE, locals()))

    def count(self, **options: Unpack[CallOptions]) -> types.ContactCountResponse:
        """Count the account's contacts."""
        return self._sender.send(describe(operations.COUNT, locals()))

    def verify(self, *, number: str, **options: Unpack[CallOptions]) -> types.ContactVerifyResponse:
        """Send the contact a verification message; it is `verified` once the recipient has texted the line.

        A contact that is verified already is sent nothing. Repeated only when the attempt certainly sent nothing.

        Args:
            number: the contact's phone number.

        Raises:
            ConflictError: the recipient has opted out.
            NotFoundError: the number is not a contact.
            RateLimitError: one was sent a moment ago.
        """
        return self._sender.send(describe(operations.VERIFY, locals()))

    def opt_out(
        self, *, number: str, opted_out: bool | Omit = omit, **options: Unpack[CallOptions]
    ) -> types.ContactOptOutResponse:
        """Record that a recipient wants no more messages, be they a contact or not.

        Args:
            number: the recipient's phone number.
            opted_out: False when they want messages again; default True.

        Raises:
            BadRequestError: the number is not one.
        """
        return self._sender.send(describe(operations.OPT_OUT, locals()))

    def retrieve(self, phone_number: str, **options: Unpack[CallOptions]) -> types.ContactRetrieveResponse:
        """Read one contact.

        Args:
            phone_number: the contact's phone number.

        Raises:
            NotFoundError: the number is not a contact.
            ValueError: `phone_number` is empty, `.` or `..`.
        """
        return self._sender.send(describe(operations.RETRIEVE, locals()))

    def update(
        self,
        phone_number: str,
        *,
        assigned_to_email: str | Omit | None = omit,
        company_name: str | Omit | None = omit,
        custom_variables: Mapping[str, str | None] | Omit | None = omit,
        first_name: str | Omit | None = omit,
        last_name: str | Omit | None = omit,
        opt_out: bool | Omit = omit,
        sendblue_number: str | Omit | None = omit,
        tags: Sequence[str] | Omit | None = omit,
        **options: Unpack[UpdateOptions],
    ) -> types.ContactUpdateResponse:
        """Change a contact: what is left out stays, and None clears a field.

        Args:
            phone_number: the contact's phone number.
            assigned_to_email: the account member whom the contact belongs to.
            company_name: the contact's company.
            custom_variables: label -> value, merged into what is stored; a value of None removes its label.
            first_name: the given name.
            last_name: the family name.
            opt_out: whether the recipient wants no more messages.
            sendblue_number: the line that the contact is written to from, in E.164.
            tags: the contact's tags, instead of those stored.

        Raises:
            BadRequestError: a field is not taken.
            NotFoundError: the number is not a contact.
            TypeError: `tags` is one text, not a list.
            ValueError: `phone_number` is empty, `.` or `..`.
        """
        return self._sender.send(describe(operations.UPDATE, locals()))

    def delete(self, phone_number: str, **options: Unpack[CallOptions]) -> types.ContactDeleteResponse:
        """Delete a contact.

        Args:
            phone_number: the contact's phone number.

        Raises:
            NotFoundError: the number is not a contact.
            ValueError: `phone_number` is empty, `.` or `..`.
        """
        return self._sender.send(describe(operations.DELETE, locals()))
