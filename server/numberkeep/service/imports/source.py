"""A file that is imported."""

from dataclasses import dataclass
from typing import BinaryIO


@dataclass(slots=True, frozen=True)
class Source:
    """A file to import.

    Attributes:
        file: a seekable file.
        name: its name, for the consent ledger.
        size: its size, bytes.
    """

    file: BinaryIO
    name: str
    size: int
