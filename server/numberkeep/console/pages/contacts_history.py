"""What happened to a contact, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from numberkeep.wire.events import ActorOut, CauseOut
from numberkeep.wire.history import HistoryOut

_EVENTS: Final = {
    "contact.created": "Created",
    "contact.updated": "Changed",
    "contact.deleted": "Deleted",
    "verification.requested": "Verification requested",
    "verification.approved": "Verified by a reply",
    "verification.expired": "Verification expired without a reply",
    "verification.canceled": "Verification canceled",
    "message.created": "Message queued",
    "message.updated": "Message updated",
    "message.received": "Message received",
    "consent.opted_out": "Opted out",
    "consent.opted_in": "Opted in",
    "consent.unclear": "Unclear reply, waits for a decision",
    "consent.decided": "Unclear reply decided",
}
FIELDS: Final = {
    "first_name": "First name",
    "last_name": "Last name",
    "company_name": "Company",
    "assigned_to_email": "Assigned to",
    "sendblue_number": "Your line",
    "tags": "Tags",
    "opt_out": "Opted out",
    "verified": "Verified",
}
_VARIABLES: Final = "custom_variables."


@dataclass(slots=True, frozen=True)
class Line:
    """One line of the history.

    Attributes:
        at: when it was.
        text: what happened.
        by: who did it, and from what.
        changes: the name, the old and the new value of each field; `""` for one that is empty.
    """

    at: datetime
    text: str
    by: str
    changes: Sequence[tuple[str, str, str]]


def lines_of(history: Sequence[HistoryOut]) -> list[Line]:
    """Return the lines of a history, newest first."""
    return [_line(event) for event in history]


def _line(event: HistoryOut) -> Line:
    text = _EVENTS.get(event.type, event.type)
    return Line(event.occurred_at, text, _by(event.actor, event.cause), _changes(event.changes))


def _changes(changes: Mapping[str, tuple[Any, Any]]) -> list[tuple[str, str, str]]:
    return [
        (FIELDS.get(name, name.removeprefix(_VARIABLES)), _shown(before), _shown(after))
        for name, (before, after) in changes.items()
    ]


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value or ""


def _by(actor: ActorOut, cause: CauseOut | None) -> str:
    match actor.type:
        case "api_key":
            who = f"API key {actor.id}"
        case "console_session":
            who = f"console, key {actor.id}"
        case "carrier":
            who = f"{actor.id}"
        case "system":
            who = "the service"
        case _:
            who = "not recorded"
    match cause.type if cause else "":
        case "import" | "action" | "merge" as kind:
            return f"{who}, {kind} {cause.id if cause else ''}"
        case "undo":
            return f"{who}, undo of {cause.id if cause else ''}"
        case _:
            return who
