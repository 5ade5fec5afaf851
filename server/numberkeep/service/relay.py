"""The relay: takes what is owed out of the outbox, hands it on, and records what became of it.

At least once: what was taken and not recorded, because the process died in between, is taken again when its lease is
over. While a process lives, nobody else takes what it has taken: a delivery is given up well before its lease ends, and
not begun at all where that is over.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import partial
from types import TracebackType
from typing import Final

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_delay, wait_exponential_jitter
from tenacity import wait_random_exponential as wait_random

from numberkeep.domain.commands import SECOND
from numberkeep.domain.conversation import ExpireVerifications
from numberkeep.domain.delivery import SENDER, Delivered, Owed, Taken, Undelivered
from numberkeep.domain.errors import DeliveryFailed, NumberkeepError, StoreBusy, StoreUnavailable
from numberkeep.domain.forgetting import EVENTS_KEPT, ForgetEvents
from numberkeep.domain.outbox import SettleDelivery, TakeDeliveries
from numberkeep.service.bell import Listener
from numberkeep.service.context import Context
from numberkeep.service.outlets import Notifier, Sender

_log = logging.getLogger("numberkeep.relay")

LEASE_SECONDS: Final = 30
ATTEMPTS: Final = 15
"""How often a delivery is tried before it is dead: over about five hours."""

_backoff = wait_exponential_jitter(multiplier=5, max=3600, jitter=2)

_AT_A_TIME: Final = 8
"""Deliveries to one target that are under way at a time, about."""

_UNRECORDED: Final = 64
"""Deliveries of an account that have ended and may wait to be recorded before no more are taken."""

_LOOK_SECONDS: Final = 1.0
"""How often to look for what other processes owe or leave behind."""

_PAUSE_SECONDS: Final = 0.02
"""The least between two looks: under load one look serves many changes."""

_FORGET_SECONDS: Final = 3600.0
"""How often to look for what is too old to be kept."""

_EXPIRED_AT_A_TIME: Final = 256
_FORGOTTEN_AT_A_TIME: Final = 512
_GRACE_SECONDS: Final = 10.0
"""How long deliveries under way may take to finish when the relay is closed."""


class Relay:
    """Delivers what all accounts of a store owe.

    Args:
        context: what to work with.
        sender: takes messages.
        notifier: takes events to webhooks.
        lease_seconds: how long what was taken is out of the outbox; a delivery is given up after two thirds of it.
    """

    def __init__(
        self, context: Context, sender: Sender, notifier: Notifier, *, lease_seconds: int = LEASE_SECONDS
    ) -> None:
        self._context = context
        self._sender = sender
        self._notifier = notifier
        self._lease_seconds = lease_seconds
        self._names: dict[int, str] = {}
        self._working: dict[tuple[str, int], asyncio.Task[None]] = {}
        self._main: asyncio.Task[None] | None = None
        self._closing = False
        self.delivered: Counter[tuple[str, str]] = Counter()
        """How often what became of deliveries in this process: by channel (`sender`, `webhook`) and outcome."""

    def start(self) -> None:
        """Work in the background until `close`."""
        self._main = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Take nothing more, and wait a little for what is under way; what does not finish is delivered again later."""
        self._closing = True
        tasks = {*self._working.values()}
        if self._main is not None:
            self._main.cancel()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=_GRACE_SECONDS)
            for task in late:
                task.cancel()
        await asyncio.gather(*tasks, *([self._main] if self._main else []), return_exceptions=True)
        await self._sender.close()
        await self._notifier.close()

    async def turn(self) -> int:
        """Do once all that there is to do: of what each account owes, eight at most are delivered; gives how many.

        Raises:
            NumberkeepError: the store failed.
        """
        agenda = await self._context.store.agenda(self._context.clock.take())
        for account_id in agenda.late:
            await self._expire(account_id)
        for account_id in await self._aged():
            await self._forget(account_id)
        taken = 0
        for account_id in agenda.owing:
            owed = (await self._take(account_id, ())).owed
            await asyncio.gather(*(self._deliver(account_id, each, lambda: None) for each in owed))
            taken += len(owed)
        return taken

    async def _run(self) -> None:
        now = asyncio.get_running_loop().time
        forget_at = now()
        whole_at = now()  # when to look at all accounts, and not only at those that are heard of
        with self._context.bell.listening() as listener:
            rung: set[int] = set()
            while True:
                if now() >= forget_at:
                    await self._look_back()
                    forget_at = now() + _FORGET_SECONDS
                among = rung if now() < whole_at else None
                wait = await self._look(among)
                whole_at = now() + wait if among is None else min(whole_at, now() + wait)
                await asyncio.sleep(_PAUSE_SECONDS)
                rung = await listener.wait(max(whole_at - now(), 0))

    async def _look(self, among: Collection[int] | None) -> float:
        """Begin what there is to do; gives how many seconds later there may be more that nobody tells of."""
        with _Telling():
            at = self._context.clock.take()
            agenda = await self._context.store.agenda(at, among)
            for account_id in agenda.owing:
                self._begin("serve", account_id, self._serve)
            for account_id in agenda.late:
                self._begin("expire", account_id, self._expire)
            if agenda.next_at is not None:
                return min(_LOOK_SECONDS, (agenda.next_at - at) / SECOND)
        return _LOOK_SECONDS

    async def _look_back(self) -> None:
        with _Telling():
            for account_id in await self._aged():
                self._begin("forget", account_id, self._forget)

    def _begin(self, what: str, account_id: int, work: Callable[[int], Awaitable[None]]) -> None:
        """Work for an account in a task of its own, so that none waits for another; not twice at a time."""
        key = (what, account_id)
        if key in self._working or self._closing:
            return

        async def run() -> None:
            with _Telling():
                await work(account_id)

        task = self._working[key] = asyncio.create_task(run())
        task.add_done_callback(lambda _: self._working.pop(key, None))

    async def _serve(self, account_id: int) -> None:
        """Deliver what the account owes until nothing is due, the next while what became of one is recorded."""
        flying: set[asyncio.Task[None]] = set()
        sending: Counter[int] = Counter()
        with self._context.bell.listening(account_id) as listener:

            def sent(target: int) -> None:
                sending[target] -= 1
                listener.hear(account_id)

            async with asyncio.TaskGroup() as group:
                while not self._closing:
                    if len(flying) - sending.total() < _UNRECORDED:
                        busy = tuple(target for target, load in sending.items() if load >= _AT_A_TIME)
                        taken = None
                        with _Telling():  # and then finish what is under way
                            taken = await self._take(account_id, busy)
                        if taken is None:
                            return
                        for owed in taken.owed:
                            target = owed.delivery.target
                            sending[target] += 1
                            flying.add(group.create_task(self._deliver(account_id, owed, partial(sent, target))))
                        if taken.owed or taken.canceled:
                            continue
                        if not flying:
                            if listener.heard():  # while nothing was found
                                continue
                            return
                    rung = group.create_task(_heard(listener))
                    done, _ = await asyncio.wait([*flying, rung], return_when=asyncio.FIRST_COMPLETED)
                    rung.cancel()
                    flying -= done

    async def _take(self, account_id: int, busy: tuple[int, ...]) -> Taken:
        at = self._context.clock.take()
        command = TakeDeliveries(account_id, _AT_A_TIME, self._lease_seconds * SECOND, at, busy)
        taken = await self._context.store.apply(command)
        if taken.canceled:
            self._context.bell.ring(account_id)
        return taken

    async def _expire(self, account_id: int) -> None:
        at = self._context.clock.take()
        await self._context.apply(ExpireVerifications(account_id, _EXPIRED_AT_A_TIME, at))

    async def _aged(self) -> Sequence[int]:
        return await self._context.store.aged(self._context.clock.take() - EVENTS_KEPT)

    async def _forget(self, account_id: int) -> None:
        more = True
        while more and not self._closing:
            at = self._context.clock.take()
            more = await self._context.store.apply(ForgetEvents(account_id, _FORGOTTEN_AT_A_TIME, at))

    async def _deliver(self, account_id: int, owed: Owed, sent: Callable[[], None]) -> None:
        delivery = owed.delivery
        outcome = None
        seconds = (delivery.due_at - self._context.clock.take()) / SECOND - self._lease_seconds / 3
        if seconds > 0:  # else the store was so slow to give it out that soon somebody else may take it
            outcome = await self._outcome(account_id, owed, seconds)
        sent()
        if outcome is None:
            _log.warning("account %s: delivery %s was given out too late to begin it", account_id, delivery.item)
            return
        channel = "sender" if delivery.target == SENDER else "webhook"
        if isinstance(outcome, Delivered):
            self.delivered[channel, "delivered"] += 1
        else:
            dead = outcome.retry_at is None
            self.delivered[channel, "dead" if dead else "failed"] += 1
            _log.log(
                logging.ERROR if dead else logging.WARNING,
                "account %s: delivery %s to %s failed%s: %s",
                account_id,
                delivery.item,
                "the sender" if delivery.target == SENDER else f"webhook {delivery.target}",
                " for good" if dead else "",
                outcome.error,
            )
        at = self._context.clock.take()
        command = SettleDelivery(account_id, delivery, outcome, at)
        # What cannot be recorded within the lease is delivered again after it.
        retrying = AsyncRetrying(
            retry=retry_if_exception_type((StoreUnavailable, StoreBusy)),
            wait=wait_random(multiplier=0.1, max=2),
            stop=stop_after_delay(self._lease_seconds / 3),
            reraise=True,
        )
        with _Telling():
            try:
                await retrying(self._context.apply, command)
            except NumberkeepError as error:
                _log.warning("account %s: the end of delivery %s is not recorded: %s", account_id, delivery.item, error)

    async def _outcome(self, account_id: int, owed: Owed, seconds: float) -> Delivered | Undelivered:
        try:
            async with asyncio.timeout(seconds):
                account = await self._name(account_id)
                if owed.message is not None:
                    return await self._sender.send(account, owed.message)
                if owed.event is not None and owed.webhook is not None:
                    return await self._notifier.notify(account, owed.webhook, owed.event)
                return Undelivered("what was to be delivered is not there any more", None)
        except DeliveryFailed as failed:
            return self._undelivered(owed, str(failed), failed.retry_after, permanent=failed.permanent)
        except TimeoutError:
            return self._undelivered(owed, "it took too long", None)
        except Exception as error:  # noqa: BLE001 - one that cannot be delivered must not stop the others
            return self._undelivered(owed, f"numberkeep failed with {type(error).__name__}", None)

    def _undelivered(
        self, owed: Owed, error: str, retry_after: float | None, *, permanent: bool = False
    ) -> Undelivered:
        if permanent or owed.delivery.attempts >= ATTEMPTS:
            return Undelivered(error, None)
        seconds = max(backoff_seconds(owed.delivery.attempts), retry_after or 0)
        return Undelivered(error, self._context.clock.take() + int(seconds * SECOND))

    async def _name(self, account_id: int) -> str:
        name = self._names.get(account_id)
        if name is None:
            account = await self._context.store.account_of(account_id)
            name = self._names[account_id] = "" if account is None else account.name
        return name


class _Telling:
    """Logs what fails, and goes on: what is owed stays owed, and a relay that has ended would send nothing more."""

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """Gives whether it was told, and so is over."""
        if isinstance(error, NumberkeepError):
            _log.warning("the relay waits: the store says %s", error)
        elif isinstance(error, Exception):  # its text may hold a number or a name
            _log.error("the relay failed with %s", type(error).__name__)
        else:
            return False
        return True


async def _heard(listener: Listener) -> None:
    await listener.wait(_LOOK_SECONDS)


def backoff_seconds(attempts: int) -> float:
    """How long to wait after so many attempts: from 5 seconds on twice as long each time, at most an hour."""
    state = RetryCallState(retry_object=AsyncRetrying(), fn=None, args=(), kwargs={})
    state.attempt_number = attempts
    return _backoff(state)
