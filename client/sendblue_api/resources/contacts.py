"""The methods for contacts. Each only names its operation."""
# ruff: noqa: D417 - `ContactsResource` documents `options`, which every method takes

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
        q: str | Omit = omit,
        **options: Unpack[CallOptions],
    ) -> types.ContactListResponse:
        """Return one page of contacts, newest first by default. `iter` returns all of them.

        Args:
            cid: only the contact with this `contact_id`.
            created_at_gte: only contacts created at this time or later: a datetime, or ISO 8601 text; without an
                offset, in UTC.
            limit: the maximum number of contacts, up to 1000. Default: 100.
            offset: the number of contacts to skip; the hosted service allows up to 10000. Default: 0.
            order_by: `created_at` (the default), `first_name`, `last_name` or `phone`.
            order_direction: `asc` or `desc` (the default).
            phone_number: only the contact with this number.
            cursor: the start of the page, from the `Link` header of the previous page. Only numberkeep supports this
                argument and the following ones.
            tag: only contacts with this tag, or with all of these tags.
            verified: only contacts that are verified, or only those that are not.
            opt_out: only contacts that have opted out, or only those that have not.
            q: only contacts in which every word is found: in names, company, e-mail, tags, values of custom variables,
                or as the last digits of the number.

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
        q: str | Omit = omit,
        **options: Unpack[CallOptions],
    ) -> Iterator[types.Contact]:
        """Return an iterator over all contacts, oldest first by default. It requests pages as they are needed.

        With numberkeep it uses a cursor. The hosted service has none and limits offsets to 10,000: from there on the
        iterator continues from the `created_at` of the last contact, which works only in the default order. The other
        arguments are those of `list`.

        Args:
            page_size: the number of contacts per request, from 1 to 1000.

        Raises:
            SendblueAPIError: the service lists no more contacts in this order.
            ValueError: `page_size` is out of range.
        """
        arguments = locals()
        from ._pages import pages  # noqa: PLC0415 - few programs need it

        return self._sender.run(pages(arguments.pop("page_size"), arguments))

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
            number: the phone number, preferably in E.164 format; other formats are read in the region of the account.
            assigned_to_email: the email address of the account member that the contact is assigned to.
            company_name: the company.
            custom_variables: labels and their values.
            first_name: the first name.
            last_name: the last name.
            sendblue_number: the line that sends messages to the contact, in E.164 format.
            tags: the tags.
            update_if_exists: update the contact if it exists. Default False.

        Raises:
            BadRequestError: the number or a field is invalid.
            ConflictError: the contact exists, and `update_if_exists` is not True.
            TypeError: `tags` is a text.
        """
        return self._sender.send(describe(operations.CREATE, locals()))

    def count(self, **options: Unpack[CallOptions]) -> types.ContactCountResponse:
        """Return the number of contacts of the account."""
        return self._sender.send(describe(operations.COUNT, locals()))

    def verify(self, *, number: str, **options: Unpack[CallOptions]) -> types.ContactVerifyResponse:
        """Send a verification message to a contact, which is `verified` once the recipient has texted the line.

        A verified contact is sent nothing. The call is only retried if the attempt certainly sent nothing.

        Args:
            number: the phone number of the contact.

        Raises:
            ConflictError: the recipient has opted out.
            NotFoundError: there is no contact with this number.
            RateLimitError: a message was sent a moment ago.
        """
        return self._sender.send(describe(operations.VERIFY, locals()))

    def opt_out(
        self, *, number: str, opted_out: bool | Omit = omit, **options: Unpack[CallOptions]
    ) -> types.ContactOptOutResponse:
        """Record that a recipient, who need not be a contact, has opted out of messages.

        Args:
            number: the phone number of the recipient.
            opted_out: False to record that the recipient opts in again. Default True.

        Raises:
            BadRequestError: the number is invalid.
        """
        return self._sender.send(describe(operations.OPT_OUT, locals()))

    def retrieve(self, phone_number: str, **options: Unpack[CallOptions]) -> types.ContactRetrieveResponse:
        """Return one contact.

        Args:
            phone_number: the phone number of the contact.

        Raises:
            NotFoundError: there is no contact with this number.
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
        """Update a contact. Fields that are left out do not change, and None clears a field.

        Args:
            phone_number: the phone number of the contact.
            assigned_to_email: the email address of the account member that the contact is assigned to.
            company_name: the company.
            custom_variables: labels and values, merged with the stored ones; the value None removes a label.
            first_name: the first name.
            last_name: the last name.
            opt_out: whether the recipient has opted out of messages.
            sendblue_number: the line that sends messages to the contact, in E.164 format.
            tags: the tags, which replace the stored ones.

        Raises:
            BadRequestError: a field is invalid.
            NotFoundError: there is no contact with this number.
            TypeError: `tags` is a text.
            ValueError: `phone_number` is empty, `.` or `..`.
        """
        return self._sender.send(describe(operations.UPDATE, locals()))

    def delete(self, phone_number: str, **options: Unpack[CallOptions]) -> types.ContactDeleteResponse:
        """Delete a contact.

        Args:
            phone_number: the phone number of the contact.

        Raises:
            NotFoundError: there is no contact with this number.
            ValueError: `phone_number` is empty, `.` or `..`.
        """
        return self._sender.send(describe(operations.DELETE, locals()))
