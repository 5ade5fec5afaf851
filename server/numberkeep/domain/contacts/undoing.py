"""The command that undoes changes to contacts, as far as nobody changed the same since."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from numberkeep.domain.command import AccountCommand
from numberkeep.domain.consent.ledger import ConsentEntry, ConsentSource, Said
from numberkeep.domain.contacts.contact import Contact
from numberkeep.domain.event import Event, EventType
from numberkeep.domain.limits import MAX_TAGS
from numberkeep.domain.stamp import Stamp
from numberkeep.domain.work.needs import Needs
from numberkeep.domain.work.unit import Work

_NEVER_RESTORED: Final = frozenset({"verified", "opt_out"})
"""What is not a field of the contact alone: consent has a ledger, and a verification is what a person did."""


@dataclass(slots=True)
class Undone:
    """What became of changes that were to be undone.

    Attributes:
        deleted: contacts that they had created and that are deleted.
        restored: contacts of which fields are restored, or that they had deleted and that exist again.
        left: contacts of which something was left as it is, because it was changed since.
        lifted: numbers whose opt-outs are lifted.
        opted_out: numbers that the changes opted out and that still are.
    """

    deleted: int = 0
    restored: int = 0
    left: int = 0
    lifted: int = 0
    opted_out: int = 0


@dataclass(slots=True)
class UndoChanges(AccountCommand[Undone]):
    """Undo the changes of events: delete what they created, restore what they replaced or deleted.

    Whatever was changed since stays: the contact that was created, the field, the tag, the custom variable. A deleted
    contact returns as it was, with the consent that holds for its number now, unless its number has a contact. Opt-outs
    stay, except those in `lift`; nobody is opted in otherwise.

    Attributes:
        account_id: the account.
        events: the events, newest first.
        lift: the numbers whose opt-outs are lifted if they are still those of the events, each with its last event:
            one about which anything was recorded since is left.
        why: what is undone, for the ledger.
        stamp: see AccountCommand.
        replaced: the numbers whose deleted contacts stay deleted, because others have had the numbers since.
    """

    account_id: int
    events: Sequence[Event]
    lift: Mapping[str, int]
    why: str
    stamp: Stamp
    replaced: Collection[str] = ()

    @property
    def weight(self) -> int:
        """The number of events."""
        return len(self.events)

    def want(self, needs: Needs) -> None:
        """Need the numbers and their verifications, which a deletion ends."""
        for event in self.events:
            needs.verifications[event.phone] = None

    def apply(self, work: Work) -> Undone:
        """Return what became of them."""
        undone = Undone()
        for event in self.events:
            if event.type is EventType.CONTACT_CREATED and isinstance(event.subject, Contact):
                self._delete(work, event.subject, undone)
            elif event.type is EventType.CONTACT_UPDATED and isinstance(event.subject, Contact):
                self._restore(work, event, event.subject, undone)
            elif event.type is EventType.CONTACT_DELETED and isinstance(event.subject, Contact):
                self._recreate(work, event.subject, undone)
            elif event.type is EventType.CONSENT_OPTED_OUT and isinstance(event.subject, ConsentEntry):
                self._lift(work, event.subject, undone)
        return undone

    def _delete(self, work: Work, created: Contact, undone: Undone) -> None:
        now = _same(work, created)
        if now == created:
            work.drop(created.phone, self.stamp)
            undone.deleted += 1
        elif now is not None:
            undone.left += 1

    def _recreate(self, work: Work, deleted: Contact, undone: Undone) -> None:
        if deleted.phone in self.replaced or work.contacts.get(deleted.phone) is not None:
            undone.left += 1
        else:
            work.put(replace(deleted, opt_out=work.consent.opted_out(deleted.phone)), self.stamp)
            undone.restored += 1

    def _restore(self, work: Work, event: Event, changed: Contact, undone: Undone) -> None:
        fields = event.replaced.keys() - _NEVER_RESTORED
        now = _same(work, changed)
        if now is None or not fields:
            return
        restored: dict[str, Any] = {}
        left = False
        for name in fields:
            value, whole = _RESTORE.get(name, _field)(event.replaced[name], getattr(changed, name), getattr(now, name))
            restored[name] = value
            left |= not whole
        contact = replace(now, **restored)
        if contact != now:
            work.put(contact, self.stamp)
            undone.restored += 1
        undone.left += left

    def _lift(self, work: Work, entry: ConsentEntry, undone: Undone) -> None:
        opt_out = work.consent.opt_outs.get(entry.phone)
        if opt_out is None:
            return
        known = self.lift.get(entry.phone)
        if known == work.log.stored_last(entry.phone) and opt_out.entry_id == entry.entry_id:
            work.set_opt_out(entry.phone, Said(ConsentSource.API, self.why), self.stamp, opted_out=False)
            undone.lifted += 1
        else:
            undone.opted_out += 1


def _same(work: Work, contact: Contact) -> Contact | None:
    """Return a contact as it is now; None if it was deleted."""
    now = work.contacts.get(contact.phone)
    return now if now is not None and now.contact_id == contact.contact_id else None


def _field(before: Any, after: Any, now: Any) -> tuple[Any, bool]:
    """Return a value as it is to be, and whether that undoes the whole change."""
    return (before, True) if now in {before, after} else (now, False)


def _tags(before: Sequence[str], after: Sequence[str], now: Sequence[str]) -> tuple[tuple[str, ...], bool]:
    if now == after:
        return tuple(before), True
    without = [tag for tag in now if tag in before or tag not in after]
    restored = list(dict.fromkeys([*without, *(tag for tag in before if tag not in after)]))
    return (tuple(restored), True) if len(restored) <= MAX_TAGS else (tuple(now), False)


def _variables(before: dict[str, str], after: dict[str, str], now: dict[str, str]) -> tuple[dict[str, str], bool]:
    restored = dict(now)
    whole = True
    for label in {**before, **after}:
        if before.get(label) == after.get(label):
            continue
        if now.get(label) not in {before.get(label), after.get(label)}:
            whole = False
        elif label in before:
            restored[label] = before[label]
        else:
            restored.pop(label, None)
    return restored, whole


_RESTORE: Final[Mapping[str, Callable[[Any, Any, Any], tuple[Any, bool]]]] = {
    "tags": _tags,
    "custom_variables": _variables,
}
