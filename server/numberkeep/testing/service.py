"""A service in test mode: started for the tests, or one that runs already."""

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from numberkeep.testing.account import Account
from numberkeep.testing.clock import Clock
from numberkeep.testing.connection import Connection
from numberkeep.testing.process import ServiceProcess


class Service:
    """A service in test mode, as a context manager: `with` or `async with`. It stops at the end of the block.

    Args:
        url: the URL of a running service in test mode, which is left running. By default a new service is started on
            a free port, with its database in memory.
        settings: `NUMBERKEEP_*` variables for a new service, which inherits none of this process.

    Raises:
        ValueError: both arguments are given.
    """

    def __init__(self, url: str | None = None, *, settings: Mapping[str, str] | None = None) -> None:
        if url and settings:
            raise ValueError("the settings of a running service cannot be changed: leave out `settings` or `url`")
        self._given_url = url
        self._settings = settings or {}
        self._process: ServiceProcess | None = None
        self._connection: Connection | None = None
        self._url = ""

    def start(self) -> None:
        """Start the service; `with` does this.

        Raises:
            ControlError: the service does not start; the message has its log.
        """
        if self._connection is None:
            if self._given_url is None:
                self._process = ServiceProcess(self._settings)
            self._url = (self._process.url if self._process else self._given_url or "").rstrip("/")
            self._connection = Connection(self._url)

    def stop(self) -> None:
        """Stop the service, unless it was given by its URL; the end of `with` does this."""
        if self._connection is not None:
            self._connection.close()
        if self._process is not None:
            self._process.stop()
        self._connection = self._process = None

    @property
    def url(self) -> str:
        """The URL of the service, without a trailing slash."""
        self._open()
        return self._url

    @property
    def clock(self) -> Clock:
        """The clock of the service, which all of its accounts share."""
        return Clock(self._open())

    def account(self, name: str | None = None, *, region: str | None = None) -> Account:
        """Create an account, which is deleted at the end of a `with` block, or with the service.

        Args:
            name: the name of the account; by default a random one.
            region: the region of numbers without a country code, such as `GB`; by default `US`.

        Raises:
            ControlError: there is already an account of this name, or no such region; or the service in test mode
                cannot be reached.
        """
        connection, wanted = self._open(), {"name": name, "region": region}
        given = {field: value for field, value in wanted.items() if value is not None}
        made = connection.control("POST", "accounts", given)
        return Account(connection, self._url, made["account"], made["api_key"], made["api_secret"])

    def _open(self) -> Connection:
        if self._connection is None:
            raise RuntimeError("the service is not started: use it as `with Service() as service:`")
        return self._connection

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self.start)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.stop)
