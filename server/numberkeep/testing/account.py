"""An account of a service in test mode, as a test uses it."""

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from numberkeep.testing.calls import Call, Expected, matching, miss
from numberkeep.testing.clock import Clock
from numberkeep.testing.connection import Connection, known
from numberkeep.testing.environment import client_environment
from numberkeep.testing.events import Event, Events
from numberkeep.testing.faults import Faults
from numberkeep.testing.phone import Phone

_PAGE: Final = 1000


class Account:
    """An account of a service in test mode.

    As a context manager, it sets `SENDBLUE_API_*` for the block. At the end of the block the variables and the clock
    are as before, and the account is deleted.

    Attributes:
        name: the account's name.
        api_key: the id of the account's key pair.
        api_secret: the secret of the account's key pair.
        base_url: the URL of the service.
        clock: the clock of the service, which its accounts share.
        faults: the faults of the account's calls and webhooks.
    """

    def __init__(self, service: Connection, base_url: str, name: str, api_key: str, api_secret: str) -> None:
        self.name = name
        self.api_key = api_key
        self.api_secret = api_secret
        self.base_url = base_url
        self.clock = Clock(service)
        self._connection = service.with_headers({"sb-api-key-id": api_key, "sb-api-secret-key": api_secret})
        self.faults = Faults(self._connection)
        self._events = Events(self._connection)
        self._environment: AbstractContextManager[None] | None = None

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment variables that make clients use the account: `SENDBLUE_API_BASE_URL` and the key pair."""
        return {
            "SENDBLUE_API_BASE_URL": self.base_url,
            "SENDBLUE_API_API_KEY": self.api_key,
            "SENDBLUE_API_API_SECRET": self.api_secret,
        }

    def reset(self, *, deterministic: bool = False) -> None:
        """Delete everything in the account, its faults and its recorded calls. The key pair stays valid.

        Args:
            deterministic: whether ids and event numbers start from the same values after each such reset. The same
                calls then get the same ids, if the clock is frozen at the same time. The default is False.
        """
        self._connection.control("POST", "reset", {"deterministic": deterministic})
        self._events.forget()

    def snapshot(self) -> dict[str, Any]:
        """Return the contents of the account for `restore`. JSON can store them; faults and calls are left out."""
        state: dict[str, Any] = self._connection.control("GET", "snapshot")
        return state

    def restore(self, state: Mapping[str, Any]) -> None:
        """Replace the contents of the account with a snapshot, of this account or another.

        Raises:
            ControlError: the snapshot was changed, or comes from another version of numberkeep.
        """
        self._connection.control("POST", "restore", state)
        self._events.forget()

    def seed(self, data: Mapping[str, Any] | str | Path) -> None:
        """Add contacts, opt-outs and messages: all of them, or none.

        Args:
            data: `{"contacts": [...], "opt_outs": [...], "messages": [...]}`, or the path of a JSON file with it.

        Raises:
            ControlError: an entry is invalid; the message names it.
            OSError: the file cannot be read.
            ValueError: the file is not JSON.
        """
        rows = data if isinstance(data, Mapping) else json.loads(Path(data).read_text(encoding="utf-8"))
        self._connection.control("POST", "seed", rows)

    @property
    def calls(self) -> list[Call]:
        """The calls that programs made with the account's keys, oldest first. The service keeps the last 1,000."""
        return self._recorded()

    def assert_called(
        self,
        operation: str,
        *,
        number: str | None = None,
        status: int | None = None,
        body: Mapping[str, Any] | None = None,
        times: int | None = None,
    ) -> list[Call]:
        """Check that the program made a call, and return all such calls.

        Args:
            operation: the operation, such as `contacts.create`.
            number: the phone number that the calls are about, in E.164.
            status: the HTTP status of the answers.
            body: fields that the JSON bodies have, with these values.
            times: how many such calls there are; by default at least one.

        Raises:
            AssertionError: there is no such call, or another number of them; the message names the nearest calls.
            ControlError: there is no such operation.
        """
        __tracebackhide__ = True
        calls, expected = self.calls, Expected(operation, number, status, body)
        found = matching(calls, expected)
        if not found:
            self._connection.control("GET", "calls", operation=operation, limit=1)  # refuses a misspelled name
        if not found and times != 0:
            raise AssertionError(miss(calls, expected))
        if times not in {None, len(found)}:
            lines = "".join(f"\n  {call}" for call in found)
            count = "once" if len(found) == 1 else f"{len(found)} times"
            raise AssertionError(f"{expected} was called {count}, not {times}:{lines}")
        return found

    def wait_for(self, event_type: str, *, number: str | None = None, timeout: float = 2) -> Event:
        """Wait for the next event of a type, and return it. It may have happened already; each is returned once.

        Args:
            event_type: the type, such as `verification.approved`.
            number: the phone number that the event is about, in E.164; by default any.
            timeout: the longest wait, in seconds of real time.

        Raises:
            AssertionError: no such event happened in time; the message names the last events.
        """
        __tracebackhide__ = True
        return self._events.wait_for(event_type, number, timeout)

    def phone(self, number: str) -> Phone:
        """Return the phone with this number, to which the account sends messages.

        Args:
            number: the number, in E.164.
        """
        return Phone(self._connection, number)

    def delete(self) -> None:
        """Delete the account with everything in it, and put the clock back; the end of `with` does this."""
        self.clock.put_back()
        self._connection.control("DELETE", "account")

    def _recorded(self) -> list[Call]:
        calls: list[Call] = []
        page: list[dict[str, Any]] = [{}]
        while page:
            after = calls[-1].call_id if calls else None
            page = self._connection.control("GET", "calls", after=after, limit=_PAGE)["calls"]
            calls += (known(Call, each) for each in page)
        return calls

    def __enter__(self) -> Self:
        self._environment = client_environment(self.environ)
        self._environment.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._environment is not None:
            self._environment.__exit__(kind, error, trace)
        self.delete()
