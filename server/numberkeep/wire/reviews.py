"""The shapes of unclear replies and of the decisions on them."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from numberkeep.domain.consent.review import Review
from numberkeep.domain.contacts.contact import moment
from numberkeep.domain.limits import MAX_INTEGER
from numberkeep.wire.field_types import Limit, Time

ReviewId = Annotated[int, Meta(ge=1, le=MAX_INTEGER)]


class ReviewsParams(msgspec.Struct, kw_only=True):
    """Which page of the unclear replies that wait for a decision."""

    limit: Limit | None = None
    cursor: ReviewId | None = None


class ReviewOut(msgspec.Struct):
    """An unclear reply: who wrote what and when, and until when it must be decided.

    `decision` is `open`, `keep`, `opt_out` (by the decision, or because the recipient opted out some other way), or
    `opt_in` (the recipient opted in afterwards).
    """

    id: int
    number: str
    wording: str
    at: Time
    deadline: Time
    decision: Literal["open", "opt_out", "opt_in", "keep"]


class DecideBody(msgspec.Struct, kw_only=True):
    """What an unclear reply means: `opt-out`, or `keep`, which changes nothing."""

    decision: Literal["opt-out", "keep"] | None = None


class ReviewDecision(msgspec.Struct):
    """A review's id, and the decision."""

    review_id: int | None
    body: DecideBody


class ReviewAnswer(msgspec.Struct):
    """A review."""

    review: ReviewOut
    status: Literal["OK"] = "OK"


def review_out(review: Review) -> ReviewOut:
    """Return a review as answers and events show it."""
    return ReviewOut(
        review.review_id,
        review.phone,
        review.wording,
        moment(review.at),
        moment(review.deadline),
        review.decision.value,
    )
