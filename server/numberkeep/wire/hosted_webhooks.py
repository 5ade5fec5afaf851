"""The shapes of the hosted service's routes on webhooks.

Source: the hosted service's page "Webhooks" and the types of its client 1.33.0 (docs/fidelity.md).
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from numberkeep.domain.errors import MissingFields
from numberkeep.domain.limits import MAX_TAGS, MAX_WEBHOOKS, MIN_SECRET
from numberkeep.domain.webhooks.hosted import HostedWebhook
from numberkeep.domain.webhooks.types import CONTACT_CREATED, OUTBOUND, RECEIVE
from numberkeep.domain.webhooks.webhook import Webhook
from numberkeep.wire.field_types import Secret, Url

Nothing = Annotated[list[Any], Meta(max_length=0)]


class HostedWebhookBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A webhook in a request, if it is more than a URL.

    Other fields are always refused: ignoring `sendblue_numbers`, which narrows what a webhook gets, would send it more
    than was asked for.
    """

    url: Url
    secret: Secret | None = None


HostedItems = Annotated[list[Url | HostedWebhookBody], Meta(max_length=MAX_WEBHOOKS)]
HostedName = Literal["receive", "outbound", "contact_created"]


class AddHostedBody(msgspec.Struct, kw_only=True):
    """Webhooks to add, for `receive` if there is no type; `globalSecret` is the secret of those that have none."""

    webhooks: HostedItems | UnsetType | None = UNSET
    type: HostedName | None = None
    global_secret: Secret | None = msgspec.field(default=None, name="globalSecret")


class HostedLists(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The webhooks of each name; for events that numberkeep does not have, the list must be empty."""

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
    """The webhooks that replace all others that have a hosted name."""

    webhooks: HostedLists | UnsetType | None = UNSET


class RemoveHostedBody(msgspec.Struct, kw_only=True):
    """URLs to remove; without a type, under all names."""

    webhooks: Annotated[list[str], Meta(max_length=MAX_TAGS)] | UnsetType | None = UNSET
    type: HostedName | None = None


class HostedListsOut(msgspec.Struct):
    """An account's webhooks by hosted names. Secrets are not shown, so each is only a URL."""

    receive: list[str]
    outbound: list[str]
    contact_created: list[str]


class HostedWebhooksAnswer(msgspec.Struct):
    """All of an account's webhooks that have a hosted name."""

    webhooks: HostedListsOut
    message: str | UnsetType = UNSET
    status: Literal["OK"] = "OK"


class HostedRemovedAnswer(msgspec.Struct):
    """The webhooks were removed."""

    message: str = "Webhooks deleted successfully"
    status: Literal["OK"] = "OK"


def hosted_out(webhooks: Iterable[Webhook], message: str | UnsetType = UNSET) -> HostedWebhooksAnswer:
    """Return an account's webhooks by hosted names."""
    there = list(webhooks)
    receive, outbound, created = [
        list(dict.fromkeys(each.url for each in there if name in each.types))
        for name in (RECEIVE, OUTBOUND, CONTACT_CREATED)
    ]
    return HostedWebhooksAnswer(HostedListsOut(receive, outbound, created), message)


def hosted_message(done: str, given: Mapping[str, HostedWebhook]) -> str:
    """Return the message of an answer: what was done, and a warning about secrets that are too short.

    The hosted service accepts them, so they are not refused here.
    """
    short = [place for place, each in given.items() if each.secret is not None and len(each.secret) < MIN_SECRET]
    if not short:
        return done
    fault = f"has fewer than {MIN_SECRET} characters, so it can be guessed: use a longer one"
    return f"{done}. The secret of {short[0]} {fault}."


def hosted_added(body: AddHostedBody) -> dict[str, HostedWebhook]:
    """Return the webhooks that a request adds, by the place of each in the request.

    Raises:
        MissingFields: there are no `webhooks`.
    """
    if not body.webhooks:
        raise MissingFields("webhooks")
    return _hosted_of("webhooks", body.type or RECEIVE, body.webhooks, body.global_secret)


def hosted_replaced(body: ReplaceHostedBody) -> dict[str, HostedWebhook]:
    """Return the webhooks that a request lists, by the place of each in the request.

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
    """Return the URLs that a request removes.

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
