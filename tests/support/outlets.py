"""A sender and a notifier that follow a script."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from numberkeep.domain.event import Event
from numberkeep.domain.messages.message import Message
from numberkeep.domain.outbox.attempt import Exchange
from numberkeep.domain.outbox.delivery import Delivered
from numberkeep.domain.webhooks.webhook import Webhook

Act = Callable[[], Awaitable[None]]


async def _take() -> None:
    """Accept it."""


def failing(error: BaseException) -> Act:
    """Return an act that raises this error."""

    async def act() -> None:
        raise error

    return act


def waiting(event: asyncio.Event) -> Act:
    """Return an act that accepts once the event is set."""

    async def act() -> None:
        await event.wait()

    return act


TAKE: Final[Act] = _take


class Script:
    """Performs acts in order, and the last one indefinitely."""

    def __init__(self, *acts: Act) -> None:
        self._acts = acts or (TAKE,)
        self._turn = 0

    async def play(self) -> None:
        """Perform the next act."""
        act = self._acts[min(self._turn, len(self._acts) - 1)]
        self._turn += 1
        await act()


class ScriptedSender:
    """A sender that follows a script.

    Attributes:
        got: the accounts and messages that it got, accepted or not.
        closed: whether its connections were closed.
    """

    def __init__(self, *acts: Act) -> None:
        self._script = Script(*acts)
        self.got: list[tuple[str, Message]] = []
        self.closed = False

    async def send(self, account: str, message: Message) -> Delivered:
        """Perform the next act."""
        self.got.append((account, message))
        await self._script.play()
        return Delivered(handle=f"handle-{message.message_id}")

    async def close(self) -> None:
        """Record the close."""
        self.closed = True


class ScriptedNotifier:
    """A notifier with a script for each path of the webhooks' URLs.

    Attributes:
        got: webhook, event and account of each call, accepted or not.
        taken: the same, of accepted calls.
        changed: set whenever one is accepted.
    """

    def __init__(self, **scripts: Script) -> None:
        self._scripts = scripts
        self.got: list[tuple[str, int, int]] = []
        self.taken: list[tuple[str, int, int]] = []
        self.changed = asyncio.Event()
        self.closed = False

    async def notify(
        self,
        account: str,
        webhook: Webhook,
        event: Event,
        seen: Exchange | None = None,  # noqa: ARG002
    ) -> Delivered:
        """Perform the next act of the webhook's script."""
        key = (account, webhook.webhook_id, event.event_id)
        self.got.append(key)
        script = self._scripts.get(webhook.url.rpartition("/")[2])
        if script is not None:
            await script.play()
        self.taken.append(key)
        self.changed.set()
        return Delivered()

    async def check(self, account: str, url: str) -> None:
        """Accept any URL."""

    async def close(self) -> None:
        """Do nothing."""
        self.closed = True

    async def until_taken(self, count: int) -> None:
        """Wait until this number of events was accepted."""
        async with asyncio.timeout(5):
            while len(self.taken) < count:
                self.changed.clear()
                await self.changed.wait()
