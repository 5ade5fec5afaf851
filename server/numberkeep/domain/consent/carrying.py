"""The command that has an opt-out hold for another spelling of the same number."""

from dataclasses import dataclass, replace

from numberkeep.domain.command import AccountCommand
from numberkeep.domain.consent.ledger import ConsentSource, Said
from numberkeep.domain.event import EventType
from numberkeep.domain.stamp import Stamp
from numberkeep.domain.work.needs import Needs
from numberkeep.domain.work.unit import Work


@dataclass(slots=True)
class CarryOptOut(AccountCommand[None]):
    """Have the opt-out of one spelling of a number hold for another, with its contact, if there is one.

    Attributes:
        phone: the spelling for which it must hold.
        spelling: the spelling under which it was recorded, which the ledger entry names.
        moved: nothing stays under `spelling`, so an entry must say where its opt-out is now.
        stamp: when the recipient opted out.
    """

    account_id: int
    phone: str
    spelling: str
    moved: bool
    stamp: Stamp

    def want(self, needs: Needs) -> None:
        """Need the number and its verification, which an opt-out ends."""
        needs.verifications[self.phone] = None

    def apply(self, work: Work) -> None:
        """Record it, and opt the contact out."""
        said = Said(ConsentSource.MIGRATION, self.spelling)
        if work.set_opt_out(self.phone, said, self.stamp, opted_out=True):
            return
        if self.moved:
            work.consent.append(self.phone, said, self.stamp.at, opted_out=True)
        contact = work.contacts.get(self.phone)
        if contact is not None and not contact.opt_out:
            pending = work.pending_verification(self.phone, self.stamp.at)
            if pending is not None:
                work.close_verification(pending, EventType.VERIFICATION_CANCELED, self.stamp)
            work.put(replace(contact, opt_out=True), self.stamp)
