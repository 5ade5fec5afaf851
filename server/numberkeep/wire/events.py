"""The shape of events, as streams and webhooks deliver them. The hosted service's own forms are in hosted_events.py.

Source: api-reference.md, "Events and webhooks of the hosted service".
"""

from typing import Annotated, Final, Literal, assert_never

import msgspec
from msgspec import Meta

from numberkeep.domain.consent.ledger import ConsentEntry
from numberkeep.domain.consent.review import Review
from numberkeep.domain.contacts.contact import Contact, moment
from numberkeep.domain.event import Event, Subject
from numberkeep.domain.messages.message import Message
from numberkeep.domain.stamp import Actor, Cause
from numberkeep.domain.verification.verification import Verification
from numberkeep.domain.webhooks.disabled import DisabledWebhook
from numberkeep.wire.contacts import ContactOut, contact_out
from numberkeep.wire.field_types import EventName, Time
from numberkeep.wire.messages import MessageOut, message_out
from numberkeep.wire.reviews import ReviewOut, review_out

MAX_EVENT_DIGITS: Final = 18


class EventsParams(msgspec.Struct, kw_only=True):
    """Which events to follow: those after the id `after`, of the types `type`."""

    after: Annotated[int, Meta(ge=0, lt=10**MAX_EVENT_DIGITS)] | None = None
    type: list[EventName] = []


class ContactData(msgspec.Struct):
    """The data of `contact.*`."""

    contact: ContactOut


class VerificationData(msgspec.Struct):
    """The data of `verification.*`."""

    number: str
    requested_at: Time
    expires_at: Time


class MessageData(msgspec.Struct):
    """The data of `message.*`."""

    message: MessageOut


class ConsentData(msgspec.Struct):
    """The data of `consent.opted_out` and `consent.opted_in`."""

    number: str
    opted_out: bool
    source: str
    wording: str
    entry: int


class ReviewData(msgspec.Struct):
    """The data of `consent.unclear` and `consent.decided`."""

    review: ReviewOut


class DisabledWebhookData(msgspec.Struct):
    """The data of `webhook.disabled`: the webhook's id and URL, and why it was disabled."""

    webhook: int
    url: str
    reason: str


Data = ContactData | VerificationData | MessageData | ConsentData | ReviewData | DisabledWebhookData


class ActorOut(msgspec.Struct):
    """Who made a change: `api_key` with the key's id, `carrier` with its name, or `system` with an empty id.

    It is `unknown` for a change from before actors were recorded.
    """

    type: str
    id: str


class CauseOut(msgspec.Struct):
    """What a change was part of: `request`, `import`, `action`, `undo` or `merge`, each with its id."""

    type: str
    id: str


class EventOut(msgspec.Struct, kw_only=True):
    """Every event. `cause` is null for what the service does by itself."""

    id: str
    type: str
    version: Literal[1] = 1
    occurred_at: Time
    actor: ActorOut
    cause: CauseOut | None
    data: Data


_encode = msgspec.json.Encoder().encode


def event_out(event: Event) -> EventOut:
    """Return an event in the form of its own name."""
    return EventOut(
        id=str(event.event_id),
        type=event.type.value,
        occurred_at=moment(event.at),
        actor=actor_out(event.actor),
        cause=cause_out(event.cause),
        data=_data(event.subject),
    )


def encode_event(event: Event) -> bytes:
    """Return the JSON of `event_out`."""
    return _encode(event_out(event))


def actor_out(actor: Actor) -> ActorOut:
    """Return who made a change, as events show it."""
    return ActorOut(actor.kind.value, actor.id)


def cause_out(cause: Cause | None) -> CauseOut | None:
    """Return what a change was part of, as events show it."""
    return None if cause is None else CauseOut(cause.kind.value, cause.id)


def _data(subject: Subject) -> Data:
    match subject:
        case Contact():
            return ContactData(contact_out(subject))
        case Verification():
            return VerificationData(subject.phone, moment(subject.requested_at), moment(subject.expires_at))
        case Message():
            return MessageData(message_out(subject))
        case ConsentEntry():
            return ConsentData(
                subject.phone, subject.opted_out, subject.source.value, subject.wording, subject.entry_id
            )
        case Review():
            return ReviewData(review_out(subject))
        case DisabledWebhook():
            return DisabledWebhookData(subject.webhook_id, subject.url, subject.reason)
        case _:
            assert_never(subject)
