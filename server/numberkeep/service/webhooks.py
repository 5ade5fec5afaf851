"""The use cases on webhooks and dead deliveries."""

import secrets
from base64 import b64encode
from collections.abc import Sequence

from numberkeep.domain.errors import FieldError, InvalidInput, MissingFields
from numberkeep.domain.identity import Account
from numberkeep.domain.limits import MAX_REPLAY
from numberkeep.domain.outbox.commands import ReplayDeliveries
from numberkeep.domain.outbox.delivery import Delivery
from numberkeep.domain.outbox.errors import DeliveryFailed, TargetRefused
from numberkeep.domain.secret import secret_fault
from numberkeep.domain.webhooks.commands import CreateWebhook, DeleteWebhook, DisableWebhook, EnableWebhook
from numberkeep.domain.webhooks.types import expand
from numberkeep.domain.webhooks.webhook import Webhook
from numberkeep.service.context import Context, Idempotency
from numberkeep.service.outlets import TargetChecker
from numberkeep.store.queries import ListDeadDeliveries, ListWebhooks


async def create(
    context: Context,
    checker: TargetChecker,
    account: Account,
    url: str,
    *,
    types: Sequence[str],
    secret: str | None,
    once: Idempotency | None = None,
) -> Webhook:
    """Register a webhook, or enable the one with this URL that is disabled. Without a secret it gets a random one.

    Raises:
        MissingFields: the URL is empty.
        InvalidInput: a type is unknown, the secret or the URL is not valid, or there are too many webhooks.
    """
    if not url.strip():
        raise MissingFields("url")
    expand(types)
    faults = await faults_of(checker, account, url, secret)
    if faults:
        [(field, message)] = [(fault.field, fault.message) for fault in faults[:1]]
        raise InvalidInput(message if field == "url" else f"{field} {message}", faults)  # which says "the URL ..."
    secret = new_secret() if secret is None else secret
    return await context.apply(CreateWebhook(account.account_id, url, secret, types, context.stamp()), once)


async def list_all(context: Context, account: Account) -> Sequence[Webhook]:
    """Return the account's webhooks, oldest first."""
    return await context.store.read(ListWebhooks(account.account_id))


async def enable(context: Context, account: Account, webhook_id: int, *, once: Idempotency | None = None) -> Webhook:
    """Enable a webhook that was disabled, and return it; what was pending for it is delivered.

    Raises:
        WebhookNotFound: no webhook has this number.
    """
    return await context.apply(EnableWebhook(account.account_id, webhook_id), once)


async def disable(context: Context, account: Account, webhook_id: int, *, once: Idempotency | None = None) -> Webhook:
    """Disable a webhook, and return it; what is pending for it waits until it is enabled.

    Raises:
        WebhookNotFound: no webhook has this number.
    """
    return await context.apply(DisableWebhook(account.account_id, webhook_id, context.stamp()), once)


async def delete(context: Context, account: Account, webhook_id: int) -> None:
    """Remove a webhook and its pending deliveries.

    Raises:
        WebhookNotFound: there is none with this number.
    """
    await context.apply(DeleteWebhook(account.account_id, webhook_id))


async def dead(context: Context, account: Account, limit: int) -> Sequence[Delivery]:
    """Return dead deliveries, to webhooks and to phones."""
    return await context.store.read(ListDeadDeliveries(account.account_id, limit))


async def replay(context: Context, account: Account, target: int | None, *, once: Idempotency | None = None) -> int:
    """Retry up to MAX_REPLAY dead deliveries, to one target or to all (None), and return how many.

    Raises:
        WebhookNotFound: there is none with this number.
        InvalidInput: it is disabled.
    """
    return await context.apply(ReplayDeliveries(account.account_id, target, MAX_REPLAY, context.stamp()), once)


async def faults_of(
    checker: TargetChecker, account: Account, url: str, secret: str | None, *, may_be_short: bool = False
) -> Sequence[FieldError]:
    """Return the errors of a webhook's URL and secret; none if both are valid.

    Args:
        checker: checks the URL.
        account: the account of the webhook.
        url: the URL.
        secret: the secret; None if none is given.
        may_be_short: whether the secret may be shorter than a new one should be.
    """
    faults: list[FieldError] = []
    try:
        await checker.check(account.name, url)
    except TargetRefused as refused:
        faults.append(FieldError("url", str(refused)))
    except DeliveryFailed:
        pass  # the host's name may resolve later
    if secret == "":  # rather an unset variable than the wish for unsigned requests
        faults.append(FieldError("secret", "must not be empty: leave it out"))
    elif secret is not None and (fault := secret_fault(secret, may_be_short=may_be_short)) is not None:
        faults.append(FieldError("secret", fault))
    return faults


def new_secret() -> str:
    """Return a random secret of 256 bits, in the form of the Standard Webhooks specification."""
    return f"whsec_{b64encode(secrets.token_bytes(32)).decode()}"
