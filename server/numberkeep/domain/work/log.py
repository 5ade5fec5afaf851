"""The change log within a unit of work: new events, each linked to the previous one about its number."""

from collections.abc import Mapping
from operator import attrgetter
from typing import Any, Final

from numberkeep.domain.contacts.contact import Contact
from numberkeep.domain.event import Event, EventType, Subject
from numberkeep.domain.stamp import Stamp
from numberkeep.domain.work.rows import Journal, Rows
from numberkeep.domain.work.snapshot import Snapshot

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
    """The events of a unit of work.

    Attributes:
        events: by number; loaded ones are those that deliveries carry.
        last_events: the number of the last event about a number, by number.
        last: the number of the account's last event.
    """

    def __init__(self, journal: Journal, snapshot: Snapshot) -> None:
        self.events = Rows(journal, snapshot.events)
        self.last_events = Rows(journal, snapshot.last_events)
        self.last = snapshot.tallies.events

    def add(
        self, type_: EventType, stamp: Stamp, phone: str, subject: Subject, replaced: Mapping[str, Any] = _NOTHING
    ) -> Event:
        """Append an event and return it; `replaced` are the old values of what changed."""
        self.last += 1
        event = Event(self.last, type_, stamp, phone, subject, self.last_events.get(phone) or 0, replaced)
        self.events.put(event.event_id, event)
        self.last_events.put(phone, event.event_id)
        return event


def replaced_values(old: Contact, new: Contact) -> dict[str, Any]:
    """Return the old values of the fields in which two states of a contact differ, by field."""
    pairs = zip(_CHANGEABLE, _values_of(old), _values_of(new), strict=True)
    return {name: before for name, before, after in pairs if before != after}
