"""The change log within a unit of work: new events, each linked to the previous one about its number."""

from collections.abc import Mapping
from operator import attrgetter
from typing import Any, Final

from numberkeep.domain.contacts.contact import Contact
from numberkeep.domain.event import Event, EventType, Subject
from numberkeep.domain.stamp import Stamp
from numberkeep.domain.work.loaded import LoadedRows
from numberkeep.domain.work.rows import ChangeCounter

_CHANGEABLE: Final = (
    "first_name",
    "last_name",
    "company_name",
    "assigned_to_email",
    "sendblue_number",
    "tags",
    "custom_variables",
    "verified",
    "opt_out",
)
_values_of = attrgetter(*_CHANGEABLE)
_NOTHING: Final[Mapping[str, Any]] = {}


class ChangeLog:
    """The events of a unit of work. They are only ever appended, so the new ones are a list.

    Attributes:
        new: the new events, in order.
        last_events: the number of the last new event about a number, by number.
        last: the number of the account's last event.
    """

    def __init__(self, counter: ChangeCounter, loaded: LoadedRows) -> None:
        self.new: list[Event] = []
        self.last_events: dict[str, int] = {}
        self.last = loaded.tallies.events
        self._counter = counter
        self._loaded = loaded

    def add(
        self, type_: EventType, stamp: Stamp, phone: str, subject: Subject, replaced: Mapping[str, Any] = _NOTHING
    ) -> Event:
        """Append an event and return it; `replaced` are the old values of the fields that changed."""
        self._counter.changes += 1
        self.last = number = self.last + 1
        previous = self.last_events.get(phone) or self._loaded.last_events.get(phone, 0)
        event = Event(number, type_, stamp, phone, subject, previous, replaced)
        self.new.append(event)
        self.last_events[phone] = number
        return event

    def stored_last(self, phone: str) -> int:
        """Return the number of the last event about a number before this unit of work; 0 for none."""
        return self._loaded.last_events.get(phone, 0)

    def get(self, event_id: int) -> Event | None:
        """Return a new event, or a loaded one that a delivery carries."""
        place = event_id - self._loaded.tallies.events - 1
        return self.new[place] if 0 <= place < len(self.new) else self._loaded.events.get(event_id)


def replaced_values(old: Contact, new: Contact) -> dict[str, Any]:
    """Return the old values of the fields in which two states of a contact differ, by field."""
    pairs = zip(_CHANGEABLE, _values_of(old), _values_of(new), strict=True)
    return {name: before for name, before, after in pairs if before != after}
