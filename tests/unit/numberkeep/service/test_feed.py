"""Following an account's change log."""

import asyncio
from contextlib import aclosing

import pytest

from numberkeep.domain.contacts.contact import ContactPatch
from numberkeep.domain.errors import NoSuchEvent
from numberkeep.domain.identity import Account
from numberkeep.domain.retention import DeleteOldEvents
from numberkeep.service import bulk, contacts, feed
from numberkeep.service.bulk import GivenRow
from numberkeep.service.context import Context
from support.api import SetClock

PHONE = "+14155552671"
PATIENCE = 5


async def create(context: Context, account: Account, count: int) -> None:
    """Have so many events happen."""
    rows = [GivenRow(n, f"+1415600{n:04d}", ContactPatch()) for n in range(count)]
    await bulk.create(context, account, rows, [], skip_bad=False)


async def test_where_to_begin(context: Context, account: Account) -> None:
    """Behind the last event where nothing is said, else behind the one that is; OLDEST is all that is kept."""
    assert [await feed.first(context, account, after) for after in (None, feed.OLDEST, 0)] == [0, 0, 0]
    await create(context, account, 3)
    assert [await feed.first(context, account, after) for after in (None, feed.OLDEST, 0, 2, 3)] == [3, 0, 0, 2, 3]


@pytest.mark.parametrize("after", [4, 10**17])
async def test_a_number_that_there_is_not_yet_is_refused(context: Context, account: Account, after: int) -> None:
    """Who comes with it followed another log, or this one before a restore, and is told where this one ends."""
    await create(context, account, 3)
    with pytest.raises(NoSuchEvent, match="begin after 3"):
        await feed.first(context, account, after)


async def test_what_is_forgotten_is_told(context: Context, account: Account, clock: SetClock) -> None:
    """NoSuchEvent tells the number behind which the log still reaches, and that one is taken, as OLDEST too."""
    await create(context, account, 300)
    before = context.clock.take()
    clock.pass_seconds(31 * 24 * 3600)
    await bulk.delete(context, account, [f"+1415600{n:04d}" for n in range(300)])
    await context.apply(DeleteOldEvents(account.account_id, 1000, before))
    for after in (0, 299):
        with pytest.raises(NoSuchEvent, match="begin after 300"):
            await feed.first(context, account, after)
    assert [await feed.first(context, account, after) for after in (300, feed.OLDEST)] == [300, 300]


async def test_what_is_there_comes_in_pages_and_what_comes_at_once(
    context: Context, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All events in order, none twice; neither the next page nor a change waits for the next look."""
    monkeypatch.setattr(feed, "_LOOK_SECONDS", 60.0)
    await create(context, account, 450)
    async with aclosing(feed.follow(context, account, 10)) as following:
        async with asyncio.timeout(PATIENCE):
            seen = [event.event_id for _ in range(3) for event in await anext(following)]
        assert seen == list(range(11, 451))
        coming = asyncio.create_task(anext(following))
        await asyncio.sleep(0.01)
        await contacts.create(context, account, PHONE, ContactPatch(), update_if_exists=False)
        async with asyncio.timeout(PATIENCE):
            assert [event.event_id for event in await coming] == [451]
    assert not context.signals._listeners


async def test_where_nothing_comes_that_is_said(
    context: Context, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty page now and then; another process's change, which nobody rings for, is seen with the next look."""
    monkeypatch.setattr(feed, "_LOOK_SECONDS", 0.02)
    async with aclosing(feed.follow(context, account, 0)) as following:
        assert [await anext(following) for _ in range(3)] == [[], [], []]
        monkeypatch.setattr(context.signals, "notify", lambda _: None)
        await create(context, account, 1)
        assert [event.event_id for event in await anext(following)] == [1]
