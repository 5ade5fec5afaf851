"""The shapes of webhooks and deliveries. Those of the hosted service's routes are in hosted_webhooks.py."""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from numberkeep.domain.contacts.contact import moment
from numberkeep.domain.errors import FieldError
from numberkeep.domain.limits import MAX_TAGS
from numberkeep.domain.outbox.delivery import CALLBACKS, SENDER, Delivery
from numberkeep.domain.webhooks.webhook import Webhook
from numberkeep.wire.answers import invalid
from numberkeep.wire.field_types import EventName, LongSecret, Time, Url


class WebhookBody(msgspec.Struct, kw_only=True):
    """A webhook to register; without types it gets all events, without a secret a random one."""

    url: Url | UnsetType | None = UNSET
    types: Annotated[list[EventName], Meta(max_length=MAX_TAGS)] | None = None
    secret: LongSecret | None = None


class ByWebhook(msgspec.Struct):
    """The id of a webhook."""

    webhook_id: int | None


class EnableBody(msgspec.Struct, kw_only=True):
    """The state that a webhook is to have: `enabled`, which delivers what is pending for it, or `disabled`."""

    state: Literal["enabled", "disabled"] | None = None


class WebhookChange(msgspec.Struct):
    """A webhook's id, and the state that it is to have."""

    webhook_id: int | None
    body: EnableBody


class ReplayBody(msgspec.Struct, kw_only=True):
    """The webhook whose failed deliveries to retry; without one, all failed deliveries of the account."""

    webhook: Annotated[int, Meta(ge=1)] | Annotated[float, Meta(ge=1)] | None = None


class WebhookOut(msgspec.Struct):
    """A webhook; only the answer to its registration shows the secret. `disabled_at` is null if it is enabled."""

    id: int
    url: str
    types: Sequence[str]
    created_at: Time
    disabled_at: Time | None
    secret: str | UnsetType = UNSET


class WebhookAnswer(msgspec.Struct):
    """One webhook."""

    webhook: WebhookOut
    status: Literal["OK"] = "OK"


class DeliveryOut(msgspec.Struct):
    """A delivery that exhausted its retries: an event to a webhook, or a message to a phone, which has no event.

    An event without a webhook is for the status callback of its message.
    """

    webhook: int | None
    event: str | None
    message: str | None
    attempts: int
    error: str
    created_at: Time


def whole_number(field: str, value: float | None) -> int | None:
    """Return an id in a body; None if there is none. 107.0 is a whole number too, as in JSON Schema.

    Raises:
        InvalidInput: it is not a whole number.
    """
    if isinstance(value, float) and not value.is_integer():
        raise invalid(FieldError(field, "must be a whole number"))
    return None if value is None else int(value)


def webhook_out(webhook: Webhook, *, with_secret: bool = False) -> WebhookOut:
    """Return a webhook as answers show it."""
    shown = webhook.secret if with_secret else UNSET
    disabled_at = None if webhook.disabled_at is None else moment(webhook.disabled_at)
    created_at = moment(webhook.created_at)
    return WebhookOut(webhook.webhook_id, webhook.url, webhook.types, created_at, disabled_at, shown)


def delivery_out(delivery: Delivery) -> DeliveryOut:
    """Return a delivery that exhausted its retries as answers show it."""
    of_sender = delivery.target == SENDER
    item = str(delivery.item)
    return DeliveryOut(
        None if of_sender or delivery.target == CALLBACKS else delivery.target,
        None if of_sender else item,
        item if of_sender else None,
        delivery.attempts,
        delivery.error,
        moment(delivery.created_at),
    )
