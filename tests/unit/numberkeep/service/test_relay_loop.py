"""The relay in the background: isolation of targets and accounts, and shutdown."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from numberkeep.domain.command import Command
from numberkeep.domain.errors import StoreBusy, StoreUnavailable
from numberkeep.domain.identity import Account, KeyPair
from numberkeep.domain.limits import MAX_WEBHOOKS
from numberkeep.domain.outbox.errors import DeliveryFailed
from numberkeep.domain.verification.commands import ExpireVerifications
from numberkeep.service import contacts, keys, messages, relay, retention, verification, webhooks
from numberkeep.service.context import Context
from numberkeep.service.relay import Relay
from numberkeep.store.queries import GetAgenda, GetAgendaOf, GetBacklog, GetTallies, ListEvents, Query
from support.api import SetClock
from support.outlets import TAKE, Script, ScriptedNotifier, ScriptedSender, failing, waiting
from support.relaying import PATIENCE, at_work, create, register, until

PHONE = "+14155552671"


async def test_a_slow_webhook_delays_no_other_target(context: Context, account: Account) -> None:
    """Other webhooks and accounts get all deliveries while one stalls with more than its limit."""
    other = (await keys.create(context, "other", KeyPair("key2", "s"))).account
    stalled = asyncio.Event()
    notifier = ScriptedNotifier(slow=Script(waiting(stalled)))
    for place, path in ((account, "slow"), (account, "fast"), (other, "fast")):
        await register(context, place, path)
    async with at_work(context, notifier):
        await create(context, account, *range(20))
        await create(context, other, *range(5))
        await notifier.until_taken(25)
        assert {(name, number) for name, number, _ in notifier.taken} == {("default", 2), ("other", 1)}
        assert len([key for key in notifier.got if key[:2] == ("default", 1)]) < 2 * relay._AT_A_TIME
        stalled.set()
        await notifier.until_taken(45)


async def test_a_change_is_delivered_at_once(
    context: Context, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its signal wakes the relay before the next poll."""
    monkeypatch.setattr(relay, "_LOOK_SECONDS", 60.0)
    await register(context, account, "fast")
    notifier = ScriptedNotifier()
    async with at_work(context, notifier):
        await asyncio.sleep(0.05)
        for n in range(3):
            await create(context, account, n)
            await notifier.until_taken(n + 1)


async def test_another_process_s_delivery_is_found(
    context: Context, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By polling, because no signal arrives."""
    monkeypatch.setattr(relay, "_LOOK_SECONDS", 0.05)
    await register(context, account, "fast")
    notifier = ScriptedNotifier()
    async with at_work(context, notifier):
        await asyncio.sleep(0.05)
        monkeypatch.setattr(context.signals, "notify", lambda _: None)
        await create(context, account, 1)
        await notifier.until_taken(1)


async def test_events_of_one_phone_are_sequential(context: Context, account: Account) -> None:
    """The second starts as soon as the first is done, without waiting for a poll."""
    held = asyncio.Event()
    notifier = ScriptedNotifier(slow=Script(waiting(held), TAKE))
    url = "https://example.com/slow"
    await webhooks.create(context, notifier, account, url, types=[], secret=None)
    async with at_work(context, notifier):
        await create(context, account, 1)
        await contacts.delete(context, account, "+14156000001")
        await asyncio.sleep(0.08)
        assert notifier.got == [("default", 1, 1)]
        held.set()
        await notifier.until_taken(2)
    assert [event for *_, event in notifier.taken] == [1, 2]


@pytest.mark.parametrize("error", [RuntimeError("x"), DeliveryFailed("x")])
async def test_an_exception_does_not_stop_the_relay(context: Context, account: Account, error: Exception) -> None:
    """Whatever a notifier raises, the next delivery is sent."""
    await register(context, account, "bad")
    notifier = ScriptedNotifier(bad=Script(failing(error), TAKE))
    async with at_work(context, notifier):
        await create(context, account, 1, 2)
        await notifier.until_taken(1)


@pytest.mark.parametrize("error", [StoreUnavailable("down"), RuntimeError("x")])
async def test_a_failing_store_does_not_stop_the_relay(
    context: Context, account: Account, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """It continues after any error, in polling or in taking."""
    monkeypatch.setattr(relay, "_LOOK_SECONDS", 0.03)
    await register(context, account, "fast")
    notifier = ScriptedNotifier()
    read, failures = context.store.read, iter([error] * 2)

    async def shaky(query: Query[Any]) -> Any:
        failure = next(failures, None) if isinstance(query, GetAgenda | GetAgendaOf) else None
        if failure is not None:
            raise failure
        return await read(query)

    async with at_work(context, notifier) as worker:
        monkeypatch.setattr(context.store, "read", shaky)
        await create(context, account, 1)
        await notifier.until_taken(1)
        take, refusals = worker._deliverer.take, iter([error] * 2)

        async def shaky_take(*given: Any) -> Any:
            refusal = next(refusals, None)
            if refusal is not None:
                raise refusal
            return await take(*given)

        monkeypatch.setattr(worker._deliverer, "take", shaky_take)
        await create(context, account, 2)
        await notifier.until_taken(2)


async def test_close_waits_for_deliveries_in_progress(context: Context, account: Account) -> None:
    """They are finished and recorded, no others are started, and then connections are closed."""
    held = asyncio.Event()
    sender, notifier = ScriptedSender(waiting(held)), ScriptedNotifier()
    worker = Relay(context, sender, notifier)
    worker.start()
    await create(context, account, 1)
    await verification.request(context, account, "+14156000001")
    async with asyncio.timeout(PATIENCE):
        await until(lambda: bool(sender.got))
        closing = asyncio.create_task(worker.close())
        await asyncio.sleep(0.05)
        assert not closing.done()
        assert not sender.closed
        held.set()
        await closing
    assert (sender.closed, notifier.closed) == (True, True)
    (message,) = await messages.newest(context, account, 10)
    assert message.handle == "handle-1"
    assert (await context.store.read(GetBacklog())).waiting == 0


async def test_close_has_a_time_limit(context: Context, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slow deliveries are canceled without leaving tasks; they stay pending, and are taken after their leases."""
    monkeypatch.setattr(relay, "_GRACE_SECONDS", 0.05)
    sender = ScriptedSender(waiting(asyncio.Event()))
    worker = Relay(context, sender, ScriptedNotifier())
    worker.start()
    await create(context, account, 1)
    await verification.request(context, account, "+14156000001")
    async with asyncio.timeout(PATIENCE):
        await until(lambda: bool(sender.got))
        await worker.close()
    await asyncio.sleep(0)
    running = [task.get_coro().__qualname__ for task in asyncio.all_tasks()]  # type: ignore[union-attr]
    assert not [name for name in running if "Relay" in name]
    assert (await context.store.read(GetBacklog())).waiting == 1


async def test_many_stalled_webhooks_delay_no_message(context: Context, account: Account) -> None:
    """However many deliveries to them are in progress, a message to a phone is sent at once."""
    stalled = asyncio.Event()
    for _ in range(MAX_WEBHOOKS):
        await register(context, account, "slow")
    sender = ScriptedSender()
    async with at_work(context, ScriptedNotifier(slow=Script(waiting(stalled))), sender):
        await create(context, account, *range(2 * relay._AT_A_TIME))
        await asyncio.sleep(0.2)
        await verification.request(context, account, "+14156000000")
        await until(lambda: bool(sender.got))
        stalled.set()


async def test_a_slow_expiry_delays_no_other_account(context: Context, account: Account) -> None:
    """Its verifications expire when it is its turn; meanwhile other accounts' messages are sent."""
    context = replace(context, verification_seconds=0)
    other = (await keys.create(context, "other", KeyPair("key2", "s"))).account
    for place in (account, other):
        await create(context, place, 1)
    await verification.request(context, account, "+14156000001")
    held = asyncio.Event()
    apply = context.store.apply

    async def slowly(command: Command[Any]) -> Any:
        if isinstance(command, ExpireVerifications):
            await held.wait()
        return await apply(command)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(context.store, "apply", slowly)
        sender = ScriptedSender()
        async with at_work(context, ScriptedNotifier(), sender):
            await asyncio.sleep(0.1)
            await verification.request(replace(context, verification_seconds=60), other, "+14156000001")
            await until(lambda: [name for name, _ in sender.got] == ["other"])
            held.set()


async def test_expired_rows_are_removed_without_a_write(
    context: Context, account: Account, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the start and every ten minutes, in small steps until none is left, also of idle accounts."""
    monkeypatch.setattr(relay, "_LOOK_SECONDS", 0.02)
    monkeypatch.setattr(retention, "_AT_A_TIME", 2)
    await create(context, account, *range(5))
    clock.pass_seconds(31 * 24 * 3600)
    async with at_work(context, ScriptedNotifier()), asyncio.timeout(PATIENCE):
        for rows in (range(0), range(5, 10)):
            await create(context, account, *rows)
            clock.pass_seconds(31 * 24 * 3600)
            while await context.store.read(ListEvents(account.account_id, 0, 10)):  # noqa: ASYNC110 - there is no event to await
                await asyncio.sleep(0.01)
    assert (await context.store.read(GetTallies(account.account_id))).events == 10


async def test_a_refused_take_is_retried_soon(
    context: Context, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A momentarily busy store delays new deliveries only briefly, even while a webhook stalls."""
    monkeypatch.setattr(relay, "_LOOK_SECONDS", 0.05)
    stalled = asyncio.Event()
    await register(context, account, "slow")
    sender, refusals = ScriptedSender(), iter([StoreBusy("full")] * 3)
    async with at_work(context, ScriptedNotifier(slow=Script(waiting(stalled))), sender) as worker:
        await create(context, account, 1)
        await asyncio.sleep(0.1)
        take = worker._deliverer.take

        async def busy_take(*given: Any) -> Any:
            for refusal in refusals:
                raise refusal
            return await take(*given)

        monkeypatch.setattr(worker._deliverer, "take", busy_take)
        await verification.request(context, account, "+14156000001")
        await until(lambda: bool(sender.got))
        stalled.set()
