"""Sends messages through the hosted service.

Source: the hosted service's documentation, "Sending messages" and "Get message status". It documents no idempotency
key, so a message is sent again if the answer to an attempt is lost.
"""

import json
from typing import Final

from numberkeep.carriers.answer import REFUSES, code_in, failure, handle_in, read_answer, status_in
from numberkeep.carriers.hosted.settings import SendblueSettings
from numberkeep.domain.errors import DeliveryRefused
from numberkeep.domain.messages.message import Message
from numberkeep.domain.outbox.delivery import Delivered
from numberkeep.outbound.posting import Poster

_FAILED: Final = frozenset({"ERROR", "FAILED", "DECLINED"})
"""Values of `status` for a message that is not sent: ERROR today, the others in older versions."""
_BUSY: Final = frozenset({4001, 5000, 5003})
"""Codes of temporary errors: too many requests, an internal error, overload."""


class SendblueSender:
    """Posts each message to the hosted service.

    Args:
        poster: sends the requests.
        settings: the account to send from.
    """

    def __init__(self, poster: Poster, settings: SendblueSettings) -> None:
        self._poster = poster
        self._url = f"{settings.base.rstrip('/')}/api/send-message"
        self._line = settings.line
        self._headers = {
            "content-type": "application/json",
            "sb-api-key-id": settings.key_id,
            "sb-api-secret-key": settings.secret,
        }

    async def send(self, account: str, message: Message) -> Delivered:  # noqa: ARG002 - as outlets.Sender has it
        """Post the message; see outlets.Sender."""
        body = {"number": message.phone, "content": message.content}
        if line := message.line or self._line:
            body["from_number"] = line
        content = json.dumps(body).encode()
        try:
            answer = read_answer(await self._poster.post(self._url, content, self._headers, final=REFUSES))
        except DeliveryRefused as refused:
            raise failure(str(refused), read_answer(refused.answer)) from None
        if status_in(answer) in _FAILED:
            raise failure("was not sent by the hosted service", answer, permanent=code_in(answer) not in _BUSY)
        return Delivered(handle=handle_in(answer, "message_handle"))

    async def close(self) -> None:
        """Close connections."""
        await self._poster.close()
