"""Which attempts are kept: how many of a second, what of them, and samples."""

import pytest

from numberkeep.domain.errors import AttemptNotFound, WebhookNotFound
from numberkeep.domain.event import EventType
from numberkeep.domain.identity import Account
from numberkeep.domain.outbox.attempt import HIDDEN, Exchange
from numberkeep.domain.outbox.errors import DeliveryFailed
from numberkeep.domain.stamp import Stamp
from numberkeep.domain.webhooks.types import NAMES
from numberkeep.domain.webhooks.webhook import Webhook
from numberkeep.service import samples
from numberkeep.service.attempts import PER_SECOND, AttemptRate
from numberkeep.service.context import Context
from numberkeep.service.relay import Relay
from numberkeep.wire.hosted_events import encode_for
from support.outlets import Script, ScriptedNotifier, ScriptedSender, failing
from support.store import AccountDriver, phone


def test_a_busy_webhook_has_some_attempts_of_each_second() -> None:
    """Another webhook has its own."""
    now = 5.0
    rate = AttemptRate(lambda: now)
    assert [rate.admits(1, 1) for _ in range(PER_SECOND + 2)] == [True] * PER_SECOND + [False] * 2
    assert rate.admits(1, 2)
    assert rate.admits(2, 1)
    now = 6.0
    assert rate.admits(1, 1)


def test_no_header_contains_the_secret() -> None:
    """Neither alone nor as a part."""
    seen = Exchange()
    seen.sends({"sb-signing-secret": "s3cret", "x": "Bearer s3cret", "webhook-id": "1"}, b"x" * 5000, "s3cret")
    assert seen.headers == {"sb-signing-secret": HIDDEN, "x": HIDDEN, "webhook-id": "1"}
    assert len(seen.request) == 4096


async def test_the_relay_keeps_what_it_attempts(context: Context, account: Account) -> None:
    """Accepted or not; messages to phones are no attempts."""
    driver = AccountDriver(context.store, account.account_id)
    await driver.add_webhook("contact.created", "message.created", url="https://example.com/hook")
    notifier = ScriptedNotifier(hook=Script(failing(DeliveryFailed("answered 500")), failing(DeliveryFailed("no"))))
    relay = Relay(context, ScriptedSender(), notifier)
    driver.now = context.clock.now() - 60_000_000
    await driver.create(phone(1))
    await driver.send(phone(2))
    await relay.catch_up()
    found = await samples.attempts(context, account, 1, 100, 10)
    assert sorted((each.type, each.phone, each.attempts, each.url) for each, _ in found) == [
        ("contact.created", phone(1), 1, "https://example.com/hook"),
        ("message.created", phone(2), 1, "https://example.com/hook"),
    ]
    assert {each.error for each, _ in found} == {"answered 500", "no"}
    await relay.close()


@pytest.mark.parametrize("name", NAMES)
def test_there_is_a_sample_of_every_type(name: str) -> None:
    """In the form that the webhook gets."""
    webhook = Webhook(1, "https://example.com/", "", (name,), 0)
    event = samples.sample_of(webhook, Stamp(1_790_000_000_000_000))
    assert (
        samples.PHONE.encode() in encode_for("acme", webhook.types, event) or event.type is EventType.WEBHOOK_DISABLED
    )


async def test_a_sample_is_sent_once_and_kept(context: Context, account: Account) -> None:
    """Whether it is accepted or not; it is no event of the log."""
    driver = AccountDriver(context.store, account.account_id)
    await driver.add_webhook(url="https://example.com/hook")
    notifier = ScriptedNotifier(hook=Script(failing(DeliveryFailed("answered 500"))))
    sent = await samples.send(context, notifier, account, 1)
    assert (sent.attempt_id, sent.sample, sent.error, sent.event_id) == (1, True, "answered 500", 0)
    assert [each for each, _ in await samples.attempts(context, account, 1, 100, 10)] == [sent]
    assert await driver.last_event() == 0
    with pytest.raises(WebhookNotFound):
        await samples.send(context, notifier, account, 2)


async def test_an_attempt_that_is_not_kept_is_not_found(context: Context, account: Account) -> None:
    """Whatever its number."""
    await AccountDriver(context.store, account.account_id).add_webhook()
    for attempt_id in (1, 10**17, 10**300):
        with pytest.raises(AttemptNotFound):
            await samples.retry(context, account, 1, attempt_id)
