"""Sends messages through the hosted service.

Source: the hosted service's documentation, "Sending messages" and "Get message status". It documents no idempotency
key, so a message is sent again if the answer to an attempt is lost.
"""

import json
from typing import Any, Final

from numberkeep.carriers.answer import answer_to, code_in, failure, handle_in, status_in
from numberkeep.carriers.hosted.settings import SendblueSettings
from numberkeep.carriers.hosted.statuses import FAILED
from numberkeep.domain.messages.handles import number_in
from numberkeep.domain.messages.message import Message
from numberkeep.domain.outbox.delivery import Delivered
from numberkeep.outbound.posting import Poster

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
        content = json.dumps(self._body(message)).encode()
        answer = await answer_to(self._poster, self._url, content, self._headers)
        if status_in(answer) in FAILED:
            raise failure("was not sent by the hosted service", answer, permanent=code_in(answer) not in _BUSY)
        return Delivered(handle=handle_in(answer, "message_handle"))

    def _body(self, message: Message) -> dict[str, Any]:
        body: dict[str, Any] = {
            "number": message.phone,
            "content": message.content,
            "from_number": message.line or self._line,
            "media_url": message.media_url,
            "send_style": message.send_style,
            "seat_id": message.seat_id,
        }
        reply = message.reply_to
        if reply is not None and number_in(reply.handle) is None:  # the hosted service does not know our handles
            part = {} if reply.part is None else {"part_index": reply.part}
            body["reply_to"] = {"message_handle": reply.handle, **part}
        return {name: value for name, value in body.items() if value}

    async def close(self) -> None:
        """Close connections."""
        await self._poster.close()
