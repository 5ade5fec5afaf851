"""The relay: does the background work, account by account, so that no account waits for another.

It makes the deliveries that are due (delivering.py), closes verifications that have expired, and deletes old events and
dead deliveries (retention.py).
"""

import asyncio
import logging
import math
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from functools import partial
from types import TracebackType
from typing import Final

from numberkeep.domain.command import SECOND
from numberkeep.domain.errors import NumberkeepError
from numberkeep.domain.outbox.delivery import Agenda, Taken
from numberkeep.domain.verification.commands import ExpireVerifications
from numberkeep.service import retention
from numberkeep.service.context import Context
from numberkeep.service.delivering import LEASE_SECONDS, Deliverer
from numberkeep.service.outlets import Notifier, Sender
from numberkeep.service.signals import ALL_ACCOUNTS, Listener
from numberkeep.store.queries import GetAgenda, GetAgendaOf

_log = logging.getLogger("numberkeep.relay")

_AT_A_TIME: Final = 8
"""The approximate number of simultaneous deliveries to one target."""

_UNRECORDED: Final = 64
"""An account's deliveries that may wait to be recorded before no more are taken."""

_LOOK_SECONDS: Final = 1.0
"""How often to look for work of other processes, new or unfinished."""

_PAUSE_SECONDS: Final = 0.02
"""The least time between two looks: under load one look serves many changes."""

_RETENTION: Final = 600 * SECOND
"""How often to look for old events and dead deliveries to delete, microseconds."""

_EXPIRED_AT_A_TIME: Final = 256
_GRACE_SECONDS: Final = 10.0
"""How long deliveries under way may take to finish when the relay is closed."""


class Relay:
    """Makes the deliveries of all accounts of a store.

    Args:
        context: the service's context.
        sender: sends messages.
        notifier: sends events to webhooks.
        lease_seconds: how long a delivery that was taken is reserved; it is given up after two thirds of that.
    """

    def __init__(
        self, context: Context, sender: Sender, notifier: Notifier, *, lease_seconds: int = LEASE_SECONDS
    ) -> None:
        self._context = context
        self._deliverer = Deliverer(context, sender, notifier, lease_seconds)
        self._working: dict[tuple[str, int], asyncio.Task[None]] = {}
        self._main: asyncio.Task[None] | None = None
        self._stopped: Counter[int] = Counter()
        self._closing = False
        self._logging_errors = _LoggingErrors()

    @property
    def delivered(self) -> Mapping[tuple[str, str], int]:
        """The number of deliveries that ended in this process, by channel and outcome; see `Deliverer`."""
        return self._deliverer.delivered

    def start(self) -> None:
        """Work in the background until `close`."""
        self._main = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Take no more deliveries, and wait briefly for running ones; those that do not finish are made again later."""
        self._closing = True
        tasks = {*self._working.values()}
        if self._main is not None:
            self._main.cancel()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=_GRACE_SECONDS)
            for task in late:
                task.cancel()
        await asyncio.gather(*tasks, *([self._main] if self._main else []), return_exceptions=True)
        await self._deliverer.close()

    @asynccontextmanager
    async def stopped(self, account_id: int) -> AsyncIterator[None]:
        """Do nothing for an account while the block runs.

        What is under way is abandoned; it is done later if it is still due then.
        """
        self._stopped[account_id] += 1
        try:
            tasks = self._working_for(account_id)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            yield
        finally:
            self._stopped[account_id] -= 1
            if not self._stopped[account_id]:
                del self._stopped[account_id]
        self._context.signals.notify(account_id)

    async def turn(self) -> int:
        """Do all work once, with at most eight deliveries of each account, and return the number of deliveries.

        Raises:
            NumberkeepError: the store failed.
        """
        agenda = await self._context.store.read(GetAgenda(self._context.clock.now()))
        for account_id in agenda.expired:
            await self._expire(account_id)
        for account_id in await retention.accounts_with_old(self._context):
            await self._delete_old(account_id)
        taken = 0
        for account_id in agenda.due:
            pending = (await self._deliverer.take(account_id, _AT_A_TIME)).pending
            await asyncio.gather(*(self._deliverer.deliver(account_id, each, lambda: None) for each in pending))
            taken += len(pending)
        return taken

    async def catch_up(self, *, delete_old: bool = False) -> int | None:
        """Do all work that is due, also what follows from it, and wait until deliveries under way are recorded.

        Args:
            delete_old: whether that includes old events and dead deliveries.

        Returns:
            When there will be more work, microseconds since 1970; None if unknown.

        Raises:
            NumberkeepError: the store failed.
        """
        if delete_old:
            await self._look_for_old()
        while True:
            agenda = await self._context.store.read(GetAgenda(self._context.clock.now()))
            self._begin_all(agenda)
            if not self._working:
                return agenda.next_at
            await asyncio.wait({*self._working.values()})

    async def finish(self, account_id: int) -> None:
        """Do all work of an account that is due, also what follows from it, and wait until it is recorded.

        Raises:
            NumberkeepError: the store failed.
        """
        while True:
            agenda = await self._context.store.read(GetAgendaOf(self._context.clock.now(), {account_id}))
            self._begin_all(agenda)
            working = self._working_for(account_id)
            if not working:
                return
            await asyncio.wait(working)

    def _working_for(self, account_id: int) -> list[asyncio.Task[None]]:
        return [task for (_, each), task in self._working.items() if each == account_id]

    async def _run(self) -> None:
        now, clock = asyncio.get_running_loop().time, self._context.clock
        looked_for_old = -_RETENTION
        whole_at = now()  # when to look at all accounts, and not only at those that have changed
        with (
            self._context.signals.listening() as listener,
            clock.watching(lambda: listener.notify(ALL_ACCOUNTS)),
        ):
            changed: set[int] = set()
            while True:
                if not 0 <= clock.now() - looked_for_old < _RETENTION:  # it may have been set back
                    looked_for_old = clock.now()
                    await self._look_for_old()
                among = changed if now() < whole_at and ALL_ACCOUNTS not in changed else None
                wait = await self._look(among)
                whole_at = now() + wait if among is None else min(whole_at, now() + wait)
                await asyncio.sleep(_PAUSE_SECONDS)
                changed = await listener.wait(max(whole_at - now(), 0))

    async def _look(self, among: Collection[int] | None) -> float:
        """Begin the work, and return the seconds after which to look again even without a notification."""
        with self._logging_errors:
            at = self._context.clock.now()
            agenda = await self._context.store.read(GetAgenda(at) if among is None else GetAgendaOf(at, among))
            self._begin_all(agenda)
            if agenda.next_at is not None:
                return min(_LOOK_SECONDS, self._context.clock.seconds_until(agenda.next_at))
        return _LOOK_SECONDS

    def _begin_all(self, agenda: Agenda) -> None:
        for account_id in agenda.due:
            self._begin("serve", account_id, self._serve)
        for account_id in agenda.expired:
            self._begin("expire", account_id, self._expire)

    async def _look_for_old(self) -> None:
        with self._logging_errors:
            for account_id in await retention.accounts_with_old(self._context):
                self._begin("delete old", account_id, self._delete_old)

    def _begin(self, what: str, account_id: int, work: Callable[[int], Awaitable[None]]) -> None:
        """Start a task for an account, so that none waits for another, unless the same work is running."""
        key = (what, account_id)
        if key in self._working or self._closing or account_id in self._stopped:
            return

        async def run() -> None:
            with self._logging_errors:
                await work(account_id)

        task = self._working[key] = asyncio.create_task(run())
        task.add_done_callback(lambda _: self._working.pop(key, None))

    async def _serve(self, account_id: int) -> None:
        """Deliver until nothing of the account is due; outcomes are recorded while the next deliveries are taken."""
        flying: set[asyncio.Task[None]] = set()
        sending: Counter[int] = Counter()
        with self._context.signals.listening(account_id) as listener:

            def sent(target: int) -> None:
                sending[target] -= 1
                listener.notify(account_id)

            async with asyncio.TaskGroup() as group:
                while not self._closing:
                    if len(flying) - sending.total() < _UNRECORDED:
                        busy = tuple(target for target, load in sending.items() if load >= _AT_A_TIME)
                        taken = Taken(())
                        with self._logging_errors:  # the next attempt may succeed
                            taken = await self._deliverer.take(account_id, _AT_A_TIME, busy)
                        for pending in taken.pending:
                            target = pending.delivery.target
                            sending[target] += 1
                            delivering = self._deliverer.deliver(account_id, pending, partial(sent, target))
                            flying.add(group.create_task(delivering))
                        if taken.pending or taken.canceled:
                            continue
                        if not flying:
                            if listener.changed():  # while nothing was found
                                continue
                            return
                    change = group.create_task(_changed(listener))
                    done, _ = await asyncio.wait([*flying, change], return_when=asyncio.FIRST_COMPLETED)
                    change.cancel()
                    flying -= done

    async def _expire(self, account_id: int) -> None:
        await self._context.apply(ExpireVerifications(account_id, _EXPIRED_AT_A_TIME, self._context.stamp(0)))

    async def _delete_old(self, account_id: int) -> None:
        await retention.delete_old(self._context, account_id, lambda: self._closing)


class _LoggingErrors:
    """Logs errors, at most one line a second, and suppresses them: a relay that ended would send nothing more.

    It also logs that they have ended, after a second without one.
    """

    def __init__(self) -> None:
        self._quiet_until = -math.inf
        self._failed_at: float | None = None

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """Log an error, and return whether it is suppressed."""
        if not isinstance(error, Exception):
            if error is None and self._failed_at is not None and time.monotonic() - self._failed_at >= 1.0:
                self._failed_at = None
                _log.warning("the relay continues")
            return False
        self._failed_at = time.monotonic()
        if time.monotonic() >= self._quiet_until:
            self._quiet_until = time.monotonic() + 1.0
            if isinstance(error, NumberkeepError):
                _log.warning("the relay waits: the store says %s", error)
            else:  # its text may contain a number or a name
                _log.error("the relay failed with %s", type(error).__name__)
        return True


async def _changed(listener: Listener) -> None:
    await listener.wait(_LOOK_SECONDS)
