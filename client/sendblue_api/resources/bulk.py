"""The methods for many contacts at once. Each only names its operation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Unpack

from sendblue_api._arguments import CallOptions
from sendblue_api._operation import describe
from sendblue_api._senders import Sender
from sendblue_api.types import contacts as bulk_types

from . import _operations as operations
from ._resource import Resource


class BulkMethods(Resource[Sender]):
    """The methods of `BulkResource`."""

    def create(
        self, *, contacts: Iterable[bulk_types.ContactInput], **options: Unpack[CallOptions]
    ) -> bulk_types.BulkCreateResponse:
        """Create many contacts in one request, or update those that exist. If one is refused, none is saved.

        Args:
            contacts: the contacts. Only `phone` is required; of two rows with the same number the last one counts.

        Raises:
            BadRequestError: a row is refused; numberkeep names each in `body["errors"]`.
            TypeError: `contacts` is one row, or `tags` in a row is a text.
        """
        return self._sender.send(describe(operations.BULK_CREATE, locals()))

    def create_all(
        self,
        contacts: Iterable[bulk_types.ContactInput],
        *,
        chunk: int = 1000,
        on_progress: Callable[[int, int], object] | None = None,
        **options: Unpack[CallOptions],
    ) -> Iterator[bulk_types.RowResult]:
        """Create any number of contacts, or update those that exist, and yield a result for each row.

        A refused row does not affect the others. Rows are sent one chunk at a time while the results are read, so that
        only one chunk is in memory; nothing is sent until the first result is requested. numberkeep skips refused rows
        itself (`on_error=skip`); for other services, a refused chunk is split until the refused row is alone.

        Args:
            contacts: the contacts, as for `create`.
            chunk: the number of rows per request, from 1 to 1000.
            on_progress: called after each response with the number of rows done, and of those that were refused.

        Returns:
            An iterator over the RowResult of each row, in order.

        Raises:
            ValueError: `chunk` is out of range, or `extra_headers` hold an `Idempotency-Key`.
        """
        from ._rows import rows  # noqa: PLC0415 - few programs need it

        return self._sender.run(rows(iter(contacts), chunk, on_progress, options))

    def delete(self, *, contact_ids: Sequence[str], **options: Unpack[CallOptions]) -> bulk_types.BulkDeleteResponse:
        """Delete many contacts in one request; numbers without a contact are ignored.

        Args:
            contact_ids: the phone numbers, in E.164 format.

        Raises:
            TypeError: `contact_ids` is a text.
        """
        return self._sender.send(describe(operations.BULK_DELETE, locals()))
