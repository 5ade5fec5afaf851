"""The shapes of requests and answers on webhooks and deliveries: our own, and those of the hosted service.

Source of the hosted service's: its page "Webhooks" and the types of its client 1.33.0 (docs/fidelity.md).
"""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from numberkeep.domain.contact import moment
from numberkeep.domain.delivery import SENDER, Delivery, Webhook
from numberkeep.domain.errors import MissingFields
from numberkeep.domain.hosted_webhooks import HostedWebhook
from numberkeep.domain.limits import MAX_TAGS, MAX_URL, MAX_WEBHOOKS
from numberkeep.domain.webhook_types import CONTACT_CREATED, OUTBOUND, RECEIVE
from numberkeep.http.wire import Secret, Time

Url = Annotated[str, Meta(max_length=MAX_URL)]
Nothing = Annotated[list[Any], Meta(max_length=0)]


class WebhookBody(msgspec.Struct, kw_only=True):
    """POST /_numberkeep/webhooks; without types it gets all events, without a secret a random one."""

    url: Url | UnsetType | None = UNSET
    types: Annotated[list[str], Meta(max_length=MAX_TAGS)] | None = None
    secret: Secret | None = None


class ReplayBody(msgspec.Struct, kw_only=True):
    """POST /_numberkeep/deliveries/replay; without a webhook all that is dead is tried again."""

    webhook: Annotated[int, Meta(ge=1)] | None = None


class WebhookOut(msgspec.Struct):
    """A webhook; its secret is shown when it is registered, and never again."""

    id: int
    url: str
    types: Sequence[str]
    created_at: Time
    secret: str | UnsetType = UNSET


class WebhookAnswer(msgspec.Struct):
    """One webhook."""

    webhook: WebhookOut
    status: Literal["OK"] = "OK"


class DeliveryOut(msgspec.Struct):
    """What could not be delivered: an event to a webhook, or a message to a phone (`webhook` is null)."""

    webhook: int | None
    event: str | None
    message: str | None
    attempts: int
    error: str
    created_at: Time


class HostedWebhookBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A webhook in a request to the hosted service's route, where it is not a URL alone.

    Other fields are always refused: `sendblue_numbers` narrows what comes, and nobody wants more than was asked for.
    """

    url: Url
    secret: Secret | None = None


HostedItems = Annotated[list[Url | HostedWebhookBody], Meta(max_length=MAX_WEBHOOKS)]
HostedName = Literal["receive", "outbound", "contact_created"]


class AddHostedBody(msgspec.Struct, kw_only=True):
    """POST /api/account/webhooks; without a type for `receive`; `globalSecret` is the secret of those without one."""

    webhooks: HostedItems | UnsetType | None = UNSET
    type: HostedName | None = None
    global_secret: Secret | None = msgspec.field(default=None, name="globalSecret")


class HostedLists(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The `webhooks` of PUT /api/account/webhooks; of what numberkeep does not see, nothing can be listed."""

    receive: HostedItems | None = None
    outbound: HostedItems | None = None
    contact_created: HostedItems | None = None
    typing_indicator: Nothing | None = None
    call_log: Nothing | None = None
    call_completed: Nothing | None = None
    inbound_call: Nothing | None = None
    contact_profile: Nothing | None = None
    line_blocked: Nothing | None = None
    line_assigned: Nothing | None = None
    global_secret: Secret | None = msgspec.field(default=None, name="globalSecret")


class ReplaceHostedBody(msgspec.Struct, kw_only=True):
    """PUT /api/account/webhooks."""

    webhooks: HostedLists | UnsetType | None = UNSET


class RemoveHostedBody(msgspec.Struct, kw_only=True):
    """DELETE /api/account/webhooks; without a type the URLs go under all names."""

    webhooks: Annotated[list[str], Meta(max_length=MAX_TAGS)] | UnsetType | None = UNSET
    type: HostedName | None = None


class HostedListsOut(msgspec.Struct):
    """An account's webhooks by hosted names. Secrets are not shown, so each is a URL alone."""

    receive: list[str]
    outbound: list[str]
    contact_created: list[str]


class HostedWebhooksAnswer(msgspec.Struct):
    """All of an account's webhooks that have a hosted name."""

    webhooks: HostedListsOut
    message: str | UnsetType = UNSET
    status: Literal["OK"] = "OK"


class HostedRemovedAnswer(msgspec.Struct):
    """That they are there no longer."""

    message: str = "Webhooks deleted successfully"
    status: Literal["OK"] = "OK"


def webhook_out(webhook: Webhook, *, with_secret: bool = False) -> WebhookOut:
    """A webhook, for an answer."""
    shown = webhook.secret if with_secret else UNSET
    return WebhookOut(webhook.webhook_id, webhook.url, webhook.types, moment(webhook.created_at), shown)


def delivery_out(delivery: Delivery) -> DeliveryOut:
    """A dead delivery, for an answer."""
    of_sender = delivery.target == SENDER
    item = str(delivery.item)
    return DeliveryOut(
        None if of_sender else delivery.target,
        None if of_sender else item,
        item if of_sender else None,
        delivery.attempts,
        delivery.error,
        moment(delivery.created_at),
    )


def hosted_out(webhooks: Iterable[Webhook], message: str | UnsetType = UNSET) -> HostedWebhooksAnswer:
    """An account's webhooks by hosted names, for an answer."""
    there = list(webhooks)
    receive, outbound, created = [
        list(dict.fromkeys(each.url for each in there if name in each.types))
        for name in (RECEIVE, OUTBOUND, CONTACT_CREATED)
    ]
    return HostedWebhooksAnswer(HostedListsOut(receive, outbound, created), message)


def hosted_added(body: AddHostedBody) -> dict[str, HostedWebhook]:
    """What a request adds, by the place of each.

    Raises:
        MissingFields: there are no `webhooks`.
    """
    if not body.webhooks:
        raise MissingFields("webhooks")
    return _hosted_of("webhooks", body.type or RECEIVE, body.webhooks, body.global_secret)


def hosted_replaced(body: ReplaceHostedBody) -> dict[str, HostedWebhook]:
    """What a request lists, by the place of each.

    Raises:
        MissingFields: there is no `webhooks`; an empty object lists nothing.
    """
    lists = body.webhooks
    if lists is UNSET or lists is None:
        raise MissingFields("webhooks")
    of_names = ((RECEIVE, lists.receive), (OUTBOUND, lists.outbound), (CONTACT_CREATED, lists.contact_created))
    return {
        place: webhook
        for name, items in of_names
        for place, webhook in _hosted_of(f"webhooks.{name}", name, items or (), lists.global_secret).items()
    }


def hosted_removed(body: RemoveHostedBody) -> list[str]:
    """The URLs that a request removes.

    Raises:
        MissingFields: there are no `webhooks`.
    """
    if not body.webhooks:
        raise MissingFields("webhooks")
    return body.webhooks


def _hosted_of(
    list_: str, name: str, items: Iterable[str | HostedWebhookBody], secret: str | None
) -> dict[str, HostedWebhook]:
    given = [HostedWebhookBody(url=item) if isinstance(item, str) else item for item in items]
    return {
        f"{list_}[{place}]": HostedWebhook(name, item.url, secret if item.secret is None else item.secret)
        for place, item in enumerate(given)
    }
