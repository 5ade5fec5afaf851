"""Fills an account with data for a test, in one step."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from numberkeep.domain.command import AccountCommand
from numberkeep.domain.consent.ledger import Said
from numberkeep.domain.contacts.commands import BulkRow, UpsertContacts
from numberkeep.domain.messages.message import Message
from numberkeep.domain.stamp import Stamp
from numberkeep.domain.work.needs import Needs
from numberkeep.domain.work.unit import Work


@dataclass(slots=True)
class Seed(AccountCommand[None]):
    """Create or patch contacts, record opt-outs and store messages: everything or nothing.

    Attributes:
        account_id: the account.
        contacts: the contacts, each with another number.
        verified: the numbers of those that are verified.
        opt_outs: the numbers that are opted out, contact or not.
        messages: messages of earlier, in order; they get numbers of their own.
        stamp: see AccountCommand.

    Raises on application: InvalidRows if a contact would have too many custom variables.
    """

    account_id: int
    contacts: Sequence[BulkRow]
    verified: Sequence[str]
    opt_outs: Sequence[str]
    messages: Sequence[Message]
    stamp: Stamp

    @property
    def weight(self) -> int:
        """The number of rows."""
        return len(self.contacts) + len(self.opt_outs) + len(self.messages)

    def want(self, needs: Needs) -> None:
        """Need the numbers, and their verifications, which opt-outs end."""
        self._upsert.want(needs)
        needs.phones.update(dict.fromkeys([*self.verified, *(message.phone for message in self.messages)]))
        needs.verifications.update(dict.fromkeys(self.opt_outs))

    def apply(self, work: Work) -> None:
        """Create the contacts first, because only they can be refused."""
        self._upsert.apply(work)
        for phone in self.verified:
            contact = work.contacts.get(phone)
            if contact is not None and not contact.verified:
                work.put(replace(contact, verified=True), self.stamp)
        for phone in self.opt_outs:
            work.set_opt_out(phone, Said(), self.stamp, opted_out=True)
        for message in self.messages:
            work.messages.keep(message, self.stamp)

    @property
    def _upsert(self) -> UpsertContacts:
        return UpsertContacts(self.account_id, self.contacts, self.stamp)
