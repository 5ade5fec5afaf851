"""The use case of `numberkeep doctor`: what may be wrong with an account and its service. It changes nothing."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from numberkeep.domain.contacts.listing import ListQuery
from numberkeep.domain.identity import Account
from numberkeep.domain.messages.message import MessageStatus
from numberkeep.domain.outbox.delivery import CALLBACKS, SENDER, Delivery
from numberkeep.domain.outbox.errors import DeliveryFailed
from numberkeep.domain.webhooks.webhook import Webhook
from numberkeep.service.context import Context
from numberkeep.service.outlets import TargetChecker
from numberkeep.store.contract import PageTooLarge
from numberkeep.store.queries import (
    ListContacts,
    ListDeadDeliveries,
    ListFailingDeliveries,
    ListMessages,
    ListWebhooks,
)
from numberkeep.store.space import Space

MOST: Final = 1000
"""Deliveries that are counted at most."""

_SAMPLE: Final = 100
_ENOUGH: Final = 10
_SHARE: Final = 0.8
_CHECK_SECONDS: Final = 5.0


@dataclass(slots=True, frozen=True)
class Deliveries:
    """The deliveries to one target that do not arrive.

    Attributes:
        failing: how many are retried, up to MOST of the account.
        dead: how many exhausted their retries, likewise.
        error: why one of them failed; `""` if none did.
    """

    failing: int
    dead: int
    error: str


@dataclass(slots=True, frozen=True)
class WebhookFindings:
    """A webhook, its deliveries, and why its URL cannot be reached; `""` if it can, or if that was not checked."""

    webhook: Webhook
    deliveries: Deliveries
    fault: str


@dataclass(slots=True, frozen=True)
class Findings:
    """What was found.

    Attributes:
        usual_region: the region whose country code most of the newest contacts have, if the account reads numbers
            without + by another one; else None.
        logged: whether one of the newest messages was given to the sender `log`.
        messages: the deliveries of messages.
        callbacks: the deliveries of statuses to the URLs that messages name.
        webhooks: each of the account's.
        space: the room on the database's disk; None if it is not known.
    """

    usual_region: str | None
    logged: bool
    messages: Deliveries
    callbacks: Deliveries
    webhooks: Sequence[WebhookFindings]
    space: Space | None


async def examine(context: Context, account: Account, checker: TargetChecker | None) -> Findings:
    """Return what can be found out about an account and the deployment.

    Args:
        context: the context.
        account: the account.
        checker: checks where the webhooks' URLs lead; None if only the service can do that.
    """
    read, account_id = context.store.read, account.account_id
    webhooks = await read(ListWebhooks(account_id))
    dead = await read(ListDeadDeliveries(account_id, MOST))
    failing = await read(ListFailingDeliveries(account_id, MOST))
    messages = await read(ListMessages(account_id, _SAMPLE))
    faults = await asyncio.gather(*(_fault(checker, account.name, each) for each in webhooks))
    return Findings(
        await _usual_region(context, account),
        any(message.status is MessageStatus.LOGGED for message in messages),
        _to(SENDER, failing, dead),
        _to(CALLBACKS, failing, dead),
        [
            WebhookFindings(webhook, _to(webhook.webhook_id, failing, dead), fault)
            for webhook, fault in zip(webhooks, faults, strict=True)
        ],
        await asyncio.to_thread(_space, context),
    )


def _to(target: int, failing: Sequence[Delivery], dead: Sequence[Delivery]) -> Deliveries:
    counted = [[each for each in some if each.target == target] for some in (failing, dead)]
    errors = [each.error for some in counted for each in some if each.error]
    return Deliveries(len(counted[0]), len(counted[1]), errors[0] if errors else "")


async def _fault(checker: TargetChecker | None, account: str, webhook: Webhook) -> str:
    """Return why a webhook's URL cannot be reached, as far as its host's addresses show."""
    if checker is None or webhook.disabled:
        return ""
    try:
        async with asyncio.timeout(_CHECK_SECONDS):
            await checker.check(account, webhook.url)
    except TimeoutError:
        return f"the host's name was not resolved within {_CHECK_SECONDS:g} s"
    except DeliveryFailed as failed:
        return str(failed)
    return ""


async def _usual_region(context: Context, account: Account) -> str | None:
    try:
        page = await context.store.read(ListContacts(account.account_id, ListQuery(limit=_SAMPLE)))
    except PageTooLarge:
        return None
    return await asyncio.to_thread(_other_region, [contact.phone for contact in page.contacts], account.region)


def _other_region(phones: Sequence[str], region: str) -> str | None:
    """Return the main region of the country code that most of the numbers have; None if `region` has it too."""
    from numberkeep.domain.numbering_plan import regions_of  # noqa: PLC0415 - its tables load slowly

    [(usual, count)] = Counter(map(regions_of, phones)).most_common(1) or [((), 0)]
    if count < max(_ENOUGH, _SHARE * len(phones)) or region in usual or not usual:
        return None
    return usual[0]


def _space(context: Context) -> Space | None:
    try:
        return context.deployment.measure()
    except OSError:
        return None
