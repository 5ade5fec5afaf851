"""The commands that record a message which was received, and what it means."""

from dataclasses import dataclass, replace

from numberkeep.domain.command import AccountCommand
from numberkeep.domain.consent.ledger import ConsentSource, Said
from numberkeep.domain.event import EventType
from numberkeep.domain.messages.reply import Verdict, verdict_of
from numberkeep.domain.stamp import Stamp
from numberkeep.domain.work.snapshot import Needs
from numberkeep.domain.work.unit import Work


@dataclass(slots=True, frozen=True)
class Received:
    """What a message from a person has changed.

    Attributes:
        phone: the sender's number, E.164, or a sender id.
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

    Attributes:
        account_id: the account that it was written to.
        phone: the sender's number, E.164.
        line: the number that it was written to; `""` if it is not known.
        content: the text.
        handle: the carrier's id of it, with which it is recorded once; `""` if it has none.
        stamp: see AccountCommand.
        carrier: what the carrier says that it means; None if it says nothing.
    """

    account_id: int
    phone: str
    line: str
    content: str
    handle: str
    stamp: Stamp
    carrier: Verdict | None = None

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
        said = Said(ConsentSource.MESSAGE, self.content)
        match verdict_of(self.content, self.carrier):
            case Verdict.OPT_OUT:
                work.set_opt_out(self.phone, said, self.stamp, opted_out=True)
                return Received(self.phone, opted_out=True)
            case Verdict.OPT_IN:
                work.set_opt_out(self.phone, said, self.stamp, opted_out=False)
                return Received(self.phone, verified=self._verify(work), opted_out=False)
            case Verdict.HELP | Verdict.UNCLEAR:
                return Received(self.phone)
            case Verdict.ORDINARY:
                return Received(self.phone, verified=self._verify(work))

    def _verify(self, work: Work) -> bool:
        pending = work.pending_verification(self.phone, self.stamp.at)
        contact = work.contacts.get(self.phone)
        if pending is None or contact is None:
            return False
        work.close_verification(pending, EventType.VERIFICATION_APPROVED, self.stamp)
        work.put(replace(contact, verified=True), self.stamp)
        return True


@dataclass(slots=True)
class KeepMessage(AccountCommand[Received]):
    """Record a message whose sender is not a telephone number: it changes nothing else, whatever it says.

    `sender` is what domain.messages.sender recognises; the rest is as for ReceiveMessage.
    """

    account_id: int
    sender: str
    line: str
    content: str
    handle: str
    stamp: Stamp

    def want(self, needs: Needs) -> None:
        """Need the last event about the sender, and whether the message is known."""
        needs.phones[self.sender] = None
        if self.handle:
            needs.handles[self.handle] = None

    def apply(self, work: Work) -> Received:
        """Return whether it is a duplicate."""
        duplicate = bool(self.handle) and work.is_known(self.handle)
        if not duplicate:
            work.receive(self.sender, self.line, self.content, self.handle, self.stamp)
        return Received(self.sender, duplicate=duplicate)
