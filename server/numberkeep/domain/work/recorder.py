"""Records events, and enqueues each for the webhooks and the callback that report it."""

from collections.abc import Mapping
from typing import Any, Final

from numberkeep.domain.contacts.contact import Contact
from numberkeep.domain.event import EventType, Subject
from numberkeep.domain.outbox.delivery import CALLBACKS
from numberkeep.domain.stamp import Stamp
from numberkeep.domain.webhooks.callback import callback_of
from numberkeep.domain.work.log import ChangeLog, replaced_values
from numberkeep.domain.work.outbox import Outbox

_NOTHING: Final[Mapping[str, Any]] = {}


class Recorder:
    """Records the events of a unit of work.

    Args:
        log: the change log.
        outbox: the deliveries, and the webhooks that get them.
    """

    def __init__(self, log: ChangeLog, outbox: Outbox) -> None:
        self._log = log
        self._outbox = outbox

    def record(
        self, type_: EventType, stamp: Stamp, phone: str, subject: Subject, replaced: Mapping[str, Any] = _NOTHING
    ) -> None:
        """Append an event, and enqueue it for webhooks and for the callback of a message."""
        event = self._log.add(type_, stamp, phone, subject, replaced)
        for webhook in self._outbox.webhooks or ():
            if webhook.wants(event):
                self._outbox.enqueue(webhook.webhook_id, event.event_id, phone, event.at)
        if callback_of(event) is not None:
            self._outbox.enqueue(CALLBACKS, event.event_id, phone, event.at)

    def record_update(self, old: Contact, new: Contact, stamp: Stamp) -> None:
        """Record that a contact was changed."""
        self.record(EventType.CONTACT_UPDATED, stamp, new.phone, new, replaced_values(old, new))
