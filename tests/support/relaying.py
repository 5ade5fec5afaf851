"""A relay in the background, and work for it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from numberkeep.domain.contacts.contact import ContactPatch
from numberkeep.domain.identity import Account
from numberkeep.service import contacts, webhooks
from numberkeep.service.context import Context
from numberkeep.service.relay import Relay
from support.outlets import ScriptedNotifier, ScriptedSender

PATIENCE: Final = 30


@asynccontextmanager
async def at_work(
    context: Context, notifier: ScriptedNotifier, sender: ScriptedSender | None = None
) -> AsyncIterator[Relay]:
    """Run a relay in the background until the block ends."""
    worker = Relay(context, sender or ScriptedSender(), notifier)
    worker.start()
    try:
        yield worker
    finally:
        async with asyncio.timeout(PATIENCE):
            await worker.close()


async def register(context: Context, account: Account, path: str) -> int:
    """Create a webhook for new contacts, and return its number."""
    url = f"https://example.com/{path}"
    types = ["contact.created"]
    return (await webhooks.create(context, ScriptedNotifier(), account, url, types=types, secret=None)).webhook_id


async def create(context: Context, account: Account, *numbers: int) -> None:
    """Create contacts."""
    for number in numbers:
        await contacts.create(context, account, f"+1415600{number:04d}", ContactPatch(), update_if_exists=False)


async def until(holds: Callable[[], bool]) -> None:
    """Wait until a condition is true."""
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110 - nothing reports it
            await asyncio.sleep(0.01)
