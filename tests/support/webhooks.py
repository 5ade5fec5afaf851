"""A receiver of webhooks: it verifies the signature and reads the body."""

import base64
import hashlib
import hmac
import json
from typing import Any

from support.receiver import Request


def opened(request: Request, secret: str, now: float | None = None) -> Any:
    """Return the JSON of a request that is signed with the secret.

    Written from the Standard Webhooks specification, "Verifying signatures", not from the service: the signed content
    is id, timestamp and body joined by dots; the key is what follows `whsec_`, in base64; the header may have several
    signatures, each `v1,` and base64.

    Raises:
        AssertionError: it is not signed, or `now`, in seconds since 1970, is over five minutes from when it was sent.
    """
    headers = request.headers
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + request.body
    key = base64.b64decode(secret.removeprefix("whsec_")) if secret.startswith("whsec_") else secret.encode()
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    given = [text.partition(",") for text in headers["webhook-signature"].split(" ")]
    assert any(version == "v1" and hmac.compare_digest(mac, expected) for version, _, mac in given)
    assert "." not in headers["webhook-id"]
    if now is not None:
        assert abs(now - int(headers["webhook-timestamp"])) < 300
    return json.loads(request.body)
