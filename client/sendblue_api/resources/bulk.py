"""The calls on many contacts at once."""

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
        """Create many contacts at once, or update those that exist: all of them, or none when one is refused.

        Args:
            contacts: the rows, of which only `phone` is required. The last row of a number wins.

        Raises:
            BadRequestError: a row is refused; `body["errors"]` names each on numberkeep.
            TypeError: `contacts` is one row, or `tags` in a row is one text, not a list.
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
        """Create or update any number of contacts, with a result for each row; a refused row does not stop the others.

        The rows are read and sent as the results are asked for, one chunk at a time, so that no more than a chunk is
        in memory: nothing is sent before the first result is. numberkeep skips refused rows itself (`on_error=skip`);
        elsewhere a refused chunk is sent again in halves until the refused row is alone.

        Args:
            contacts: the rows, as for `create`.
            chunk: how many rows a request carries, from 1 to 1000.
            on_progress: called after each answer with the number of rows done and how many of them were refused.

        Returns:
            An iterator over a RowResult for each row, in their order.

        Raises:
            ValueError: `chunk` is out of range, or an `Idempotency-Key` is given, which every chunk has its own of.
        """
        from ._rows import rows  # noqa: PLC0415 - few programs need it

        return self._sender.walk(rows(iter(contacts), chunk, on_progress, options))

    def delete(self, *, contact_ids: Sequence[str], **options: Unpack[CallOptions]) -> bulk_types.BulkDeleteResponse:
        """Delete many contacts at once; numbers that are no contacts are passed over.

        Args:
            contact_ids: the phone numbers, in E.164.

        Raises:
            TypeError: `contact_ids` is one text, not a list.
        """
        return self._sender.send(describe(operations.BULK_DELETE, locals()))
