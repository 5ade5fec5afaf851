"""Makes the exchange that is recorded of one that was seen. Nothing else of an exchange reaches the file."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
from msgspec import UNSET, UnsetType

from numberkeep.recording.bodies import replaced_body
from numberkeep.recording.exchange import Exchange, RecordedAnswer, RecordedRequest, Seen, SeenAnswer, SeenRequest
from numberkeep.recording.fictitious import Fictitious
from numberkeep.recording.request_targets import replaced_link, replaced_target

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_TOO_LARGE: Final = "it is too large"
_COMPRESSED: Final = "it is compressed"
_NO_JSON: Final = "it is not JSON"


class Rewriter:
    """Makes what is recorded, for one recording.

    Args:
        fictitious: the replacements.
    """

    def __init__(self, fictitious: Fictitious) -> None:
        self._fictitious = fictitious
        self._pairs: dict[tuple[str, str], str] = {}

    def exchange(self, request: SeenRequest, answer: SeenAnswer) -> Exchange:
        """Return what is recorded of an exchange."""
        body, left_out = self._body(request)
        made = RecordedRequest(
            method=request.method if request.method in _METHODS else "OTHER",
            target=replaced_target(request.target, self._fictitious),
            credentials=self._credentials(request),
            headers=self._headers(request, _OF_REQUEST),
            body=body,
            left_out=left_out,
        )
        body, left_out = self._body(answer)
        return Exchange(
            at=self._fictitious.moved(request.at),
            request=made,
            answer=RecordedAnswer(
                status=answer.status,
                headers=self._headers(answer, _OF_ANSWER),
                body=body,
                left_out=left_out,
            ),
        )

    def _credentials(self, request: Seen) -> str:
        pair = (request.header(b"sb-api-key-id"), request.header(b"sb-api-secret-key"))
        return self._pairs.setdefault(pair, f"pair-{len(self._pairs) + 1}") if all(pair) else ""

    def _headers(self, part: Seen, kept: Mapping[bytes, Callable[[Fictitious, str], str]]) -> dict[str, str]:
        made = {name.decode(): rule(self._fictitious, part.header(name)) for name, rule in kept.items()}
        return {name: value for name, value in made.items() if value}

    def _body(self, part: Seen) -> tuple[Any | UnsetType, str]:
        """Return the JSON value of a body, or why it is left out."""
        if part.body is None:
            return UNSET, _TOO_LARGE
        if not part.body:
            return UNSET, ""
        if part.header(b"content-encoding") not in {"", "identity"}:
            return UNSET, _COMPRESSED
        try:
            return replaced_body(msgspec.json.decode(part.body.removeprefix(b"\xef\xbb\xbf")), self._fictitious), ""
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return UNSET, _NO_JSON


def _media_type(_: Fictitious, value: str) -> str:
    """Return the type without parameters, which may contain anything."""
    known = value.partition(";")[0].strip().lower()
    return known if known in _MEDIA_TYPES else ("other" if known else "")


def _seconds(fictitious: Fictitious, value: str) -> str:
    return fictitious.count(value)


def _methods(_: Fictitious, value: str) -> str:
    return ", ".join(each for each in (part.strip() for part in value.split(",")) if each in _METHODS)


def _flag(_: Fictitious, value: str) -> str:
    return value if value in {"true", "false"} else ""


def _link(fictitious: Fictitious, value: str) -> str:
    return replaced_link(value, fictitious)


_MEDIA_TYPES: Final = frozenset(
    {
        "application/json",
        "application/x-www-form-urlencoded",
        "application/octet-stream",
        "application/problem+json",
        "application/x-ndjson",
        "multipart/form-data",
        "text/csv",
        "text/event-stream",
        "text/html",
        "text/plain",
    }
)
_OF_REQUEST: Final[Mapping[bytes, Callable[[Fictitious, str], str]]] = {
    b"content-type": _media_type,
    b"idempotency-key": Fictitious.text,
}
_OF_ANSWER: Final[Mapping[bytes, Callable[[Fictitious, str], str]]] = {
    b"content-type": _media_type,
    b"allow": _methods,
    b"idempotency-replayed": _flag,
    b"link": _link,
    b"retry-after": _seconds,
    b"x-should-retry": _flag,
}
"""The headers that are recorded, and what becomes of each value; no other header is."""
