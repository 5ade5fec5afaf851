"""Sends a sample to a webhook, and retries deliveries one by one."""

from collections.abc import Sequence
from typing import Final

from numberkeep.domain.consent.ledger import ConsentEntry, ConsentSource
from numberkeep.domain.consent.review import Review, deadline_of
from numberkeep.domain.contacts.contact import Contact, moment
from numberkeep.domain.errors import AttemptNotFound, WebhookNotFound
from numberkeep.domain.event import SAMPLE, Event, EventType, Subject
from numberkeep.domain.identity import Account
from numberkeep.domain.limits import MAX_INTEGER
from numberkeep.domain.messages.message import Direction, Message, MessageStatus
from numberkeep.domain.outbox.attempt import Attempt
from numberkeep.domain.outbox.attempt_commands import KeepAttempt, RetryDelivery
from numberkeep.domain.outbox.delivery import Delivered, Delivery, DeliveryState, PendingEvent, Undelivered
from numberkeep.domain.outbox.errors import DeliveryFailed
from numberkeep.domain.stamp import Stamp
from numberkeep.domain.verification.verification import Verification
from numberkeep.domain.webhooks.disabled import DisabledWebhook
from numberkeep.domain.webhooks.types import expand
from numberkeep.domain.webhooks.webhook import Webhook
from numberkeep.service.attempts import Watch
from numberkeep.service.context import Context
from numberkeep.service.outlets import Notifier
from numberkeep.store.inbox_queries import ListAttempts
from numberkeep.store.queries import ListWebhooks

PHONE: Final = "+15005550006"
"""Of a fictitious range, so nobody has it."""

_TEXT: Final = "This is a sample."


async def send(context: Context, notifier: Notifier, account: Account, webhook_id: int) -> Attempt:
    """Send an event that did not happen to a webhook, once and at once; return how it ended.

    It has the first type that the webhook gets, a fictitious number, and the header `numberkeep-sample`.

    Raises:
        WebhookNotFound: no webhook has this number.
    """
    webhook = await _webhook(context, account, webhook_id)
    event = sample_of(webhook, context.stamp())
    pending = PendingEvent(Delivery(webhook_id, SAMPLE, PHONE, event.at, attempts=1), event, webhook)
    watch = Watch(context.clock, pending)
    outcome: Delivered | Undelivered
    try:
        outcome = await notifier.notify(account.name, webhook, event, watch.seen)
    except DeliveryFailed as failed:
        outcome = Undelivered(str(failed), None)
    attempt = watch.attempt(outcome)
    if attempt is None:
        raise WebhookNotFound
    return await context.apply(KeepAttempt(account.account_id, attempt))


async def attempts(
    context: Context, account: Account, webhook_id: int, before: int, limit: int
) -> Sequence[tuple[Attempt, DeliveryState | None]]:
    """Return the last attempts of a webhook with numbers below `before`, each with the state of its delivery.

    Raises:
        WebhookNotFound: no webhook has this number.
    """
    await _webhook(context, account, webhook_id)
    return await context.store.read(ListAttempts(account.account_id, webhook_id, before, limit))


async def attempt_of(
    context: Context, account: Account, webhook_id: int, attempt_id: int
) -> tuple[Attempt, DeliveryState | None]:
    """Return an attempt, with the state of its delivery, None if that is not pending.

    Raises:
        WebhookNotFound: the webhook does not exist.
        AttemptNotFound: it is not kept.
    """
    await _webhook(context, account, webhook_id)
    if attempt_id >= MAX_INTEGER:  # no store has it
        raise AttemptNotFound
    found = await context.store.read(ListAttempts(account.account_id, webhook_id, attempt_id + 1, 1))
    if not found or found[0][0].attempt_id != attempt_id:
        raise AttemptNotFound
    return found[0]


async def retry(context: Context, account: Account, webhook_id: int, attempt_id: int) -> None:
    """Have the delivery of an attempt tried again at once.

    Raises:
        AttemptNotFound: the attempt is not kept.
        WebhookNotFound: the webhook no longer exists.
        InvalidInput: the delivery is not pending, or its webhook is disabled.
    """
    attempt, _ = await attempt_of(context, account, webhook_id, attempt_id)
    command = RetryDelivery(account.account_id, webhook_id, attempt.event_id, attempt.phone, context.stamp())
    await context.apply(command)


def sample_of(webhook: Webhook, stamp: Stamp) -> Event:
    """Return a sample of the first type of events that a webhook gets."""
    types = expand(webhook.types)
    type_ = EventType(types[0]) if types else EventType.CONTACT_CREATED
    return Event(SAMPLE, type_, stamp, PHONE, _subject(type_, webhook, stamp.at), 0, {})


def _subject(type_: EventType, webhook: Webhook, at: int) -> Subject:
    kind, _, change = type_.value.partition(".")
    received = change == "received"
    subjects: dict[str, Subject] = {
        "contact": Contact(
            0, PHONE, moment(at), "Sample", "Contact", "", "", "", (), {}, verified=False, opt_out=False
        ),
        "verification": Verification(0, PHONE, at, at, pending=change == "requested"),
        "message": Message(
            0,
            PHONE,
            "",
            Direction.INBOUND if received else Direction.OUTBOUND,
            _TEXT,
            MessageStatus.RECEIVED if received else MessageStatus.SENT,
            at,
            sent_at=at,
        ),
        "consent": Review(0, PHONE, at, deadline_of(at), _TEXT)
        if change in {"unclear", "decided"}
        else ConsentEntry(0, PHONE, at, change == "opted_out", ConsentSource.API, "", bytes(32)),
        "webhook": DisabledWebhook(webhook.webhook_id, webhook.url, _TEXT),
    }
    return subjects[kind]


async def _webhook(context: Context, account: Account, webhook_id: int) -> Webhook:
    webhooks = await context.store.read(ListWebhooks(account.account_id))
    webhook = next((each for each in webhooks if each.webhook_id == webhook_id), None)
    if webhook is None:
        raise WebhookNotFound
    return webhook
