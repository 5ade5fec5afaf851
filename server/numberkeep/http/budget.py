"""Limits on the memory that large requests and answers take, for the process and for each account."""

from dataclasses import dataclass
from typing import Final

from numberkeep.http.request_errors import AccountBusy, ServiceBusy

MIB: Final = 1024 * 1024

SMALL: Final = 64 * 1024
"""Bytes of a body or an answer that is not counted."""


@dataclass(slots=True, frozen=True)
class Limits:
    """What one process takes on at a time.

    Attributes:
        memory: bytes of large bodies and answers.
        account_memory: bytes of those of one account.
        bulk: bulk requests of one account.
    """

    memory: int = 128 * MIB
    account_memory: int = 48 * MIB
    bulk: int = 2


class Budget:
    """Counts the bytes that the process holds.

    Requests that are not authenticated yet share one account, whose id is 0.

    Args:
        limits: the most that it may hold.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._used = 0
        self._of: dict[int, int] = {}

    def take(self, account_id: int, size: int, *, always: bool = False) -> None:
        """Count bytes.

        Args:
            account_id: whose they are.
            size: how many.
            always: count them even beyond the limits, for an answer that reports what was changed.

        Raises:
            AccountBusy: the account holds too many.
            ServiceBusy: the process holds too many.
        """
        of_account = self._of.get(account_id, 0) + size
        if not always:
            if of_account > self._limits.account_memory:
                raise AccountBusy("large requests and answers")
            if self._used + size > self._limits.memory:
                raise ServiceBusy
        self._of[account_id] = of_account
        self._used += size

    def give_back(self, account_id: int, size: int) -> None:
        """Stop counting bytes."""
        self._used -= size
        left = self._of[account_id] - size
        if left:
            self._of[account_id] = left
        else:
            del self._of[account_id]
