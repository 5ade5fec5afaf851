"""The command that records a message which a person wrote, and what it means."""

from dataclasses import dataclass, replace

from numberkeep.domain.command import AccountCommand
from numberkeep.domain.consent.ledger import ConsentSource, Said
from numberkeep.domain.event import EventType
from numberkeep.domain.messages.message import START_WORDS, STOP_WORDS, keyword_of
from numberkeep.domain.stamp import Stamp
from numberkeep.domain.work.snapshot import Needs
from numberkeep.domain.work.unit import Work


@dataclass(slots=True, frozen=True)
class Received:
    """What a message from a person has changed.

    Attributes:
        phone: the sender's number, E.164.
        duplicate: whether it was received before, so that nothing was changed.
        verified: whether it answered a pending verification.
        opted_out: whether the sender has now opted out; None if the message says nothing about that.
    """

    phone: str
    duplicate: bool = False
    verified: bool = False
    opted_out: bool | None = None


@dataclass(slots=True)
class ReceiveMessage(AccountCommand[Received]):
    """Record a message that a person wrote: it may opt its sender out or in, and answer a verification.

    `line` is the number that it was written to and `handle` what the carrier calls it, each `""` if it is not known. A
    message with a handle is recorded once.
    """

    account_id: int
    phone: str
    line: str
    content: str
    handle: str
    stamp: Stamp

    def want(self, needs: Needs) -> None:
        """Need the number, its verification, and whether the message is known."""
        needs.verifications[self.phone] = None
        if self.handle:
            needs.handles[self.handle] = None

    def apply(self, work: Work) -> Received:
        """Return what it has changed."""
        if self.handle and work.is_known(self.handle):
            return Received(self.phone, duplicate=True)
        work.receive(self.phone, self.line, self.content, self.handle, self.stamp)
        word = keyword_of(self.content)
        said = Said(ConsentSource.MESSAGE, self.content)
        if word in STOP_WORDS:
            work.set_opt_out(self.phone, said, self.stamp, opted_out=True)
            return Received(self.phone, opted_out=True)
        opted_out = None
        if word in START_WORDS:
            work.set_opt_out(self.phone, said, self.stamp, opted_out=False)
            opted_out = False
        return Received(self.phone, verified=self._verifies(work), opted_out=opted_out)

    def _verifies(self, work: Work) -> bool:
        pending = work.pending_verification(self.phone, self.stamp.at)
        contact = work.contacts.get(self.phone)
        if pending is None or contact is None:
            return False
        work.close_verification(pending, EventType.VERIFICATION_APPROVED, self.stamp)
        work.put(replace(contact, verified=True), self.stamp)
        return True
