"""The sender that hands messages to a program of the operator's, which sends them as it likes."""

import time
from collections.abc import Callable

from numberkeep.domain.delivery import Delivered
from numberkeep.domain.message import Message
from numberkeep.http.event_wire import encode_message
from numberkeep.outbound.posting import Poster
from numberkeep.outbound.settings import WebhookSenderSettings
from numberkeep.outbound.signing import message_delivery_id, signed_headers


class WebhookSender:
    """Posts each message as JSON, with an id by which a second attempt is recognised.

    Args:
        poster: what sends.
        settings: where to.
        now: seconds since 1970; a test gives its own.
    """

    def __init__(self, poster: Poster, settings: WebhookSenderSettings, now: Callable[[], float] = time.time) -> None:
        self._poster = poster
        self._settings = settings
        self._now = now

    async def send(self, account: str, message: Message) -> Delivered:
        """Post the message; see outlets.Sender. Any answer 2xx takes it, and the answer's body is not looked at."""
        body = encode_message(account, message)
        id_ = message_delivery_id(account, message.message_id, message.at)
        headers = signed_headers(self._settings.secret, id_, int(self._now()), body)
        await self._poster.post(self._settings.url, body, {"content-type": "application/json", **headers})
        return Delivered()

    async def close(self) -> None:
        """Let go of connections."""
        await self._poster.close()
