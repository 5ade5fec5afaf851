"""The names of events for webhooks: our own types, and the names of the hosted service, which stand for them.

Source of the hosted names: api-reference.md, "Events and webhooks of the hosted service", and the hosted service's
page "Webhooks". Its other names (`typing_indicator`, `call_log`, `line_blocked`, `line_assigned`) stand for what
numberkeep does not record, so they are refused.
"""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Final

from numberkeep.domain.errors import FieldError, InvalidInput
from numberkeep.domain.event import EventType

RECEIVE: Final = "receive"
"""The hosted name for a message that came in."""
CONTACT_CREATED: Final = "contact_created"
"""The hosted name for a new contact."""
OUTBOUND: Final = "outbound"
"""The hosted name for the status of an outbound message."""

HOSTED_NAMES: Final[Mapping[str, tuple[EventType, ...]]] = {
    RECEIVE: (EventType.MESSAGE_RECEIVED,),
    CONTACT_CREATED: (EventType.CONTACT_CREATED,),
    OUTBOUND: (EventType.MESSAGE_CREATED, EventType.MESSAGE_UPDATED),
}
"""The types of events that each hosted name stands for."""

NAMES: Final = (*(type_.value for type_ in EventType), *HOSTED_NAMES)
"""All names that a webhook can have."""


def expand(names: Sequence[str]) -> tuple[str, ...]:
    """Return the types of events that these names stand for, without duplicates; `()` for no names, which mean all.

    Raises:
        InvalidInput: names are unknown; each has an error that suggests the nearest known one.
    """
    unknown = [_unknown(place, name) for place, name in enumerate(names) if name not in NAMES]
    if unknown:
        raise InvalidInput("Unknown types of events", unknown)
    return tuple(dict.fromkeys(type_ for name in names for type_ in _types_of(name)))


def wants(names: Iterable[str], type_: EventType) -> bool:
    """Return whether a webhook with these names gets events of this type; no names mean all types."""
    given = tuple(names)
    return not given or type_ in given or hosted_name(given, type_) is not None


def hosted_name(names: Iterable[str], type_: EventType) -> str | None:
    """Return the hosted name among `names` that covers the type; None if only our own names do, or none."""
    return next((name for name in names if type_ in HOSTED_NAMES.get(name, ())), None)


def _types_of(name: str) -> Sequence[str]:
    hosted = HOSTED_NAMES.get(name)
    return (name,) if hosted is None else [type_.value for type_ in hosted]


def _unknown(place: int, name: str) -> FieldError:
    near = get_close_matches(name.lower().replace("_", "."), NAMES, 1) or get_close_matches(name.lower(), NAMES, 1)
    fix = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(NAMES)}"
    return FieldError("types", f"has an unknown name at {place}: {fix}")
