"""Logs deliveries that fail, at most two lines a second however many there are."""

import asyncio
import logging
from collections import Counter
from typing import Final

_log = logging.getLogger("numberkeep.relay")

_SECONDS: Final = 1.0


class DeliveryLog:
    """Logs the first failure of a second in full, and the number of the others when the second has passed.

    At level debug each of them is logged.
    """

    def __init__(self) -> None:
        self._timer: asyncio.TimerHandle | None = None
        self._more: Counter[str] = Counter()
        self._accounts: set[int] = set()
        self._level = logging.NOTSET

    def add(self, level: int, account_id: int, became: str, text: str) -> None:
        """Log a failure, or count it for the next line.

        Args:
            level: the level of the line.
            account_id: whose delivery it is.
            became: what happened in two or three words, for the count: `failed permanently`.
            text: what happened; without a number or a name.
        """
        if self._timer is None:
            _log.log(level, "account %d: %s", account_id, text)
            self._timer = asyncio.get_running_loop().call_later(_SECONDS, self._summarize)
            return
        _log.debug("account %d: %s", account_id, text)
        self._more[became] += 1
        self._accounts.add(account_id)
        self._level = max(self._level, level)

    def close(self) -> None:
        """Log what was counted and not logged yet."""
        if self._timer is not None:
            self._timer.cancel()
            self._summarize()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _summarize(self) -> None:
        self._timer = None
        if not self._more:
            return
        counts = ", ".join(f"{count} {became}" for became, count in self._more.most_common())
        accounts = f"{len(self._accounts)} account{'' if len(self._accounts) == 1 else 's'}"
        _log.log(self._level, "more deliveries of %s in the last second: %s", accounts, counts)
        self._more.clear()
        self._accounts.clear()
        self._level = logging.NOTSET
        self._timer = asyncio.get_running_loop().call_later(_SECONDS, self._summarize)
