"""The shapes of conversations: the messages to and from one number."""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from numberkeep.domain.consent.review import Decision
from numberkeep.domain.contacts.contact import moment
from numberkeep.domain.limits import MAX_INTEGER
from numberkeep.domain.messages.conclusion import Conclusion
from numberkeep.domain.messages.conversation import Conversation, Exchanged, Thread
from numberkeep.wire.consent import ConsentEntryOut, consent_entry_out
from numberkeep.wire.contacts import ContactOut, record_out
from numberkeep.wire.field_types import Content, Limit, Time
from numberkeep.wire.messages import MessageOut, message_out
from numberkeep.wire.reviews import ReviewOut, review_out

_MessageId = Annotated[int, Meta(ge=1, le=MAX_INTEGER)]


class ConversationsParams(msgspec.Struct, kw_only=True):
    """Which page of the conversations, or of the messages of one."""

    limit: Limit | None = None
    cursor: _MessageId | None = None


class ThreadParams(ConversationsParams, kw_only=True):
    """Which messages of a conversation: the last ones, or those before the message `cursor`."""


class ThreadOf(msgspec.Struct):
    """The number of a conversation, and which of its messages."""

    number: str
    query: ThreadParams


class ReplyBody(msgspec.Struct, kw_only=True):
    """What is written in the place of the person."""

    content: Content | None = None


class SimulatedReply(msgspec.Struct):
    """A number, and what is written in the place of the person."""

    number: str
    body: ReplyBody


class ConversationOut(msgspec.Struct):
    """A conversation by its last message; `name` is that of the contact or its company, or null."""

    number: str
    name: str | None
    verified: bool
    opted_out: bool
    unclear: bool
    message: MessageOut


class ConclusionOut(msgspec.Struct):
    """What was concluded from a reply: what it means and why, and what followed from it; null for nothing.

    `consent_entry` is the entry of the consent ledger, `review` the review that it opened, `decision` what became of
    that.
    """

    meaning: Literal["opt_out", "opt_in", "help", "unclear", "ordinary"]
    reason: Literal["carrier", "word", "first_word", "contains_word", "contains_refusal", "nothing"]
    consent_entry: int | None
    verification: int | None
    review: int | None
    decision: Literal["open", "opt_out", "opt_in", "keep"] | None
    simulated: bool


class ThreadMessageOut(msgspec.Struct):
    """A message of a conversation; `asks` is the verification that it asks for, or null."""

    message: MessageOut
    asks: int | None
    confirms_opt_out: bool
    conclusion: ConclusionOut | None


class LastVerificationOut(msgspec.Struct):
    """The last verification of a number."""

    id: int
    requested_at: Time
    expires_at: Time
    pending: bool


class ThreadOut(msgspec.Struct):
    """A conversation, its newest messages first, and what is known of the person.

    `before` is the cursor of the earlier messages; it is null if there are none.
    """

    number: str
    contact: ContactOut | None
    opted_out: bool
    verification: LastVerificationOut | None
    reviews: Sequence[ReviewOut]
    consent: Sequence[ConsentEntryOut]
    messages: Sequence[ThreadMessageOut]
    before: int | None


def conversation_out(conversation: Conversation) -> ConversationOut:
    """Return a conversation as answers show it."""
    message = conversation.message
    return ConversationOut(
        message.phone,
        conversation.name or None,
        conversation.verified,
        conversation.opted_out,
        conversation.unclear,
        message_out(message),
    )


def thread_out(thread: Thread, limit: int) -> ThreadOut:
    """Return a conversation as answers show it; a message more than `limit` shows that there are earlier ones."""
    verification, messages = thread.verification, thread.messages[:limit]
    return ThreadOut(
        thread.phone,
        None if thread.contact is None else record_out(thread.contact),
        thread.opted_out,
        None
        if verification is None
        else LastVerificationOut(
            verification.verification_id,
            moment(verification.requested_at),
            moment(verification.expires_at),
            verification.pending,
        ),
        [review_out(each) for each in thread.reviews],
        [consent_entry_out(each) for each in thread.consent],
        [_message(each) for each in messages],
        messages[-1].message.message_id if len(thread.messages) > limit else None,
    )


def _message(exchanged: Exchanged) -> ThreadMessageOut:
    message, conclusion = exchanged.message, exchanged.conclusion
    return ThreadMessageOut(
        message_out(message),
        message.verification_id or None,
        message.confirms_opt_out,
        None if conclusion is None else _conclusion(conclusion, exchanged.decision),
    )


def _conclusion(conclusion: Conclusion, decision: Decision | None) -> ConclusionOut:
    return ConclusionOut(
        conclusion.verdict.value,
        conclusion.ground.value,
        conclusion.entry_id or None,
        conclusion.verification_id or None,
        conclusion.review_id or None,
        None if decision is None else decision.value,
        conclusion.simulated,
    )
