"""Sends messages through Twilio.

Source: Twilio's documentation, "Messages resource". It documents no idempotency key, so a message is sent again if the
answer to an attempt is lost.
"""

import base64
from urllib.parse import quote, urlencode

from numberkeep.carriers.answer import answer_to, failure, handle_in, status_in
from numberkeep.carriers.twilio.settings import TwilioSettings
from numberkeep.carriers.twilio.statuses import FAILED
from numberkeep.domain.messages.message import Message
from numberkeep.domain.outbox.delivery import Delivered
from numberkeep.domain.outbox.errors import DeliveryFailed
from numberkeep.outbound.posting import Poster


class TwilioSender:
    """Posts each message to Twilio.

    Args:
        poster: sends the requests.
        settings: the account to send from.
    """

    def __init__(self, poster: Poster, settings: TwilioSettings) -> None:
        self._poster = poster
        self._url = (
            f"{settings.base.rstrip('/')}/2010-04-01/Accounts/{quote(settings.account_sid, safe='')}/Messages.json"
        )
        self._line = settings.line
        pair = base64.b64encode(f"{settings.account_sid}:{settings.auth_token}".encode()).decode()
        self._headers = {"content-type": "application/x-www-form-urlencoded", "authorization": f"Basic {pair}"}

    async def send(self, account: str, message: Message) -> Delivered:  # noqa: ARG002 - as outlets.Sender has it
        """Post the message; see outlets.Sender."""
        line = message.line or self._line
        if not line:
            raise DeliveryFailed("there is no line to send from; give the contact or the sender one")
        fields = {"To": message.phone, "From": line, "Body": message.content, "MediaUrl": message.media_url}
        form = urlencode({name: value for name, value in fields.items() if value})
        answer = await answer_to(self._poster, self._url, form.encode(), self._headers)
        if status_in(answer) in FAILED:
            raise failure("was not sent by Twilio", answer)
        return Delivered(handle=handle_in(answer, "sid"), service="SMS")

    async def close(self) -> None:
        """Close connections."""
        await self._poster.close()
