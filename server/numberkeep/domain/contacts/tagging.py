"""The command that adds a tag to contacts, or removes it from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from numberkeep.domain.command import AccountCommand
from numberkeep.domain.contacts.contact import Contact
from numberkeep.domain.limits import MAX_TAGS
from numberkeep.domain.stamp import Stamp
from numberkeep.domain.work.needs import Needs
from numberkeep.domain.work.unit import Work


@dataclass(slots=True)
class Tagged:
    """What became of a list of numbers.

    Attributes:
        changed: how many contacts have the tag now and did not before, or the other way round.
        unchanged: how many contacts are as they were.
        not_found: the indexes of those that no contact has.
        full: the indexes of those whose contacts have as many tags as a contact may have.
    """

    changed: int = 0
    unchanged: int = 0
    not_found: list[int] = field(default_factory=list)
    full: list[int] = field(default_factory=list)


@dataclass(slots=True)
class TagContacts(AccountCommand[Tagged]):
    """Add a tag to the contacts with these numbers after their other tags, or remove it.

    Attributes:
        account_id: the account.
        tag: the tag, in NFC.
        remove: remove the tag instead of adding it.
        phones: each number, with its index in the list.
        not_found: the indexes of those that are no numbers, for the result.
        stamp: see AccountCommand.
    """

    account_id: int
    tag: str
    remove: bool
    phones: Mapping[str, int]
    not_found: Sequence[int]
    stamp: Stamp

    @property
    def weight(self) -> int:
        """The number of phone numbers."""
        return len(self.phones)

    def want(self, needs: Needs) -> None:
        """Need the numbers."""
        needs.phones.update(dict.fromkeys(self.phones))

    def apply(self, work: Work) -> Tagged:
        """Return what became of them."""
        done = Tagged(not_found=[*self.not_found])
        for phone, index in self.phones.items():
            contact = work.contacts.get(phone)
            if contact is None:
                done.not_found.append(index)
            elif (self.tag in contact.tags) is not self.remove:
                done.unchanged += 1
            elif not self.remove and len(contact.tags) >= MAX_TAGS:
                done.full.append(index)
            else:
                work.put(replace(contact, tags=self._tags(contact)), self.stamp)
                done.changed += 1
        done.not_found.sort()
        return done

    def _tags(self, contact: Contact) -> tuple[str, ...]:
        if self.remove:
            return tuple(tag for tag in contact.tags if tag != self.tag)
        return (*contact.tags, self.tag)
