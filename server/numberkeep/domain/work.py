"""A unit of work: what a group of commands sees of one account, and what becomes of it.

A store loads what the commands want, lets each of them change it in memory, and saves the difference. So what a
command means is written once, and a store knows only how rows are read and written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from numberkeep.domain.contact import Contact
from numberkeep.domain.message import NewMessage


@dataclass(slots=True)
class Wanted:
    """What a group of commands needs to see.

    Attributes:
        phones: numbers whose contacts and opt-outs are to be loaded, each once, in the order of asking.
        verifications: numbers whose verification requests are.
        keys: idempotency keys whose answers are.
    """

    phones: dict[str, None] = field(default_factory=dict)
    verifications: dict[str, None] = field(default_factory=dict)
    keys: dict[str, None] = field(default_factory=dict)


@dataclass(slots=True, frozen=True)
class KeptAnswer:
    """What was answered to the first request with an idempotency key.

    Attributes:
        key: the key.
        fingerprint: tells whether a later request with the key is the same one.
        answer: what was answered, as the one who asked encoded it.
        at: when, microseconds since 1970.
    """

    key: str
    fingerprint: bytes
    answer: bytes
    at: int


@dataclass(slots=True)
class Loaded:
    """What a store has of all that is wanted; what it does not have is absent.

    Attributes:
        contacts: by number.
        opt_outs: when the recipient opted out (microseconds since 1970), by number.
        verifications: when verification was last asked for (microseconds since 1970), by number.
        answers: by idempotency key.
    """

    contacts: Mapping[str, Contact] = field(default_factory=dict)
    opt_outs: Mapping[str, int] = field(default_factory=dict)
    verifications: Mapping[str, int] = field(default_factory=dict)
    answers: Mapping[str, KeptAnswer] = field(default_factory=dict)


@dataclass(slots=True)
class Changes:
    """What a store has to write; removals come before insertions.

    Attributes:
        deleted: contacts that are no longer there.
        inserted: contacts that were not.
        updated: contacts before and after.
        opted_out: numbers and times of new opt-outs.
        opted_in: numbers whose opt-outs end.
        verifications: numbers and times of verification requests.
        messages: what is owed to phones, in order.
        answers: answers to keep.
    """

    deleted: Sequence[Contact]
    inserted: Sequence[Contact]
    updated: Sequence[tuple[Contact, Contact]]
    opted_out: Sequence[tuple[str, int]]
    opted_in: Sequence[str]
    verifications: Sequence[tuple[str, int]]
    messages: Sequence[NewMessage]
    answers: Sequence[KeptAnswer]

    @property
    def untagged(self) -> list[tuple[Contact, str]]:
        """Tags that go, each with its contact."""
        return [
            *((old, tag) for old, new in self.updated if old.tags != new.tags for tag in old.tags),
            *((contact, tag) for contact in self.deleted for tag in contact.tags),
        ]

    @property
    def tagged(self) -> list[tuple[Contact, str]]:
        """Tags that come, each with its contact."""
        return [
            *((new, tag) for old, new in self.updated if old.tags != new.tags for tag in new.tags),
            *((contact, tag) for contact in self.inserted for tag in contact.tags),
        ]

    @property
    def count(self) -> int:
        """By how much the account has more contacts than before."""
        return len(self.inserted) - len(self.deleted)


class Work:
    """The state that commands read and change.

    Args:
        account_id: whose.
        loaded: what the store has.

    Attributes:
        account_id: whose.
        changed: how often something was changed; tells whether a refused command left anything behind.
    """

    def __init__(self, account_id: int, loaded: Loaded) -> None:
        self.account_id = account_id
        self.changed = 0
        self._loaded = loaded
        self._contacts = dict(loaded.contacts)
        self._opt_outs = dict(loaded.opt_outs)
        self._verifications = dict(loaded.verifications)
        self._answers = dict(loaded.answers)
        self._messages: list[NewMessage] = []

    def contact(self, phone: str) -> Contact | None:
        """The contact with this number."""
        return self._contacts.get(phone)

    def put(self, contact: Contact, at: int) -> Contact:
        """Store a contact, new or changed at `at`; what it says of its opt-out holds for the recipient's number."""
        self.changed += 1
        self._contacts[contact.phone] = contact
        if contact.opt_out != (contact.phone in self._opt_outs):
            self.set_opt_out(contact.phone, at, opted_out=contact.opt_out)
        return contact

    def drop(self, phone: str) -> bool:
        """Delete the contact with this number; gives whether there was one."""
        self.changed += 1
        return self._contacts.pop(phone, None) is not None

    def opted_out(self, phone: str) -> bool:
        """Whether the recipient behind the number has opted out."""
        return phone in self._opt_outs

    def set_opt_out(self, phone: str, at: int, *, opted_out: bool) -> None:
        """Record what the recipient wants, and show it on the contact where there is one."""
        self.changed += 1
        if opted_out:
            self._opt_outs.setdefault(phone, at)
        else:
            self._opt_outs.pop(phone, None)
        there = self._contacts.get(phone)
        if there is not None and there.opt_out != opted_out:
            self._contacts[phone] = replace(there, opt_out=opted_out)

    def verification_requested_at(self, phone: str) -> int | None:
        """When verification of the number was last asked for."""
        return self._verifications.get(phone)

    def request_verification(self, phone: str, at: int) -> None:
        """Record that verification of the number is asked for."""
        self.changed += 1
        self._verifications[phone] = at

    def send(self, message: NewMessage) -> None:
        """Owe a message."""
        self.changed += 1
        self._messages.append(message)

    def answer(self, key: str) -> KeptAnswer | None:
        """What was answered to the first request with this idempotency key."""
        return self._answers.get(key)

    def keep(self, answer: KeptAnswer) -> None:
        """Keep an answer for later requests with its key."""
        self.changed += 1
        self._answers[answer.key] = answer

    def changes(self) -> Changes:
        """The difference to what was loaded."""
        before = self._loaded
        deleted: list[Contact] = []
        inserted: list[Contact] = []
        updated: list[tuple[Contact, Contact]] = []
        for phone, contact in self._contacts.items():
            old = before.contacts.get(phone)
            if old is None:
                inserted.append(contact)
            elif old.contact_id != contact.contact_id:  # deleted, and made anew
                deleted.append(old)
                inserted.append(contact)
            elif old is not contact and old != contact:
                updated.append((old, contact))
        deleted += [old for phone, old in before.contacts.items() if phone not in self._contacts]
        return Changes(
            deleted,
            inserted,
            updated,
            [(phone, at) for phone, at in self._opt_outs.items() if before.opt_outs.get(phone) != at],
            [phone for phone, at in before.opt_outs.items() if self._opt_outs.get(phone) != at],
            [(phone, at) for phone, at in self._verifications.items() if before.verifications.get(phone) != at],
            self._messages,
            [answer for key, answer in self._answers.items() if before.answers.get(key) is not answer],
        )
