"""The relay, run one turn at a time: the outcome of single deliveries."""

import asyncio
import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from numberkeep.domain.command import SECOND
from numberkeep.domain.contacts.contact import ContactPatch, moment
from numberkeep.domain.errors import StoreBusy, StoreUnavailable
from numberkeep.domain.identity import Account
from numberkeep.domain.messages.message import MessageStatus
from numberkeep.domain.outbox.commands import SettleDelivery, TakeDeliveries
from numberkeep.domain.outbox.delivery import Backlog
from numberkeep.domain.outbox.errors import DeliveryFailed, ReceiverGone
from numberkeep.service import contacts, messages, verification, webhooks
from numberkeep.service.backlog import CachedBacklog
from numberkeep.service.context import Context
from numberkeep.service.delivering import ATTEMPTS, backoff_seconds
from numberkeep.service.relay import Relay
from support.api import SetClock
from support.outlets import TAKE, Act, ScriptedNotifier, ScriptedSender, failing

PHONE = "+14155552671"
FAILS = failing(DeliveryFailed("answered 500"))
LEASE = 30
START = moment(SetClock().now_ns // 1000)


def relay_of(context: Context, *acts: Act, **more: Any) -> tuple[Relay, ScriptedSender]:
    """Return a relay, and its sender with these results, one after another."""
    sender = ScriptedSender(*acts)
    return Relay(context, sender, ScriptedNotifier(), **more), sender


@pytest.fixture(autouse=True)
async def enqueue_message(context: Context, account: Account) -> None:
    """Enqueue one message."""
    await contacts.create(context, account, PHONE, ContactPatch(), update_if_exists=False)
    await verification.request(context, account, PHONE)


async def status(context: Context, account: Account) -> tuple[MessageStatus, str, str]:
    """Return the message's status, handle and error."""
    (message,) = await messages.newest(context, account, 10)
    return message.status, message.handle, message.error


async def test_a_message_is_sent_once(context: Context, account: Account) -> None:
    """With its account's name; then it is `sent`, has the carrier's handle, and is counted."""
    relay, sender = relay_of(context)
    assert [await relay.turn() for _ in range(3)] == [1, 0, 0]
    ((name, message),) = sender.got
    assert (name, message.phone, message.message_id) == ("default", PHONE, 1)
    assert await status(context, account) == (MessageStatus.SENT, "handle-1", "")
    assert relay.delivered == {("sender", "delivered"): 1}


async def test_a_failure_is_retried_with_the_same_message(context: Context, account: Account, clock: SetClock) -> None:
    """After the wait, with the same id, so that carriers can deduplicate; until then it is queued."""
    relay, sender = relay_of(context, FAILS, TAKE)
    await relay.turn()
    assert await status(context, account) == (MessageStatus.QUEUED, "", "")
    clock.pass_seconds(4.9)
    assert await relay.turn() == 0
    clock.pass_seconds(2.2)
    assert await relay.turn() == 1
    assert sender.got[0] == sender.got[1]
    assert (await status(context, account))[0] is MessageStatus.SENT
    assert relay.delivered == {("sender", "failed"): 1, ("sender", "delivered"): 1}


@pytest.mark.parametrize("error", [DeliveryFailed("was not sent", permanent=True), ReceiverGone("was not sent")])
async def test_a_permanent_failure_is_dead_at_once(
    context: Context, account: Account, clock: SetClock, caplog: pytest.LogCaptureFixture, error: DeliveryFailed
) -> None:
    """It is not retried, the message's error is the reason, and no number is logged."""
    relay, sender = relay_of(context, failing(error))
    await relay.turn()
    clock.pass_seconds(24 * 3600 - 100)
    assert await relay.turn() == 0
    assert len(sender.got) == 1
    assert await status(context, account) == (MessageStatus.FAILED, "", "was not sent")
    (dead,) = await webhooks.dead(context, account, 10)
    assert (dead.attempts, dead.error) == (1, "was not sent")
    assert "failed permanently: was not sent" in caplog.text
    assert "415555" not in caplog.text


async def test_a_delivery_is_dead_after_too_many_failures(context: Context, account: Account, clock: SetClock) -> None:
    """After ATTEMPTS it is not retried until it is replayed, which allows as many attempts again."""
    await webhooks.create(context, ScriptedNotifier(), account, "https://x.test/", types=["receive"], secret=None)
    relay, sender = relay_of(context, *[failing(DeliveryFailed("x", retry_after=1))] * ATTEMPTS, TAKE)
    for _ in range(ATTEMPTS + 3):
        await relay.turn()
        clock.pass_seconds(3601)
    assert len(sender.got) == ATTEMPTS
    assert (await status(context, account))[0] is MessageStatus.FAILED
    assert relay.delivered == {("sender", "failed"): ATTEMPTS - 1, ("sender", "dead"): 1}
    assert await webhooks.replay(context, account, 1) == 0
    assert await webhooks.replay(context, account, None) == 1
    await relay.turn()
    assert (await status(context, account))[0] is MessageStatus.SENT


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        (60.0, 60),
        (3600.0, 3600),
        (86_400.0, 3600),
        (math.inf, 3600),
        (START + timedelta(seconds=60), 60),
        (START + timedelta(days=1), 3600),
        (START - timedelta(days=1), 7),
        (datetime.max.replace(tzinfo=UTC), 3600),
        (datetime.min.replace(tzinfo=UTC), 7),
    ],
)
async def test_retry_after_is_respected(
    context: Context, clock: SetClock, asked: float | datetime, seconds: float
) -> None:
    """If it is longer than the relay's own wait, up to one hour; a date is compared with the service's clock."""
    relay, sender = relay_of(context, failing(DeliveryFailed("busy", retry_after=asked)), TAKE)
    await relay.turn()
    clock.pass_seconds(seconds - 3)
    assert await relay.turn() == 0
    clock.pass_seconds(4)
    assert await relay.turn() == 1
    assert len(sender.got) == 2


async def test_a_short_retry_after_does_not_shorten_the_wait(context: Context, clock: SetClock) -> None:
    """The relay's own wait is the minimum."""
    relay, _ = relay_of(context, failing(DeliveryFailed("busy", retry_after=0)), TAKE)
    await relay.turn()
    clock.pass_seconds(4.9)
    assert await relay.turn() == 0


async def test_the_wait_grows_and_is_capped() -> None:
    """It doubles from five seconds on, with what spreads retries, up to one hour."""
    for attempts in range(1, 40):
        least = min(5 * 2 ** (attempts - 1), 3600)
        assert backoff_seconds(attempts, 0.0) == least
        assert backoff_seconds(attempts, 1.5) == min(least + 1.5, 3600)
    assert backoff_seconds(5000, 0.0) == 3600
    assert sum(min(5 * 2**n, 3600) for n in range(ATTEMPTS - 1)) > 4 * 3600


@pytest.mark.parametrize("error", [RuntimeError("no " + PHONE), KeyError(PHONE), StoreUnavailable("x"), OSError()])
async def test_an_unexpected_exception_of_a_sender_is_a_failure(
    context: Context, account: Account, clock: SetClock, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    """It is retried, and only its type is reported: its text may contain a number."""
    relay, _ = relay_of(context, failing(error), TAKE)
    await relay.turn()
    assert f"numberkeep failed with {type(error).__name__}" in caplog.text
    assert PHONE not in caplog.text
    clock.pass_seconds(8)
    assert await relay.turn() == 1
    assert (await status(context, account))[0] is MessageStatus.SENT


async def test_a_stalled_sender_is_aborted(context: Context, account: Account, clock: SetClock) -> None:
    """Before the lease expires; the delivery is retried."""
    relay, sender = relay_of(context, asyncio.Event().wait, TAKE, lease_seconds=0.9)  # type: ignore[arg-type]
    async with asyncio.timeout(0.85):
        await relay.turn()
    clock.pass_seconds(8)
    assert await relay.turn() == 1
    assert len(sender.got) == 2
    assert (await status(context, account))[0] is MessageStatus.SENT


async def test_a_delivery_is_not_started_near_the_end_of_its_lease(
    context: Context, account: Account, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another relay could take it soon; it is sent later."""
    relay, sender = relay_of(context, lease_seconds=LEASE)
    apply = context.store.apply

    async def slowly(command: Any) -> Any:
        done = await apply(command)
        if isinstance(command, TakeDeliveries):
            clock.pass_seconds(LEASE * 2 / 3 + 1)
        return done

    with monkeypatch.context() as patch:
        patch.setattr(context.store, "apply", slowly)
        await relay.turn()
    assert sender.got == []
    assert (await status(context, account))[0] is MessageStatus.QUEUED
    clock.pass_seconds(LEASE / 3)
    await relay.turn()
    assert len(sender.got) == 1


async def test_a_canceled_message_is_signaled_at_once(context: Context, account: Account, clock: SetClock) -> None:
    """The account's listeners are notified, although nothing is sent: the lost message is obsolete."""
    relay, sender = relay_of(context)
    await context.store.apply(TakeDeliveries(account.account_id, 1, LEASE * SECOND, context.stamp()))
    await contacts.set_opt_out(context, account, PHONE, opted_out=True)
    clock.pass_seconds(LEASE + 1)
    with context.signals.listening(account.account_id) as listener:
        assert await relay.turn() == 0
        assert listener.changed() == {account.account_id}
    assert (await status(context, account))[0] is MessageStatus.CANCELED
    assert sender.got == []


class Lost(Exception):
    """Simulates the end of the process."""


async def test_a_lost_delivery_is_sent_again_after_its_lease(
    context: Context, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same message, not earlier, by any relay."""
    relay, sender = relay_of(context, lease_seconds=LEASE)

    async def lose(*_: Any) -> None:
        raise Lost

    monkeypatch.setattr(relay._deliverer, "deliver", lose)
    with pytest.raises(Lost):
        await relay.turn()
    other, second = relay_of(context)
    clock.pass_seconds(LEASE - 1)
    assert await other.turn() == 0
    clock.pass_seconds(2)
    assert await other.turn() == 1
    assert sender.got == []
    assert [message.message_id for _, message in second.got] == [1]


class Failing:
    """Makes a store fail to settle this many times."""

    def __init__(self, context: Context, monkeypatch: pytest.MonkeyPatch, error: Exception, times: int) -> None:
        self.left = times
        apply = context.store.apply

        async def failing_apply(command: Any) -> Any:
            if isinstance(command, SettleDelivery) and self.left:
                self.left -= 1
                raise error
            return await apply(command)

        monkeypatch.setattr(context.store, "apply", failing_apply)


@pytest.mark.parametrize("error", [StoreUnavailable("down"), StoreBusy()])
async def test_a_result_that_cannot_be_recorded_is_recorded_later(
    context: Context, account: Account, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """An outage shorter than the lease causes no second sending."""
    failing_store = Failing(context, monkeypatch, error, 2)
    relay, sender = relay_of(context)
    assert await relay.turn() == 1
    assert failing_store.left == 0
    assert (await status(context, account))[0] is MessageStatus.SENT
    assert len(sender.got) == 1


async def test_an_unrecorded_delivery_is_sent_again_after_its_lease(
    context: Context, account: Account, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At least once: an outage longer than the lease causes a second sending of the same message."""
    failing_store = Failing(context, monkeypatch, StoreUnavailable("down"), 10**6)
    relay, sender = relay_of(context, lease_seconds=1)
    await relay.turn()
    failing_store.left = 0
    assert (await status(context, account))[0] is MessageStatus.QUEUED
    clock.pass_seconds(2)
    assert await relay.turn() == 1
    assert [message.message_id for _, message in sender.got] == [1, 1]
    assert (await status(context, account))[0] is MessageStatus.SENT


async def test_pending_deliveries_have_an_age(context: Context, clock: SetClock) -> None:
    """Since they were enqueued, across all attempts, until they are delivered."""
    relay, _ = relay_of(context, FAILS, TAKE)
    for seconds in (10, 20):
        clock.pass_seconds(10)
        cached = CachedBacklog(context)
        assert abs(cached.age_seconds(await cached.backlog()) - seconds) < 100 / SECOND
        await relay.turn()
    assert await CachedBacklog(context).backlog() == Backlog(0, None, 0)
