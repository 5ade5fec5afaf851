"""Reviews within a unit of work: the replies that wait for a decision."""

from collections.abc import Sequence
from dataclasses import replace

from numberkeep.domain.consent.review import Decision, Review, deadline_of
from numberkeep.domain.work.loaded import LoadedRows
from numberkeep.domain.work.rows import ChangeCounter, Rows


class Reviews:
    """The reviews of a unit of work.

    Attributes:
        rows: by number; loaded are the open ones of the loaded phones, and those that a command named.
        last: the number of the account's last review.
        open: how many open reviews the account has.
    """

    def __init__(self, counter: ChangeCounter, loaded: LoadedRows) -> None:
        self.rows = Rows(counter, loaded.reviews)
        self.last = loaded.tallies.last_review
        self.open = loaded.tallies.open_reviews
        self._open_of: dict[str, dict[int, Review]] = {}
        for review in loaded.reviews.values():
            self._put(review)

    def get(self, review_id: int) -> Review | None:
        """Return the review with this number, if it is loaded."""
        return self.rows.get(review_id)

    def open_of(self, phone: str) -> Sequence[Review]:
        """Return the open reviews of a number, oldest first."""
        return list(self._open_of.get(phone, {}).values())

    def add(self, phone: str, wording: str, at: int) -> Review:
        """Open a review and return it."""
        self.last += 1
        self.open += 1
        review = Review(self.last, phone, at, deadline_of(at), wording)
        self.rows.put(review.review_id, review)
        self._put(review)
        return review

    def close(self, review: Review, decision: Decision) -> Review:
        """Close an open review and return it."""
        self.open -= 1
        closed = replace(review, decision=decision)
        self.rows.put(closed.review_id, closed)
        del self._open_of[closed.phone][closed.review_id]
        return closed

    def _put(self, review: Review) -> None:
        if review.open:
            self._open_of.setdefault(review.phone, {})[review.review_id] = review
