"""Operations on unclear replies."""

from numberkeep.domain.errors import InvalidInput, MissingFields, ReviewDecided, ReviewNotFound
from numberkeep.operations.operation import Call, Listed, operation
from numberkeep.service import reviews
from numberkeep.wire.answers import page_size
from numberkeep.wire.reviews import ReviewAnswer, ReviewDecision, ReviewOut, ReviewsParams, review_out


@operation("consent.review", InvalidInput, reads=True)
async def list_open(call: Call, given: ReviewsParams) -> Listed[ReviewOut]:
    """List the unclear replies that wait for a decision, oldest first, with the `Link` header of the next page.

    Not of the hosted API.
    """
    limit = page_size(given.limit)
    found = await reviews.waiting(call.context, call.account, given.cursor or 0, limit + 1)
    page = found[:limit]
    return Listed([review_out(each) for each in page], str(page[-1].review_id) if len(found) > limit else None)


@operation("consent.decide", InvalidInput, ReviewNotFound, ReviewDecided)
async def decide(call: Call, given: ReviewDecision) -> ReviewAnswer:
    """Decide what an unclear reply means: `opt-out`, or `keep`, which changes nothing. Not of the hosted API."""
    if given.body.decision is None:
        raise MissingFields("decision")
    review_id, opts_out = given.review_id, given.body.decision == "opt-out"
    if review_id is None:
        raise ReviewNotFound
    return await call.once(
        lambda once: reviews.decide(call.context, call.account, review_id, opts_out=opts_out, once=once),
        lambda review: ReviewAnswer(review_out(review)),
    )
