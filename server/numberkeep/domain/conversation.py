"""The commands on what people are asked and what they say: verification, opt-out, and messages that they write."""

from dataclasses import dataclass, replace

from numberkeep.domain.commands import SECOND, AccountCommand
from numberkeep.domain.consent import ConsentSource, Said
from numberkeep.domain.errors import ContactNotFound, RecipientOptedOut, VerificationTooSoon
from numberkeep.domain.event import EventType
from numberkeep.domain.message import START_WORDS, STOP_WORDS, Direction, Message, MessageStatus, keyword_of
from numberkeep.domain.snapshot import Wanted
from numberkeep.domain.verification import Verification, text_for
from numberkeep.domain.work import Work


@dataclass(slots=True)
class SetOptOut(AccountCommand[str]):
    """Record whether the recipient behind a number has opted out, contact or not; gives the number."""

    account_id: int
    phone: str
    opted_out: bool
    at: int

    def want(self, wanted: Wanted) -> None:
        """The number, and a verification that ends with an opt-out."""
        wanted.phones[self.phone] = None
        wanted.verifications[self.phone] = None

    def apply(self, work: Work) -> str:
        """Gives the number."""
        work.set_opt_out(self.phone, Said(self.at), opted_out=self.opted_out)
        return self.phone


@dataclass(slots=True)
class RequestVerification(AccountCommand[bool]):
    """Owe the contact a verification message; gives False where it is verified already and nothing is sent.

    `text` is the account's, see `text_for`. `resend_after` is the time in microseconds before which a second request
    is refused, `expires_after` that after which an answer is too late.
    Raises on application: ContactNotFound, RecipientOptedOut, VerificationTooSoon.
    """

    account_id: int
    phone: str
    text: str
    at: int
    resend_after: int
    expires_after: int

    def want(self, wanted: Wanted) -> None:
        """The number, and its last verification."""
        wanted.phones[self.phone] = None
        wanted.verifications[self.phone] = None

    def apply(self, work: Work) -> bool:
        """Gives whether a message is owed."""
        contact = work.contact(self.phone)
        if contact is None:
            raise ContactNotFound
        if contact.opt_out:
            raise RecipientOptedOut
        if contact.verified:
            return False
        # Whether or not it was answered: nobody gets more messages by being deleted and made anew.
        last = work.verification(self.phone)
        if last is not None and (wait := last.requested_at + self.resend_after - self.at) > 0:
            raise VerificationTooSoon(-(-wait // SECOND))
        work.pending(self.phone, self.at)  # the one before expires, where it has waited too long
        verification = Verification(self.phone, self.at, self.at + self.expires_after, pending=True)
        work.ask(verification, text_for(contact, self.text), contact.sendblue_number)
        return True


@dataclass(slots=True, frozen=True)
class Received:
    """What a message from a person has changed.

    Attributes:
        phone: whose it is, E.164.
        duplicate: it was received before, and nothing was changed.
        verified: it was the answer that a verification waited for.
        opted_out: whether its writer wants no messages now; None where it says nothing of that.
    """

    phone: str
    duplicate: bool = False
    verified: bool = False
    opted_out: bool | None = None


@dataclass(slots=True)
class ReceiveMessage(AccountCommand[Received]):
    """Take in a message that a person wrote: it may opt its writer out or in, and answer a verification.

    `line` is the number that it was written to and `handle` what the carrier calls it, each `""` where it is not
    known. A message with a handle is taken in once.
    """

    account_id: int
    phone: str
    line: str
    content: str
    handle: str
    at: int

    def want(self, wanted: Wanted) -> None:
        """The number, what waits for an answer, and whether the message is known."""
        wanted.phones[self.phone] = None
        wanted.verifications[self.phone] = None
        if self.handle:
            wanted.handles[self.handle] = None

    def apply(self, work: Work) -> Received:
        """Gives what it has changed."""
        if self.handle and work.is_known(self.handle):
            return Received(self.phone, duplicate=True)
        work.receive(
            Message(
                0,
                self.phone,
                self.line,
                Direction.INBOUND,
                self.content,
                MessageStatus.RECEIVED,
                self.at,
                self.handle,
            )
        )
        word = keyword_of(self.content)
        said = Said(self.at, ConsentSource.MESSAGE, self.content)
        if word in STOP_WORDS:
            work.set_opt_out(self.phone, said, opted_out=True)
            return Received(self.phone, opted_out=True)
        opted_out = None
        if word in START_WORDS:
            work.set_opt_out(self.phone, said, opted_out=False)
            opted_out = False
        return Received(self.phone, verified=self._verifies(work), opted_out=opted_out)

    def _verifies(self, work: Work) -> bool:
        pending = work.pending(self.phone, self.at)
        contact = work.contact(self.phone)
        if pending is None or contact is None:
            return False
        work.close_verification(pending, EventType.VERIFICATION_APPROVED, self.at)
        work.put(replace(contact, verified=True), self.at)
        return True


@dataclass(slots=True)
class ExpireVerifications(AccountCommand[int]):
    """Wait no longer for answers that are too late at `at`, up to `limit` of them; gives how many there were."""

    account_id: int
    limit: int
    at: int

    @property
    def weight(self) -> int:
        """The most there may be."""
        return self.limit

    def want(self, wanted: Wanted) -> None:
        """What is expired."""
        wanted.want_expired(self.limit, self.at)

    def apply(self, work: Work) -> int:
        """Gives how many there were."""
        return work.expire(self.limit, self.at)
