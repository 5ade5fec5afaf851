"""The command that decides what an unclear reply means."""

from dataclasses import dataclass

from numberkeep.domain.command import AccountCommand
from numberkeep.domain.consent.ledger import ConsentSource, Said
from numberkeep.domain.consent.review import Decision, Review
from numberkeep.domain.errors import ReviewDecided, ReviewNotFound
from numberkeep.domain.limits import MAX_INTEGER
from numberkeep.domain.stamp import Stamp
from numberkeep.domain.work.needs import Needs
from numberkeep.domain.work.unit import Work


@dataclass(slots=True)
class DecideReview(AccountCommand[Review]):
    """Decide that an unclear reply opts its number out, or that it changes nothing, and return the review.

    An opt-out closes all open reviews of the number. Repeating a decision changes nothing.

    Raises on application: ReviewNotFound; ReviewDecided if another decision was made before.
    """

    account_id: int
    review_id: int
    opts_out: bool
    stamp: Stamp

    def want(self, needs: Needs) -> None:
        """Need the review, and its number with its verification, which an opt-out ends."""
        if self.review_id <= MAX_INTEGER:  # no store has a larger number
            needs.reviews[self.review_id] = None

    def apply(self, work: Work) -> Review:
        """Return the review as it is now."""
        review = work.reviews.get(self.review_id)
        decision = Decision.OPT_OUT if self.opts_out else Decision.KEEP
        if review is None:
            raise ReviewNotFound
        if not review.open and review.decision is not decision:
            raise ReviewDecided(review.decision.value)
        if review.open and self.opts_out:
            said = Said(ConsentSource.REVIEW, review.wording)
            work.set_opt_out(review.phone, said, self.stamp, opted_out=True)
        elif review.open:
            work.close_review(review, decision, self.stamp)
        return work.reviews.get(self.review_id) or review
