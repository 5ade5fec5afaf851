"""Requests that say by an `Idempotency-Key` header that they are to be done once, however often they come.

The header is that of the IETF draft "The Idempotency-Key HTTP Header Field"; how long an answer is kept stands in
domain/commands.py, `ANSWERS_RETAINED`.
"""

import hashlib
import re
import zlib
from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar

from starlette.types import Scope

from numberkeep.domain.errors import AnsweredBefore, FieldError, InvalidInput
from numberkeep.http.answer import Answer, encode
from numberkeep.service.context import Idempotency

R = TypeVar("R")

_HEADER: Final = b"idempotency-key"
_acceptable = re.compile(rb"[\x21-\x7e]{1,255}").fullmatch

_COMPRESSED_FROM: Final = 2048
_LEVEL: Final = 1
_ZLIB: Final = b"\x78"  # how zlib's output begins, and no JSON does


class KeyedAnswer(Generic[R]):
    """The answer to a request with an idempotency key: made once, kept by the store and sent.

    Args:
        key: the key.
        fingerprint: tells the request from others.
        answer_of: the answer's content for the result of the request's use case.
    """

    def __init__(self, key: str, fingerprint: bytes, answer_of: Callable[[R], Any]) -> None:
        self.idempotency = Idempotency(key, fingerprint, self._encode)
        self._answer_of = answer_of
        self._body = b""

    @classmethod
    def of(cls, scope: Scope, body: bytes, answer_of: Callable[[R], Any]) -> "KeyedAnswer[R] | None":
        """For this request; None where it has no key.

        Raises:
            InvalidInput: the key cannot be taken.
        """
        given = next((value for name, value in scope["headers"] if name == _HEADER), None)
        if given is None:
            return None
        if not _acceptable(given):
            mend = "must be 1 to 255 printable ASCII characters without spaces"
            raise InvalidInput(f"Idempotency-Key {mend}", [FieldError("Idempotency-Key", mend)])
        digest = hashlib.sha256(f"{scope['method']} {scope['path']}?".encode())
        digest.update(scope["query_string"] + b"\n" + body)
        return cls(given.decode(), digest.digest(), answer_of)

    def answer(self, result: R) -> Answer:
        """The answer for the use case's result."""
        return Answer(200, self._body or encode(self._answer_of(result)))

    def _encode(self, result: R) -> bytes:
        self._body = encode(self._answer_of(result))
        return self._body if len(self._body) < _COMPRESSED_FROM else zlib.compress(self._body, _LEVEL)


def replayed(before: AnsweredBefore) -> Answer:
    """The answer of the first time, and a header that says so."""
    kept = before.answer
    body = zlib.decompress(kept) if kept.startswith(_ZLIB) else kept
    return Answer(200, body, ((b"idempotency-replayed", b"true"),))
