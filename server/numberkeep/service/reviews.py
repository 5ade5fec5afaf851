"""The use cases on unclear replies: list those that wait for a decision, and decide."""

from collections.abc import Sequence

from numberkeep.domain.consent.review import Review
from numberkeep.domain.consent.review_commands import DecideReview
from numberkeep.domain.identity import Account
from numberkeep.service.context import Context, Idempotency
from numberkeep.store.queries import CountReviews, ListOpenReviews


async def waiting(context: Context, account: Account, after: int, limit: int) -> Sequence[Review]:
    """Return up to `limit` open reviews with numbers over `after`, the oldest first."""
    return await context.store.read(ListOpenReviews(account.account_id, after, limit))


async def decide(
    context: Context, account: Account, review_id: int, *, opts_out: bool, once: Idempotency | None = None
) -> Review:
    """Decide that an unclear reply opts its number out, or that it changes nothing, and return the review.

    Raises:
        ReviewNotFound: the account has no review with this number.
        ReviewDecided: another decision was made before.
    """
    return await context.apply(DecideReview(account.account_id, review_id, opts_out, context.stamp()), once)


async def counts(context: Context) -> tuple[int, int]:
    """Return how many reviews are open, over all accounts, and how many of them are past their deadline."""
    return await context.store.read(CountReviews(context.clock.now()))
