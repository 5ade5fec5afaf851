"""The commands on verifications: request one, and close those that have expired."""

from dataclasses import dataclass

from numberkeep.domain.command import SECOND, AccountCommand
from numberkeep.domain.errors import ContactNotFound, RecipientOptedOut, ReplyUnderReview, VerificationTooSoon
from numberkeep.domain.stamp import Stamp
from numberkeep.domain.verification.verification import text_for
from numberkeep.domain.work.needs import Needs
from numberkeep.domain.work.unit import Work


@dataclass(slots=True)
class RequestVerification(AccountCommand[bool]):
    """Enqueue a verification message to the contact; return False if it is verified already and nothing is sent.

    `text` is the account's template, see `text_for`. A second request within `resend_after` microseconds is refused;
    an answer counts for `expires_after` microseconds.
    Raises on application: ContactNotFound, RecipientOptedOut, ReplyUnderReview, VerificationTooSoon.
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
        if reviews := work.reviews.open_of(self.phone):
            raise ReplyUnderReview(reviews[0].review_id)
        # Whether or not it was answered: deleting and re-creating a contact must not cause more messages.
        last = work.verifications.get(self.phone)
        if last is not None and (wait := last.requested_at + self.resend_after - at) > 0:
            raise VerificationTooSoon(-(-wait // SECOND))
        work.pending_verification(self.phone, at)  # the previous one expires now if it has waited too long
        text = text_for(contact, self.text)
        work.ask(self.phone, at + self.expires_after, text, contact.sendblue_number, self.stamp)
        return True


@dataclass(slots=True)
class ExpireVerifications(AccountCommand[int]):
    """Close up to `limit` verifications that have expired, and return how many there were."""

    account_id: int
    limit: int
    stamp: Stamp

    @property
    def weight(self) -> int:
        """The limit."""
        return self.limit

    def want(self, needs: Needs) -> None:
        """Need the expired verifications."""
        needs.add_expired(self.limit, self.stamp.at)

    def apply(self, work: Work) -> int:
        """Return how many there were."""
        return work.expire(self.limit, self.stamp)
