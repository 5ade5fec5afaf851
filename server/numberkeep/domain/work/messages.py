"""Messages within a unit of work: each of their changes is an event, and what is to be sent goes to the outbox."""

from dataclasses import replace
from typing import Final

from numberkeep.domain.event import EventType
from numberkeep.domain.messages.conclusion import Conclusion
from numberkeep.domain.messages.message import OPTED_OUT, Direction, Draft, Message, MessageStatus
from numberkeep.domain.outbox.delivery import SENDER, Delivery
from numberkeep.domain.stamp import Stamp
from numberkeep.domain.work.ledger import Ledger
from numberkeep.domain.work.outbox import Outbox
from numberkeep.domain.work.recorder import Recorder

_NOT_PENDING: Final = "the verification that it asks for no longer waits for an answer"
_NOT_CONFIRMED: Final = "it would have confirmed an opt-out too late, or one that is no longer in force"
_OPTED_OUT: Final = "the recipient has opted out"
_PERHAPS_SENT: Final = "; an earlier attempt may have sent it"


class Messages:
    """The messages of a unit of work.

    Args:
        outbox: where messages and their deliveries are.
        consent: who has opted out.
        recorder: records events.

    Attributes:
        conclusions: what was concluded from the messages that were received.
    """

    def __init__(self, outbox: Outbox, consent: Ledger, recorder: Recorder) -> None:
        self.conclusions: list[Conclusion] = []
        self._outbox = outbox
        self._consent = consent
        self._recorder = recorder

    def send(self, draft: Draft, stamp: Stamp) -> Message:
        """Enqueue a message and return it. A plain one to a recipient who has opted out only fails, and is kept."""
        number = self._outbox.next_message()
        message = Message(
            number,
            draft.phone,
            draft.line,
            Direction.OUTBOUND,
            draft.content,
            MessageStatus.QUEUED,
            stamp.at,
            verification_id=draft.verification_id,
            entry_id=draft.entry_id,
            plain=draft.plain,
            media_url=draft.media_url,
            send_style=draft.send_style,
            seat_id=draft.seat_id,
            reply_to=draft.reply_to,
            status_callback=draft.status_callback,
        )
        if draft.plain and self._consent.opted_out(draft.phone):
            message.status, message.error, message.error_key = MessageStatus.FAILED, _OPTED_OUT, OPTED_OUT
        else:
            self._outbox.enqueue(SENDER, number, draft.phone, stamp.at)
        return self._add(message, EventType.MESSAGE_CREATED, stamp)

    def receive(
        self, phone: str, line: str, content: str, handle: str, stamp: Stamp, *, media_url: str = "", service: str = ""
    ) -> Message:
        """Store a message from a person and return it."""
        if handle:
            self._outbox.handles.add(handle)
        number = self._outbox.next_message()
        message = Message(
            number,
            phone,
            line,
            Direction.INBOUND,
            content,
            MessageStatus.RECEIVED,
            stamp.at,
            handle,
            media_url=media_url,
            service=service,
            sent_at=stamp.at,
        )
        return self._add(message, EventType.MESSAGE_RECEIVED, stamp)

    def conclude(self, conclusion: Conclusion) -> None:
        """Store what was concluded from a message that was just received."""
        self.conclusions.append(conclusion)

    def keep(self, message: Message, stamp: Stamp) -> None:
        """Store a message of earlier under the next number; nothing is sent, and nothing follows from what it says."""
        received = message.direction is Direction.INBOUND
        how = EventType.MESSAGE_RECEIVED if received else EventType.MESSAGE_CREATED
        self._add(replace(message, message_id=self._outbox.next_message()), how, stamp)

    def update(self, message: Message, stamp: Stamp) -> None:
        """Store another status of a message."""
        self._add(replace(message, updated_at=stamp.at), EventType.MESSAGE_UPDATED, stamp)

    def cancel(self, delivery: Delivery, message: Message, stamp: Stamp) -> None:
        """Remove a message from the outbox because the reason to send it is gone."""
        self._outbox.finish(delivery)
        key = ""
        if message.plain:
            error, key = _OPTED_OUT, OPTED_OUT
        elif message.confirms_opt_out:
            error = _NOT_CONFIRMED
        else:
            error = _NOT_PENDING
        error += _PERHAPS_SENT if delivery.attempts else ""
        self.update(replace(message, status=MessageStatus.CANCELED, error=error, error_key=key), stamp)

    def cancel_asking(self, phone: str, stamp: Stamp) -> None:
        """Cancel the messages that ask for a verification of a number, unless they are in flight."""
        for pending in self._outbox.unsent(phone, stamp.at):
            if not (pending.message.plain or pending.message.confirms_opt_out):
                self.cancel(pending.delivery, pending.message, stamp)

    def _add(self, message: Message, how: EventType, stamp: Stamp) -> Message:
        self._outbox.messages.put(message.message_id, message)
        self._recorder.record(how, stamp, message.phone, message)
        return message
