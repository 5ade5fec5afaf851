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
from numberkeep.store.whole_account import EmptyAccount
from support.api import SetClock

PHONE = "+14155552671"
PATIENCE = 30


async def create(context: Context, account: Account, count: int) -> None:
    """Create so many contacts, each of which makes an event."""
    rows = [GivenRow(n, f"+1415600{n:04d}", ContactPatch()) for n in range(count)]
    await bulk.create(context, account, rows, [], skip_bad=False)


async def test_the_start_position(context: Context, account: Account) -> None:
    """After the last event by default, or after the given one; OLDEST is the start of the retained log."""
    assert [await feed.first(context, account, after) for after in (None, feed.OLDEST, 0)] == [0, 0, 0]
    await create(context, account, 3)
    assert [await feed.first(context, account, after) for after in (None, feed.OLDEST, 0, 2, 3)] == [3, 0, 0, 2, 3]


@pytest.mark.parametrize("after", [4, 10**17])
async def test_a_position_in_the_future_is_refused(context: Context, account: Account, after: int) -> None:
    """It belongs to another log, or to this one before a restore; the error has the last position."""
    await create(context, account, 3)
    with pytest.raises(NoSuchEvent, match="begin after 3"):
        await feed.first(context, account, after)


async def test_a_position_before_the_retained_log_is_refused(
    context: Context, account: Account, clock: SetClock
) -> None:
    """NoSuchEvent has the earliest valid position, which is accepted, as is OLDEST."""
    await create(context, account, 300)
    before = context.clock.take()
    clock.pass_seconds(31 * 24 * 3600)
    await bulk.delete(context, account, [f"+1415600{n:04d}" for n in range(300)])
    await context.apply(DeleteOldEvents(account.account_id, 1000, before))
    for after in (0, 299):
        with pytest.raises(NoSuchEvent, match="begin after 300"):
            await feed.first(context, account, after)
    assert [await feed.first(context, account, after) for after in (300, feed.OLDEST)] == [300, 300]


async def test_existing_events_come_in_pages_and_new_ones_at_once(
    context: Context, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In order, without duplicates; neither a next page nor a change waits for the polling interval."""
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


async def test_without_events_a_page_is_empty(
    context: Context, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Changes of other processes, which send no signal here, are found by polling."""
    monkeypatch.setattr(feed, "_LOOK_SECONDS", 0.02)
    async with aclosing(feed.follow(context, account, 0)) as following:
        assert [await anext(following) for _ in range(3)] == [[], [], []]
        monkeypatch.setattr(context.signals, "notify", lambda _: None)
        await create(context, account, 1)
        assert [event.event_id for event in await anext(following)] == [1]


async def test_a_log_that_begins_again_ends_whoever_follows_it(context: Context, account: Account) -> None:
    """At once: its numbers mean other events from then on."""
    await create(context, account, 3)
    async with aclosing(feed.follow(context, account, 3)) as following:

        async def follow() -> None:
            async for events in following:
                assert not events

        ending = asyncio.create_task(follow())
        await asyncio.sleep(0.01)
        await context.apply(EmptyAccount(account.account_id, restart=True))
        context.signals.notify_restart(account.account_id)
        with pytest.raises(NoSuchEvent, match="begin after 0"):
            await asyncio.wait_for(ending, PATIENCE)


async def test_the_log_of_an_emptied_account_goes_on(context: Context, account: Account) -> None:
    """A follower sees what happens next; one that returns to an older position gets an error that names the gap."""
    await create(context, account, 3)
    async with aclosing(feed.follow(context, account, 3)) as following, asyncio.timeout(PATIENCE):
        await context.apply(EmptyAccount(account.account_id))
        await create(context, account, 1)
        seen = [event.event_id for event in await anext(following)]
    assert seen == [4]
    with pytest.raises(NoSuchEvent, match="begin after 3"):
        await feed.first(context, account, 2)
