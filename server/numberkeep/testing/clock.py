"""The clock of a service."""

from datetime import datetime, timedelta
from typing import Any

from numberkeep.testing.connection import Connection


class Clock:
    """The clock of a service, which its accounts share: verifications, resend limits, retries and events follow it.

    Args:
        connection: the service.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._before: dict[str, Any] | None = None

    @property
    def now(self) -> datetime:
        """The service's time, in UTC."""
        return _time(self._connection.control("GET", "clock"))

    def freeze(self, at: str | datetime | None = None) -> datetime:
        """Stop the clock, and return its time.

        Args:
            at: the time to stop at, such as `2026-01-01T00:00:00Z`, in the years 2020 to 2090; by default the present
                time.

        Raises:
            ControlError: `at` is not such a time.
        """
        return self._move({"freeze": True if at is None else at.isoformat() if isinstance(at, datetime) else at})

    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> datetime:
        """Set the clock forward, and return its time once the service has done what fell due, or after 5 seconds.

        Raises:
            ControlError: the sum of the arguments is negative, or leads beyond the year 2090.
        """
        by = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        return self._move({"advance_seconds": by.total_seconds()})

    def resume(self) -> datetime:
        """Return to the real time, and return it."""
        return self._move({"resume": True})

    def put_back(self) -> None:
        """Undo what this object did: set the clock as it was before, frozen or real."""
        if self._before is not None:
            before, self._before = self._before, None
            self._connection.control(
                "POST", "clock", {"freeze": before["now"]} if before["frozen"] else {"resume": True}
            )

    def _move(self, change: dict[str, Any]) -> datetime:
        if self._before is None:
            self._before = self._connection.control("GET", "clock")
        return _time(self._connection.control("POST", "clock", change))


def _time(answer: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(answer["now"])
