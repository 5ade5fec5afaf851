"""Inbound messages in the format of each carrier."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any, Final

INBOUND: Final = "/_numberkeep/inbound"
HOST: Final = "http://numberkeep.test"


def signing(secret: str) -> Mapping[str, str]:
    """Return the header that authenticates the hosted service."""
    return {"sb-signing-secret": secret}


def twilio_signature(url: str, form: Mapping[str, str], token: str) -> str:
    """Return Twilio's signature of a form to this URL; written from its page "Secure webhooks"."""
    signed = url
    for name in sorted(form):
        signed += name + form[name]
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def signed(path: str, form: Mapping[str, str], token: str, base: str = HOST) -> Mapping[str, str]:
    """Return the header that authenticates Twilio."""
    return {"X-Twilio-Signature": twilio_signature(base + path, form, token)}


def hosted(number: str, content: str = "yes", **more: Any) -> dict[str, Any]:
    """Return a payload `receive` as in the hosted service's documentation, with fields unknown to numberkeep."""
    return {
        "accountEmail": "ada@example.com",
        "content": content,
        "is_outbound": False,
        "status": "RECEIVED",
        "error_code": None,
        "error_message": None,
        "message_handle": "",
        "date_sent": "2026-01-31T09:30:00.000Z",
        "date_updated": "2026-01-31T09:30:00.000Z",
        "from_number": number,
        "number": number,
        "to_number": "+15122164639",
        "was_downgraded": False,
        "plan": "blue",
        "media_url": "",
        "group_id": "",
        "participants": [number, "+15122164639"],
        "sendblue_number": "+15122164639",
        "service": "iMessage",
        "opted_out": False,
    } | more


def form(number: str, content: str = "yes", sid: str = "SM1", **more: str) -> dict[str, str]:
    """Return Twilio's form for a message, with fields unknown to numberkeep."""
    return {
        "MessageSid": sid,
        "SmsSid": sid,
        "AccountSid": "AC1",
        "From": number,
        "To": "+15122164639",
        "Body": content,
        "NumMedia": "0",
        "FromCity": "SAN FRANCISCO",
    } | more
