"""Contacts between the store and a file, in a temporary file.

A reader may take hours for an export. The store's read transaction must not wait for it: on SQLite it keeps the WAL
from being reused, on PostgreSQL it takes a connection and keeps dead rows. So an export is read as fast as the store
can, and written from here. Because all contacts are read before the first is written, the columns of CSV are known, and
an error of the store is reported before any part of the file is sent.
"""

import tempfile
from collections.abc import Sequence
from operator import attrgetter
from typing import Any, Final, Self

import msgspec

from numberkeep.domain.contacts.contact import ContactRecord
from numberkeep.domain.errors import TemporaryFileFailed

_IN_MEMORY: Final = 1024 * 1024
"""Bytes up to which there is no file."""

_HEAD: Final = 4
"""Bytes before each batch: its length."""

_values_of = attrgetter(*ContactRecord.__slots__)
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[list[Any]]).decode


class Spool:
    """Batches of contacts that are first written and then read, in a file that only its user can read.

    A context that removes the file at its end.
    """

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed at the end of the context

    def write(self, batch: bytes) -> None:
        """Append a batch, encoded.

        Raises:
            TemporaryFileFailed: the disk is full, or the folder of temporary files cannot be written.
        """
        try:
            self._file.write(len(batch).to_bytes(_HEAD))
            self._file.write(batch)
        except OSError as error:
            raise _failed(error) from None

    def rewind(self) -> None:
        """Go from writing to reading; errors as for `write`."""
        try:
            self._file.seek(0)
        except OSError as error:
            raise _failed(error) from None

    def read(self) -> bytes:
        """Return the next batch; it is empty at the end."""
        return self._file.read(int.from_bytes(self._file.read(_HEAD)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def encoded(contacts: Sequence[ContactRecord]) -> bytes:
    """Return a batch of contacts as `Spool` keeps it."""
    return _encode(list(map(_values_of, contacts)))


def decoded(batch: bytes) -> list[ContactRecord]:
    """Return the contacts of a batch."""
    return [ContactRecord(*values) for values in _decode(batch)]


def _failed(error: OSError) -> TemporaryFileFailed:
    return TemporaryFileFailed(
        f"cannot write a temporary file: {error.strerror}; free space there, or set TMPDIR to another folder"
    )
