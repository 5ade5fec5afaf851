"""A phone that an account writes to: what arrives on it, and what its owner answers."""

import time
from dataclasses import dataclass
from typing import Any, Final

from numberkeep.testing.connection import Connection, known

_PAGE: Final = 100
_LOOKS: Final = 100
_LOOK_SECONDS: Final = 0.02


@dataclass(frozen=True)
class Message:
    """A message from the account to a phone.

    Attributes:
        content: the text; `""` if the message is a file alone.
        status: `QUEUED` until it is delivered, then `SENT` or `DELIVERED`.
        message_handle: the id of the message.
        from_number: the account's own number; None if none was chosen.
        to_number: the number of the phone.
        media_url: the URL of the attached file; None if there is none.
        date_sent: when it was sent, in ISO 8601; None while it is queued.
    """

    content: str
    status: str
    message_handle: str
    from_number: str | None = None
    to_number: str | None = None
    media_url: str | None = None
    date_sent: str | None = None


@dataclass(frozen=True)
class Received:
    """The effect of a reply.

    Attributes:
        number: the number of the phone, in E.164.
        verified: whether the reply verified the contact.
        opted_out: True if the reply opted the number out, False if it opted it in, None if neither.
        meaning: what the reply means: `opt_out`, `opt_in`, `help`, `unclear` or `ordinary`; None for a duplicate.
        duplicate: whether a message with the same handle was received before, so that nothing changed.
        review: the number of the review in which an unclear reply waits for a decision; None if there is none.
    """

    number: str
    verified: bool
    opted_out: bool | None
    meaning: str | None
    duplicate: bool
    review: int | None = None


class Phone:
    """A phone that exchanges messages with the account.

    Args:
        connection: the service, with the keys of the account.
        number: the number of the phone.

    Attributes:
        number: the number of the phone.
    """

    def __init__(self, connection: Connection, number: str) -> None:
        self._connection = connection
        self.number = number

    def reply(self, text: str, *, handle: str | None = None) -> Received:
        """Send a message from the phone to the account, and return its effect.

        It waits up to 2 seconds for the delivery of messages to the phone, because a person reads before replying.

        Args:
            text: the text of the message.
            handle: the carrier's id of the message; a second message with the same one has no effect. By default
                none.
        """
        self._wait_for_delivery()
        body = {"from": self.number, "content": text, "handle": handle}
        return known(Received, self._connection.call("POST", "/_numberkeep/inbound", body))

    @property
    def inbox(self) -> list[Message]:
        """The messages that the account sent to the phone, oldest first, without those that failed."""
        rows = [row for row in self._rows() if row["status"] != "ERROR"]
        return [known(Message, {**row, "content": row["content"] or ""}) for row in rows]

    @property
    def last_message(self) -> Message:
        """The newest message that the account sent to the phone.

        Raises:
            AssertionError: there is none.
        """
        messages = self.inbox
        if not messages:
            raise AssertionError(f"no message was sent to {self.number}")
        return messages[-1]

    def _wait_for_delivery(self) -> None:
        """Wait, but not indefinitely: some numbers never answer.

        A reply in the meantime would cancel a verification's message, which a person has read in order to reply.
        """
        for _ in range(_LOOKS):
            if not self._page(status="QUEUED", limit=1)["data"]:
                return
            time.sleep(_LOOK_SECONDS)

    def _rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        while True:
            page = self._page(order_by="createdAt", order_direction="asc", limit=_PAGE, offset=len(rows))
            rows += page["data"]
            if not page["pagination"]["hasMore"]:
                return rows

    def _page(self, **query: Any) -> dict[str, Any]:
        page: dict[str, Any] = self._connection.call(
            "GET", "/api/v2/messages", number=self.number, is_outbound="true", **query
        )
        return page
