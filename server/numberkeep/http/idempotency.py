"""The `Idempotency-Key` header: a request that is repeated under its key runs once.

The header is that of the IETF draft "The Idempotency-Key HTTP Header Field"; domain/command.py defines how long an
answer is kept, `ANSWERS_RETAINED`.
"""

import hashlib
import re
import zlib
from typing import Any, Final

import msgspec

from numberkeep.domain.errors import AnsweredBefore, FieldError
from numberkeep.http.answer import Answer, encode
from numberkeep.http.request import Request
from numberkeep.service.context import Idempotency
from numberkeep.wire.answers import invalid

_canonical = msgspec.json.Encoder(order="deterministic").encode
_acceptable = re.compile(rb"[\x21-\x7e]{1,255}").fullmatch

_COMPRESSED_FROM: Final = 2048
_LEVEL: Final = 1
_ZLIB: Final = b"\x78"  # zlib's output starts with it, and no JSON does


class KeyedAnswer:
    """The answer to a request with an idempotency key: encoded once, kept by the store and sent.

    Args:
        key: the key.
        fingerprint: distinguishes the request from others.
    """

    def __init__(self, key: str, fingerprint: bytes) -> None:
        self.idempotency = Idempotency(key, fingerprint, self._encode)
        self._body = b""

    @classmethod
    def of(cls, request: Request, given: Any) -> "KeyedAnswer | None":
        """Return the answer to a request; None if it has no key.

        Args:
            request: the request.
            given: its decoded input. Two requests with equal input are the same request, however they are written.

        Raises:
            InvalidInput: the key is not valid.
        """
        key = request.header(b"idempotency-key")
        if key is None:
            return None
        if not _acceptable(key):
            raise invalid(FieldError("Idempotency-Key", "must be 1 to 255 printable ASCII characters without spaces"))
        digest = hashlib.sha256(f"{request.method} {request.scope['path']}\n".encode())
        digest.update(_canonical(given))
        return cls(key.decode(), digest.digest())

    def answer(self, output: Any) -> Answer:
        """Return the answer for the operation's output."""
        return Answer(200, self._body or encode(output))

    def _encode(self, output: Any) -> bytes:
        self._body = encode(output)
        return self._body if len(self._body) < _COMPRESSED_FROM else zlib.compress(self._body, _LEVEL)


def replayed(before: AnsweredBefore) -> Answer:
    """Return the answer to the first request, with a header that says so."""
    kept = before.answer
    body = zlib.decompress(kept) if kept.startswith(_ZLIB) else kept
    return Answer(200, body, ((b"idempotency-replayed", b"true"),))
