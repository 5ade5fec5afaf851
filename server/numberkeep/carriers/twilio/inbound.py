"""Reads inbound messages and receipts of Twilio.

Source: Twilio's documentation, "Twilio's request to your incoming message webhook URL".
"""

from typing import Final
from urllib.parse import parse_qsl

import msgspec

from numberkeep.carriers.answer import NOT_DELIVERED, code_in, reports_opt_out
from numberkeep.carriers.twilio.signature import is_signed, signed_urls
from numberkeep.carriers.twilio.statuses import DELIVERED, FAILED
from numberkeep.domain.errors import InvalidInput
from numberkeep.domain.identity import Account
from numberkeep.domain.messages.message import MessageStatus
from numberkeep.domain.messages.receipts import Receipt
from numberkeep.domain.messages.reply import Verdict
from numberkeep.service.context import Context
from numberkeep.service.inbound import CarrierRequest, Incoming, NotSigned
from numberkeep.wire.decoding import convert_loosely
from numberkeep.wire.field_types import Content, Handle, Number, Sender

_MAX_FIELDS: Final = 200
_MOST_DIGITS: Final = 9
_VERDICTS: Final = {"STOP": Verdict.OPT_OUT, "START": Verdict.OPT_IN, "HELP": Verdict.HELP}
"""The meanings of `OptOutType`, which Twilio sends if it has recognised a keyword of the messaging service."""


class TwilioForm(msgspec.Struct, kw_only=True, rename="pascal"):
    """Twilio's form for a message that a person wrote; it has more fields than these."""

    from_: Sender | None = msgspec.field(default=None, name="From")
    to: Number | None = None
    body: Content | None = None
    message_sid: Handle | None = None
    opt_out_type: str | None = None
    message_status: str | None = None
    error_code: str | None = None
    media_url0: str | None = None


class TwilioCarrier:
    """Twilio; see service.inbound.Carrier.

    Args:
        auth_token: the token that it signs with; with `""` no request is accepted.
        public_url: the service's URL as Twilio knows it; `""` to derive it from each request's headers.
    """

    name: Final = "twilio"
    header: Final = b"x-twilio-signature"
    signs_body: Final = True
    reply: Final = (b"text/xml", b"<Response></Response>")

    def __init__(self, auth_token: str, public_url: str) -> None:
        self._auth_token = auth_token
        self._public_url = public_url

    async def account(self, context: Context, request: CarrierRequest) -> Account | None:  # noqa: ARG002 - see Carrier
        """Return None, because Twilio's signature is for every account.

        Raises:
            NotSigned: the signature does not match.
        """
        signature = request.headers[self.header].decode("latin-1")
        form = _form(request)
        urls = signed_urls(request, self._public_url)
        if not any(is_signed(url, form, signature, self._auth_token) for url in urls):
            raise NotSigned(
                "X-Twilio-Signature does not match the request: set NUMBERKEEP_TWILIO_AUTH_TOKEN, and "
                "NUMBERKEEP_PUBLIC_URL behind a proxy."
            )
        return None

    def read(self, request: CarrierRequest) -> Incoming | Receipt | None:
        """Return the inbound message, or the receipt of an outbound one; None for a receipt without news."""
        sent = convert_loosely(dict(_form(request)), TwilioForm)
        if sent.body is None and sent.message_status is not None:
            return _receipt(sent)
        return Incoming(
            sent.from_ or "",
            sent.body or "",
            sent.message_sid or "",
            sent.to or "",
            field="From",
            verdict=_VERDICTS.get((sent.opt_out_type or "").upper()),
            media_url=sent.media_url0 or "",
            service="SMS",
        )


def _receipt(sent: TwilioForm) -> Receipt | None:
    handle = sent.message_sid or ""
    if sent.message_status in DELIVERED:
        return Receipt(handle, MessageStatus.DELIVERED)
    if sent.message_status not in FAILED:
        return None
    text = sent.error_code or ""
    code = code_in({"code": int(text) if text.isdecimal() and len(text) <= _MOST_DIGITS else 0}) or 0
    return Receipt(handle, MessageStatus.FAILED, "", NOT_DELIVERED, code, opted_out=reports_opt_out(code, ""))


def _form(request: CarrierRequest) -> list[tuple[str, str]]:
    try:
        return parse_qsl(request.body.decode(), keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError:
        raise InvalidInput(f"The body must be a form in UTF-8 of at most {_MAX_FIELDS} fields.") from None
