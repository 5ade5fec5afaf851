"""The relay in the background: when it polls for deliveries."""

import asyncio
from collections import Counter
from contextlib import aclosing
from typing import Any

import pytest

from numberkeep.domain.errors import StoreUnavailable
from numberkeep.domain.event import EventType
from numberkeep.domain.identity import Account, KeyPair
from numberkeep.domain.outbox.commands import SettleDelivery
from numberkeep.service import feed, keys, relay, verification
from numberkeep.service.context import Context
from numberkeep.service.relay import Relay
from numberkeep.store.queries import GetAgendaOf, GetBacklog, Query
from support.api import SetClock
from support.outlets import TAKE, Script, ScriptedNotifier, ScriptedSender, waiting
from support.relaying import PATIENCE, at_work, create, register

PHONE = "+14155552671"


async def test_an_idle_account_is_not_polled_repeatedly(
    context: Context, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the last delivery the store is asked once more."""
    monkeypatch.setattr(relay, "_LOOK_SECONDS", 60.0)
    await register(context, account, "fast")
    notifier, takes = ScriptedNotifier(), Counter[bool]()
    async with at_work(context, notifier) as worker:
        take = worker._deliverer.take

        async def counting_take(*given: Any) -> Any:
            taken = await take(*given)
            takes[bool(taken.pending)] += 1
            return taken

        monkeypatch.setattr(worker._deliverer, "take", counting_take)
        await create(context, account, 1)
        await notifier.until_taken(1)
        async with asyncio.timeout(PATIENCE):
            while worker._working:  # noqa: ASYNC110 - there is no event to await
                await asyncio.sleep(0.005)
    assert takes[True] == 1
    assert takes[False] < 10


async def test_another_process_s_delivery_is_found_before_the_next_known_one(
    context: Context, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The relay polls even if the next known delivery is due in a day."""
    monkeypatch.setattr(relay, "_LOOK_SECONDS", 0.05)
    await create(context, account, 1)
    await verification.request(context, account, "+14156000001")
    await Relay(context, ScriptedSender(), ScriptedNotifier()).turn()
    await register(context, account, "fast")
    notifier = ScriptedNotifier()
    async with at_work(context, notifier):
        await asyncio.sleep(0.05)
        monkeypatch.setattr(context.signals, "notify", lambda _: None)
        await create(context, account, 2)
        await notifier.until_taken(1)


async def test_a_change_during_a_poll_is_delivered(
    context: Context, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A signal that arrives during an account's last poll does not wait for the next one."""
    monkeypatch.setattr(relay, "_LOOK_SECONDS", 60.0)
    await register(context, account, "fast")
    notifier, read, looked = ScriptedNotifier(), context.store.read, asyncio.Event()

    async def noting_agenda(query: Query[Any]) -> Any:
        found = await read(query)
        if isinstance(query, GetAgendaOf):
            asyncio.get_running_loop().call_soon(looked.set)
        return found

    async with at_work(context, notifier) as worker:
        take, late = worker._deliverer.take, iter([1])

        async def late_take(*given: Any) -> Any:
            taken = await take(*given)
            for number in late:
                monkeypatch.setattr(context.store, "read", noting_agenda)
                await create(context, account, number)
                await looked.wait()
            return taken

        monkeypatch.setattr(worker._deliverer, "take", late_take)
        worker._begin("serve", account.account_id, worker._serve)
        await notifier.until_taken(1)


async def test_another_process_s_delivery_is_found_under_load(
    context: Context, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Continuous signals for one account do not keep the relay from polling all accounts."""
    monkeypatch.setattr(relay, "_LOOK_SECONDS", 0.1)
    other = (await keys.create(context, "other", KeyPair("key2", "s"))).account
    await register(context, other, "fast")
    notifier = ScriptedNotifier()
    ring = context.signals.notify

    async def ring_on() -> None:
        while True:
            ring(account.account_id)
            await asyncio.sleep(0.01)

    async with at_work(context, notifier):
        ringing = asyncio.create_task(ring_on())
        await asyncio.sleep(0.05)
        monkeypatch.setattr(context.signals, "notify", lambda _: None)
        await create(context, other, 1)
        await notifier.until_taken(1)
        ringing.cancel()


async def test_a_pending_verification_expires_without_a_request(
    context: Context, account: Account, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The event is recorded by the running relay."""
    monkeypatch.setattr(relay, "_LOOK_SECONDS", 0.05)
    await create(context, account, 1)
    await verification.request(context, account, "+14156000001")
    await Relay(context, ScriptedSender(), ScriptedNotifier()).turn()
    async with at_work(context, ScriptedNotifier()), aclosing(feed.follow(context, account, 0)) as following:
        clock.pass_seconds(24 * 3600 + 1)
        async with asyncio.timeout(PATIENCE):
            async for events in following:
                if EventType.VERIFICATION_EXPIRED in {event.type for event in events}:
                    break


async def test_close_starts_no_more_deliveries(context: Context, account: Account) -> None:
    """Pending deliveries are left for the next process, however fast they would be."""
    held = asyncio.Event()
    await register(context, account, "slow")
    notifier = ScriptedNotifier(slow=Script(*[waiting(held)] * relay._AT_A_TIME, TAKE))
    worker = Relay(context, ScriptedSender(), notifier)
    await create(context, account, *range(40))
    worker.start()
    async with asyncio.timeout(PATIENCE):
        while len(notifier.got) < relay._AT_A_TIME:  # noqa: ASYNC110 - there is no event to await
            await asyncio.sleep(0.005)
        closing = asyncio.create_task(worker.close())
        await asyncio.sleep(0)
        begun = len(notifier.got)
        held.set()
        await closing
    assert len(notifier.got) == len(notifier.taken) == begun < 40
    assert (await context.store.read(GetBacklog())).waiting == 40 - begun


async def test_unrecorded_results_limit_further_deliveries(
    context: Context, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of them would be sent again after a crash."""
    await register(context, account, "fast")
    await create(context, account, *range(200))
    apply, stalled = context.store.apply, asyncio.Event()

    async def stalling_apply(command: Any) -> Any:
        if isinstance(command, SettleDelivery):
            await stalled.wait()
        return await apply(command)

    monkeypatch.setattr(context.store, "apply", stalling_apply)
    notifier = ScriptedNotifier()
    async with at_work(context, notifier):
        await notifier.until_taken(relay._UNRECORDED)
        await asyncio.sleep(0.1)
        assert len(notifier.taken) < relay._UNRECORDED + 2 * relay._AT_A_TIME
        stalled.set()
        await notifier.until_taken(200)


def test_failures_are_logged_once_a_second(caplog: pytest.LogCaptureFixture) -> None:
    """For any number of accounts; without texts of unexpected errors, and without delaying cancellation."""
    logging_errors = relay._LoggingErrors()
    for error in [StoreUnavailable("down")] * 20:
        with logging_errors:
            raise error
    assert [record.message for record in caplog.records] == ["the relay waits: the store says down"]
    logging_errors._quiet_until = 0.0
    with logging_errors:
        raise RuntimeError(PHONE)
    assert caplog.messages[1:] == ["the relay failed with RuntimeError"]
    with pytest.raises(asyncio.CancelledError), logging_errors:
        raise asyncio.CancelledError
    for _ in range(2):
        with logging_errors:
            pass
        assert len(caplog.messages) == 2, "a failure was a moment ago"
    logging_errors._failed_at = 0.0
    for _ in range(2):
        with logging_errors:
            pass
    assert caplog.messages[2:] == ["the relay continues"]
