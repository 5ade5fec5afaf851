"""The commands on what people are asked and what they say: verification, opt-out, and messages that they write."""

from dataclasses import dataclass, replace

from numberkeep.domain.command import SECOND, AccountCommand
from numberkeep.domain.consent import ConsentSource, Said
from numberkeep.domain.errors import ContactNotFound, RecipientOptedOut, VerificationTooSoon
from numberkeep.domain.event import EventType
from numberkeep.domain.message import START_WORDS, STOP_WORDS, keyword_of
from numberkeep.domain.stamp import Stamp
from numberkeep.domain.verification import text_for
from numberkeep.domain.work.snapshot import Needs
from numberkeep.domain.work.unit import Work


@dataclass(slots=True)
class SetOptOut(AccountCommand[str]):
    """Record whether the recipient behind a number has opted out, contact or not, and return the number."""

    account_id: int
    phone: str
    opted_out: bool
    stamp: Stamp

    def want(self, needs: Needs) -> None:
        """Need the number and its verification, which an opt-out ends."""
        needs.verifications[self.phone] = None

    def apply(self, work: Work) -> str:
        """Return the number."""
        work.set_opt_out(self.phone, Said(), self.stamp, opted_out=self.opted_out)
        return self.phone


@dataclass(slots=True)
class RequestVerification(AccountCommand[bool]):
    """Enqueue a verification message to the contact; return False if it is verified already and nothing is sent.

    `text` is the account's, see `text_for`. Within `resend_after` microseconds a second request is refused; an answer
    is too late after `expires_after` microseconds.
    Raises on application: ContactNotFound, RecipientOptedOut, VerificationTooSoon.
    """

    account_id: int
    phone: str
    text: str
    stamp: Stamp
    resend_after: int
    expires_after: int

    def want(self, needs: Needs) -> None:
        """Need the number and its last verification."""
        needs.verifications[self.phone] = None

    def apply(self, work: Work) -> bool:
        """Return whether a message was enqueued."""
        contact = work.contacts.get(self.phone)
        at = self.stamp.at
        if contact is None:
            raise ContactNotFound
        if contact.opt_out:
            raise RecipientOptedOut
        if contact.verified:
            return False
        # Whether or not it was answered: deleting and re-creating a contact brings nobody more messages.
        last = work.verifications.get(self.phone)
        if last is not None and (wait := last.requested_at + self.resend_after - at) > 0:
            raise VerificationTooSoon(-(-wait // SECOND))
        work.pending_verification(self.phone, at)  # the previous one expires now if it has waited too long
        text = text_for(contact, self.text)
        work.ask(self.phone, at + self.expires_after, text, contact.sendblue_number, self.stamp)
        return True


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


@dataclass(slots=True)
class ExpireVerifications(AccountCommand[int]):
    """Close up to `limit` verifications that have expired, and return how many there were."""

    account_id: int
    limit: int
    stamp: Stamp

    @property
    def weight(self) -> int:
        """The most that there may be."""
        return self.limit

    def want(self, needs: Needs) -> None:
        """Need the expired verifications."""
        needs.add_expired(self.limit, self.stamp.at)

    def apply(self, work: Work) -> int:
        """Return how many there were."""
        return work.expire(self.limit, self.stamp)
