"""Signs requests by the Standard Webhooks scheme and by the header of the hosted service.

Source: the specification at standardwebhooks.com, and api-reference.md, "Events and webhooks of the hosted service".
"""

import base64
import binascii
import hashlib
import hmac
from typing import Final
from urllib.parse import quote

_PREFIX: Final = "whsec_"


def event_delivery_id(account: str, event_id: int, at: int) -> str:
    """Return the id of an event's delivery, the same for every attempt: `acme-7-65c0fcaa29bcd`.

    The time distinguishes it from an event that had the same number before a backup was restored.

    Args:
        account: the account's name.
        event_id: the event's number within the account.
        at: when it happened, microseconds since 1970.
    """
    return f"{_in_id(account)}-{event_id}-{at:x}"


def message_delivery_id(account: str, message_id: int, at: int) -> str:
    """Return the id of a message's delivery, which is never that of an event: `acme/7-65c0fcaa29bcd`."""
    return f"{_in_id(account)}/{message_id}-{at:x}"


def signed_headers(secret: str, id_: str, timestamp: int, body: bytes, *, reveals: bool = False) -> dict[str, str]:
    """Return the headers of a signed request; without a secret only its id and time.

    Args:
        secret: the secret shared with the receiver; `""` signs nothing.
        id_: the same for every attempt; see the functions above.
        timestamp: seconds since 1970 of this attempt.
        body: the request's body.
        reveals: whether the secret itself is sent too, as the hosted service does.
    """
    headers = {"webhook-id": id_, "webhook-timestamp": str(timestamp)}
    if not secret:
        return headers
    headers["webhook-signature"] = signature(secret, id_, timestamp, body)
    return headers | {"sb-signing-secret": secret} if reveals else headers


def signature(secret: str, id_: str, timestamp: int, body: bytes) -> str:
    """Return the value of `webhook-signature`: `v1,` and the base64 of HMAC-SHA256 over id, timestamp and body."""
    signed = b"%b.%d.%b" % (id_.encode(), timestamp, body)
    return "v1," + base64.b64encode(hmac.digest(key_of(secret), signed, hashlib.sha256)).decode()


def key_of(secret: str) -> bytes:
    """Return the key of a secret: what follows `whsec_` if that is base64, else the secret's own UTF-8."""
    if secret.startswith(_PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(_PREFIX), validate=True) or secret.encode()
        except (binascii.Error, ValueError):
            pass
    return secret.encode()


def _in_id(account: str) -> str:
    # An id is a header, and the scheme appends to it after a dot: so it must contain neither dots nor spaces.
    return quote(account, safe="").replace(".", "%2E")
