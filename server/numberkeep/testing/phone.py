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
    """A message to a phone.

    Attributes:
        content: its text; `""` if it is a file alone.
        status: `QUEUED` until it is delivered, then `SENT` or `DELIVERED`.
        message_handle: its id.
        from_number: the account's number.
        to_number: the phone's number.
        media_url: an attached file.
        date_sent: when, in ISO 8601.
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
    """What became of a reply.

    Attributes:
        number: who replied, in E.164.
        verified: whether it verified the contact.
        opted_out: True if it opted the number out, False if it opted it in, None if it did neither.
        meaning: how the service understood it.
        duplicate: whether the same handle was received before, so that nothing changed.
        review: the review that an unclear reply waits for.
    """

    number: str
    verified: bool
    opted_out: bool | None
    meaning: str | None
    duplicate: bool
    review: int | None = None


class Phone:
    """A phone.

    Args:
        connection: the service, with the keys of the account.
        number: its number.
    """

    def __init__(self, connection: Connection, number: str) -> None:
        self._connection = connection
        self.number = number

    def reply(self, text: str, *, handle: str | None = None) -> Received:
        """Send a message from the phone to the account, once the messages on their way to the phone are delivered.

        Args:
            text: the message.
            handle: the carrier's id of it; repeating one changes nothing.
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
