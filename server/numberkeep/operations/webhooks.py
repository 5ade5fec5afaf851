"""Operations on webhooks and on deliveries that exhausted their retries."""

from numberkeep.domain.errors import AttemptNotFound, InvalidInput, MissingFields, WebhookNotFound
from numberkeep.domain.limits import MAX_INTEGER
from numberkeep.operations.operation import Call, Listed, operation
from numberkeep.service import samples, webhooks
from numberkeep.wire.answers import AmountAnswer, LimitParams, Nothing, StatusOut, page_size
from numberkeep.wire.attempts import AttemptAnswer, AttemptOut, AttemptsOf, RetryBody, attempt_out
from numberkeep.wire.webhooks import (
    ByWebhook,
    DeliveryOut,
    ReplayBody,
    WebhookAnswer,
    WebhookBody,
    WebhookChange,
    WebhookOut,
    delivery_out,
    webhook_out,
    whole_number,
)


@operation("webhooks.list", reads=True)
async def list_webhooks(call: Call, _: Nothing) -> list[WebhookOut]:
    """List the account's webhooks. Not of the hosted API."""
    return [webhook_out(webhook) for webhook in await webhooks.list_all(call.context, call.account)]


@operation("webhooks.create", InvalidInput)
async def create(call: Call, given: WebhookBody) -> WebhookAnswer:
    """Register a webhook, or enable a disabled one with its URL.

    Only this answer shows the secret. Not of the hosted API.
    """
    url, types = given.url or "", given.types or []
    return await call.once(
        lambda once: webhooks.create(
            call.context, call.notifier, call.account, url, types=types, secret=given.secret, once=once
        ),
        lambda webhook: WebhookAnswer(webhook_out(webhook, with_secret=True)),
    )


@operation("webhooks.enable", InvalidInput, WebhookNotFound)
async def enable(call: Call, given: WebhookChange) -> WebhookAnswer:
    """Enable or disable a webhook: `{"state": "enabled"}` delivers what is pending for it. Not of the hosted API."""
    if given.body.state is None:
        raise MissingFields("state")
    webhook_id = given.webhook_id
    if webhook_id is None:
        raise WebhookNotFound
    change = webhooks.disable if given.body.state == "disabled" else webhooks.enable
    return await call.once(
        lambda once: change(call.context, call.account, webhook_id, once=once),
        lambda webhook: WebhookAnswer(webhook_out(webhook)),
    )


@operation("webhooks.delete", WebhookNotFound)
async def delete(call: Call, given: ByWebhook) -> StatusOut:
    """Remove a webhook and its pending deliveries. Not of the hosted API."""
    if given.webhook_id is None:
        raise WebhookNotFound
    await webhooks.delete(call.context, call.account, given.webhook_id)
    return StatusOut()


@operation("webhooks.sample", WebhookNotFound)
async def sample(call: Call, given: ByWebhook) -> AttemptAnswer:
    """Send a sample to a webhook at once, and answer how that ended. Not of the hosted API."""
    if given.webhook_id is None:
        raise WebhookNotFound
    attempt = await samples.send(call.context, call.notifier, call.account, given.webhook_id)
    return AttemptAnswer(attempt_out(attempt, None))


@operation("webhooks.attempts", InvalidInput, WebhookNotFound, reads=True)
async def list_attempts(call: Call, given: AttemptsOf) -> Listed[AttemptOut]:
    """List the last attempts to deliver events to a webhook, newest first. Not of the hosted API.

    At most 200 attempts of a webhook are kept, and at most ten of a second.
    """
    if given.webhook_id is None:
        raise WebhookNotFound
    limit, before = page_size(given.query.limit), given.query.cursor or MAX_INTEGER
    found = await samples.attempts(call.context, call.account, given.webhook_id, before, limit + 1)
    page = found[:limit]
    cursor = str(page[-1][0].attempt_id) if len(found) > limit else None
    return Listed([attempt_out(attempt, state) for attempt, state in page], cursor)


@operation("deliveries.retry", InvalidInput, AttemptNotFound, WebhookNotFound)
async def retry(call: Call, given: RetryBody) -> StatusOut:
    """Retry the delivery of an attempt at once, if it is still pending. Not of the hosted API."""
    webhook_id, attempt_id = whole_number("webhook", given.webhook), whole_number("attempt", given.attempt)
    if webhook_id is None:
        raise MissingFields("webhook")
    if attempt_id is None:
        raise MissingFields("attempt")
    await samples.retry(call.context, call.account, webhook_id, attempt_id)
    return StatusOut()


@operation("deliveries.list_dead", InvalidInput, reads=True)
async def list_dead(call: Call, given: LimitParams) -> list[DeliveryOut]:
    """List the deliveries that exhausted their retries. Not of the hosted API."""
    deliveries = await webhooks.dead(call.context, call.account, page_size(given.limit))
    return [delivery_out(delivery) for delivery in deliveries]


@operation("deliveries.replay", InvalidInput, WebhookNotFound)
async def replay(call: Call, given: ReplayBody) -> AmountAnswer:
    """Retry deliveries that exhausted their retries. Not of the hosted API."""
    target = whole_number("webhook", given.webhook)
    return await call.once(lambda once: webhooks.replay(call.context, call.account, target, once=once), AmountAnswer)
