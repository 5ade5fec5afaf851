"""What waits for a person: unclear replies to decide, and deliveries that nothing retries any more."""

from dataclasses import dataclass
from typing import Final

from numberkeep.domain.identity import Account
from numberkeep.service.context import Context
from numberkeep.store.queries import GetTallies, ListDeadDeliveries

MOST: Final = 9
"""Dead deliveries that are counted; more are not looked at."""


@dataclass(slots=True, frozen=True)
class Attention:
    """How much waits.

    Attributes:
        reviews: unclear replies.
        dead: dead deliveries; `MOST` + 1 if there are more than `MOST`.
    """

    reviews: int
    dead: int


async def waiting(context: Context, account: Account) -> Attention:
    """Return what of an account waits for a person."""
    tallies = await context.store.read(GetTallies(account.account_id))
    dead = await context.store.read(ListDeadDeliveries(account.account_id, MOST + 1))
    return Attention(tallies.open_reviews, len(dead))
