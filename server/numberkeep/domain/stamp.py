"""Stamps: who made a change, when, and as part of what (docs/adr/0014-stamps-and-history.md)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class ActorKind(StrEnum):
    """What kind of party makes changes. A stored name is never reused for another meaning."""

    API_KEY = "api_key"
    """A program; the id is the key's id."""
    CONSOLE_SESSION = "console_session"
    """A person in the console; the id is that of the key that signed in."""
    CARRIER = "carrier"
    """A carrier that delivers a person's message; the id is the carrier's name."""
    SYSTEM = "system"
    """The service itself, or an operator at its command line; without an id."""
    UNKNOWN = "unknown"
    """The author of a change from before actors were recorded; without an id."""


@dataclass(slots=True, frozen=True)
class Actor:
    """Who makes a change.

    Attributes:
        kind: what kind of party it is.
        id: which one of its kind; `""` if the kind has one member.
    """

    kind: ActorKind
    id: str = ""


SYSTEM: Final = Actor(ActorKind.SYSTEM)


class CauseKind(StrEnum):
    """What a change can be part of. A stored name is never reused for another meaning."""

    REQUEST = "request"
    """An HTTP request; the id is its `x-request-id`, which the caller may have chosen."""
    IMPORT = "import"
    ACTION = "action"
    """An action on many contacts; the id is its number."""
    UNDO = "undo"
    """The undo of an import or action; the id is its number."""
    MERGE = "merge"


@dataclass(slots=True, frozen=True)
class Cause:
    """What a change is part of: a tagged id, because ids of one kind may be chosen by callers and equal another's."""

    kind: CauseKind
    id: str


@dataclass(slots=True)
class Stamp:
    """When a change was made, by whom and as part of what. Not frozen, because one is built for every event read.

    Attributes:
        at: microseconds since 1970.
        actor: who made it.
        cause: what it is part of; None if the service made it by itself.
    """

    at: int
    actor: Actor = SYSTEM
    cause: Cause | None = None
