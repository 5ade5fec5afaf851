"""A form in which the change log keeps what its events are about, in all of its versions; see stored_forms.py."""

from collections.abc import Callable
from typing import Final, Generic, Protocol, TypeVar, Union

import msgspec

S = TypeVar("S")
S_co = TypeVar("S_co", covariant=True)

encode: Final = msgspec.json.Encoder().encode


class Version(Protocol[S_co]):
    """One version of a form: a msgspec struct."""

    def to_domain(self, phone: str) -> S_co:
        """Return the domain object; `phone` is the event's number."""


class Form(Generic[S]):
    """All versions of the form of one class.

    Args:
        write: returns the newest version of a value.
        version_0: version 0; None for a class that the log has contained only since forms have versions.
        versions: all later ones.
    """

    def __init__(
        self,
        write: Callable[[S], Version[S]],
        version_0: type[Version[S]] | None,
        *versions: type[Version[S]],
    ) -> None:
        self._write = write
        self._decode: Callable[[str], Version[S]] = msgspec.json.Decoder(Union[versions]).decode  # noqa: UP007
        self._decode_0 = self._decode if version_0 is None else msgspec.json.Decoder(version_0).decode

    def dump(self, value: S) -> str:
        """Return the stored form of a value, in the newest version."""
        return encode(self._write(value)).decode()

    def load(self, text: str, phone: str) -> S:
        """Return the value of a stored form, whatever its version."""
        decode = self._decode_0 if text.startswith("{") else self._decode
        return decode(text).to_domain(phone)
