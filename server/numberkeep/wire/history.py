"""The shapes of what happened to a number."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

import msgspec

from numberkeep.domain.contacts.contact import Contact, moment
from numberkeep.domain.contacts.differences import differences
from numberkeep.domain.event import Event, EventType
from numberkeep.domain.verification.verification import Verification
from numberkeep.wire.answers import LimitParams
from numberkeep.wire.events import ActorOut, CauseOut, event_out
from numberkeep.wire.field_types import Time


class HistoryOf(msgspec.Struct):
    """The number whose history to list, and how much of it."""

    phone_number: str
    params: LimitParams


class HistoryOut(msgspec.Struct, kw_only=True):
    """An event, and the old and the new value of each field that it changed; null for one that is empty.

    `data` is what the event has in the stream of events.
    """

    id: str
    type: str
    occurred_at: Time
    actor: ActorOut
    cause: CauseOut | None
    changes: Mapping[str, tuple[Any, Any]]
    data: Any


class ContactVerificationOut(msgspec.Struct):
    """Whether a number is verified, and its last verification.

    `state` is `verified`, `pending` (a message waits for its answer until `expires_at`), `ended` (none came, or it was
    canceled) or `none`.
    """

    number: str
    state: Literal["verified", "pending", "ended", "none"]
    requested_at: Time | None
    expires_at: Time | None


def history_out(event: Event) -> HistoryOut:
    """Return an event with what it changed."""
    shown = event_out(event)
    changes: Mapping[str, tuple[Any, Any]] = {}
    if isinstance(event.subject, Contact):
        before = None
        if event.type is EventType.CONTACT_UPDATED:
            before = replace(event.subject, **event.replaced)
        if event.type is not EventType.CONTACT_DELETED:
            changes = differences(before, event.subject)
    return HistoryOut(
        id=shown.id,
        type=shown.type,
        occurred_at=shown.occurred_at,
        actor=shown.actor,
        cause=shown.cause,
        data=shown.data,
        changes=changes,
    )


def verification_out(phone: str, last: Verification | None, at: int, *, verified: bool) -> ContactVerificationOut:
    """Return the verification of a contact as answers show it.

    Args:
        phone: the number, E.164.
        last: its last verification.
        at: the current time, microseconds since 1970.
        verified: whether the contact is verified.
    """
    if last is None:
        return ContactVerificationOut(phone, "verified" if verified else "none", None, None)
    pending = last.pending and at < last.expires_at
    state: Literal["verified", "pending", "ended"] = "verified" if verified else "pending" if pending else "ended"
    return ContactVerificationOut(phone, state, moment(last.requested_at), moment(last.expires_at))
