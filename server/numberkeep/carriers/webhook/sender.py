"""Sends messages through a program of the operator's."""

from collections.abc import Callable

import msgspec

from numberkeep.carriers.webhook.settings import WebhookSenderSettings
from numberkeep.domain.contacts.contact import moment
from numberkeep.domain.messages.message import Message
from numberkeep.domain.outbox.delivery import Delivered
from numberkeep.outbound.posting import Poster
from numberkeep.outbound.signing import message_delivery_id, signed_headers
from numberkeep.wire.field_types import Time


class OutboundMessage(msgspec.Struct, kw_only=True):
    """The JSON of a message; `from` is null if no line was chosen; `media_url` and `send_style` may be null too."""

    id: str
    account: str
    to: str
    from_: str | None = msgspec.field(name="from")
    content: str
    media_url: str | None
    send_style: str | None
    created_at: Time


_encode = msgspec.json.Encoder().encode


class WebhookSender:
    """Posts each message as JSON, with an id by which the program recognises a repetition.

    Args:
        poster: sends the requests.
        settings: where to send them.
        now: returns the time of day, seconds since 1970.
    """

    def __init__(self, poster: Poster, settings: WebhookSenderSettings, now: Callable[[], float]) -> None:
        self._poster = poster
        self._settings = settings
        self._now = now

    async def send(self, account: str, message: Message) -> Delivered:
        """Post the message; see outlets.Sender. Any status 2xx accepts it, and the answer's body is ignored."""
        body = encode_message(account, message)
        id_ = message_delivery_id(account, message.message_id, message.at)
        headers = signed_headers(self._settings.secret, id_, int(self._now()), body, reveals=self._settings.reveals)
        await self._poster.post(self._settings.url, body, {"content-type": "application/json", **headers})
        return Delivered()

    async def close(self) -> None:
        """Close connections."""
        await self._poster.close()


def encode_message(account: str, message: Message) -> bytes:
    """Return the JSON of an outbound message."""
    return _encode(
        OutboundMessage(
            id=f"{account}/{message.message_id}",
            account=account,
            to=message.phone,
            from_=message.line or None,
            content=message.content,
            media_url=message.media_url or None,
            send_style=message.send_style or None,
            created_at=moment(message.at),
        )
    )
