"""A sender and a notifier that do what a test says."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from numberkeep.domain.event import Event
from numberkeep.domain.messages.message import Message
from numberkeep.domain.outbox.delivery import Delivered
from numberkeep.domain.webhooks.webhook import Webhook

Act = Callable[[], Awaitable[None]]


async def _take() -> None:
    """Take it."""


def failing(error: BaseException) -> Act:
    """Raise this."""

    async def act() -> None:
        raise error

    return act


def waiting(event: asyncio.Event) -> Act:
    """Take it once the event is set."""

    async def act() -> None:
        await event.wait()

    return act


TAKE: Final[Act] = _take


class Script:
    """Does one thing after another, the last one for ever."""

    def __init__(self, *acts: Act) -> None:
        self._acts = acts or (TAKE,)
        self._turn = 0

    async def play(self) -> None:
        """Do the next."""
        act = self._acts[min(self._turn, len(self._acts) - 1)]
        self._turn += 1
        await act()


class ScriptedSender:
    """A sender.

    Attributes:
        got: the accounts and messages that it was given, also those that it did not take.
        closed: whether it was told to let go of connections.
    """

    def __init__(self, *acts: Act) -> None:
        self._script = Script(*acts)
        self.got: list[tuple[str, Message]] = []
        self.closed = False

    async def send(self, account: str, message: Message) -> Delivered:
        """Play the next act."""
        self.got.append((account, message))
        await self._script.play()
        return Delivered(handle=f"handle-{message.message_id}")

    async def close(self) -> None:
        """Be closed."""
        self.closed = True


class ScriptedNotifier:
    """A notifier, with a script for each path of the webhooks' URLs.

    Attributes:
        got: webhook, event and whose they are, also those that were not taken.
        taken: likewise, those that were.
        changed: set whenever one is taken.
    """

    def __init__(self, **scripts: Script) -> None:
        self._scripts = scripts
        self.got: list[tuple[str, int, int]] = []
        self.taken: list[tuple[str, int, int]] = []
        self.changed = asyncio.Event()
        self.closed = False

    async def notify(self, account: str, webhook: Webhook, event: Event) -> Delivered:
        """Play the next act of the webhook's script."""
        key = (account, webhook.webhook_id, event.event_id)
        self.got.append(key)
        script = self._scripts.get(webhook.url.rpartition("/")[2])
        if script is not None:
            await script.play()
        self.taken.append(key)
        self.changed.set()
        return Delivered()

    async def check(self, url: str) -> None:
        """Any URL will do."""

    async def close(self) -> None:
        """Be closed."""
        self.closed = True

    async def until_taken(self, count: int) -> None:
        """Wait until so many were taken."""
        async with asyncio.timeout(5):
            while len(self.taken) < count:
                self.changed.clear()
                await self.changed.wait()
