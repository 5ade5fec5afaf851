"""The events of an account, and how a test waits for one."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from numberkeep.testing.connection import Connection, known


@dataclass(frozen=True)
class Event:
    """An event of the account.

    Attributes:
        id: the position in the account's event log.
        type: what happened, such as `verification.approved`.
        occurred_at: the service's time when it happened, in ISO 8601.
        data: what the event is about, as on the event stream.
    """

    id: str
    type: str
    occurred_at: str
    data: Mapping[str, Any]

    @property
    def numbers(self) -> frozenset[str]:
        """The phone numbers that the event is about, in E.164."""
        about = self.data.get("contact") or self.data.get("message") or self.data
        return frozenset(str(about[name]) for name in ("phone", "number", "from", "to") if about.get(name))

    def __str__(self) -> str:
        """Return the type, and the numbers."""
        return " ".join([self.type, *sorted(self.numbers)])


class Events:
    """The events of an account, each of which is waited for once.

    Args:
        connection: the service, with the account's keys.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.forget()

    def forget(self) -> None:
        """Start with the oldest event again, because the account was emptied or restored."""
        self._position = 0
        self._seen: list[Event] = []
        self._taken: set[str] = set()

    def wait_for(self, event_type: str, number: str | None, timeout: float) -> Event:
        """Return the next event of a type that was not returned before.

        Args:
            event_type: its type.
            number: a phone number that it is about; None for any.
            timeout: how many seconds to wait.

        Raises:
            AssertionError: none happened in time.
        """
        __tracebackhide__ = True
        for event in self._follow(timeout):
            if event.type == event_type and event.id not in self._taken and number in {None, *event.numbers}:
                self._taken.add(event.id)
                return event
        about = "" if number is None else f" for {number}"
        others = ", ".join(map(str, self._seen[-10:])) or "none"
        raise AssertionError(f"no new {event_type}{about} within {timeout:g} s; the last events: {others}")

    def _follow(self, timeout: float) -> Iterator[Event]:
        yield from list(self._seen)
        end = time.monotonic() + timeout
        for position, text in self._connection.events(self._position, timeout):
            self._position = position
            if text:
                event = known(Event, json.loads(text))
                self._seen.append(event)
                yield event
            if time.monotonic() >= end:
                return
