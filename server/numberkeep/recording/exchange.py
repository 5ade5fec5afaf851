"""A request with its answer, as a recording has it: one line of JSON, every value in it already replaced."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

VERSION: Final = 1


class Header(msgspec.Struct, kw_only=True):
    """The first line of a recording. A file has several if several runs were recorded into it.

    Attributes:
        numberkeep_recording: the version of the format.
        region: the region in which numbers without `+` were read.
    """

    numberkeep_recording: int
    region: str


class RecordedRequest(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A request.

    Attributes:
        method: the HTTP method.
        target: path and query, percent-encoded. What begins otherwise would name another host behind that of a URL.
        credentials: which key pair of the recording it has; `""` for none.
        headers: those that matter, by name in lower case.
        body: the JSON value of the body; unset if the body is empty or left out.
        left_out: why the body is not recorded; `""` if it is.
    """

    method: str
    target: Annotated[str, Meta(pattern="^/")]
    credentials: str = ""
    headers: dict[str, str] = {}
    body: Any | UnsetType = UNSET
    left_out: str = ""

    @property
    def line(self) -> str:
        """Method and target."""
        return f"{self.method} {self.target}"


class RecordedAnswer(msgspec.Struct, kw_only=True, omit_defaults=True):
    """An answer.

    Attributes:
        status: the HTTP status.
        headers: as for a request.
        body: as for a request.
        left_out: as for a request.
    """

    status: int
    headers: dict[str, str] = {}
    body: Any | UnsetType = UNSET
    left_out: str = ""


class Exchange(msgspec.Struct, kw_only=True):
    """A request and its answer.

    Attributes:
        at: when the request arrived, moved like all times of the recording.
    """

    at: datetime
    request: RecordedRequest
    answer: RecordedAnswer


@dataclass(slots=True, frozen=True, kw_only=True)
class Seen:
    """A request or an answer as it was seen on the wire.

    Attributes:
        headers: names in lower case, and values.
        body: the bytes; None if there were more than are kept.
    """

    headers: Sequence[tuple[bytes, bytes]]
    body: bytes | None = field(default=b"", repr=False)

    def header(self, name: bytes) -> str:
        """Return the first value of a header; `""` if there is none."""
        return next((value.decode("latin-1") for given, value in self.headers if given == name), "")


@dataclass(slots=True, frozen=True, kw_only=True)
class SeenRequest(Seen):
    """A request.

    Attributes:
        at: when it arrived, in UTC.
        method: the HTTP method.
        target: path and query, as they were sent.
    """

    at: datetime
    method: str
    target: str


@dataclass(slots=True, frozen=True, kw_only=True)
class SeenAnswer(Seen):
    """An answer.

    Attributes:
        status: the HTTP status.
    """

    status: int
