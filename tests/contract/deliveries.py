"""Shared parts of the suites on the outbox."""

from collections.abc import Sequence
from typing import Final

from numberkeep.domain.outbox.delivery import Pending
from support.store import SECOND, START, AccountDriver, phone

AT: Final = START + 100 * SECOND


def items(taken: Sequence[Pending]) -> list[tuple[int, int]]:
    """Return target and item of each."""
    return [(pending.delivery.target, pending.delivery.item) for pending in taken]


async def ask(account: AccountDriver, *numbers: int, at: int = START) -> None:
    """Create contacts and request a verification of each."""
    for n in numbers:
        await account.create(phone(n), at=at + n)
        await account.request_verification(phone(n), at=at + n, resend_after=0)
