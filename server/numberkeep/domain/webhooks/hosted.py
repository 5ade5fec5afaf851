"""Webhooks in the form of the hosted service: each is a pair of a URL and a hosted name.

Here a webhook has a number and any number of names, so it may stand for several such pairs or for none. These commands
do not touch our own names. A webhook has one secret for all of its names.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

from numberkeep.domain.command import AccountCommand
from numberkeep.domain.stamp import Stamp
from numberkeep.domain.webhooks.commands import check_room
from numberkeep.domain.webhooks.types import HOSTED_NAMES
from numberkeep.domain.webhooks.webhook import Webhook
from numberkeep.domain.work.unit import Work


@dataclass(slots=True, frozen=True)
class HostedWebhook:
    """One of the hosted service's webhooks.

    Attributes:
        name: the hosted name of the events that are sent to it.
        url: the URL.
        secret: signs requests to it; None keeps the secret of an existing webhook, and signs nothing for a new one.
    """

    name: str
    url: str
    secret: str | None = field(default=None, repr=False)


@dataclass(slots=True)
class AddHosted(AccountCommand[Sequence[Webhook]]):
    """Add webhooks, update the secrets of those that exist, and return all of the account's webhooks.

    Raises on application: InvalidInput if there would be too many.
    """

    account_id: int
    webhooks: Sequence[HostedWebhook]
    stamp: Stamp

    def apply(self, work: Work) -> Sequence[Webhook]:
        """Return the account's webhooks."""
        _change(work, self.webhooks, lambda *_: False, self.stamp.at)
        return list(work.outbox.webhooks)


@dataclass(slots=True)
class ReplaceHosted(AccountCommand[Sequence[Webhook]]):
    """Replace all webhooks with these, and return all of the account's webhooks.

    Those that stay keep their numbers and pending deliveries.
    Raises on application: InvalidInput if there would be too many.
    """

    account_id: int
    webhooks: Sequence[HostedWebhook]
    stamp: Stamp

    def apply(self, work: Work) -> Sequence[Webhook]:
        """Return the account's webhooks."""
        stay = {(webhook.name, webhook.url) for webhook in self.webhooks}
        _change(work, self.webhooks, lambda name, url: name in HOSTED_NAMES and (name, url) not in stay, self.stamp.at)
        return list(work.outbox.webhooks)


@dataclass(slots=True)
class RemoveHosted(AccountCommand[None]):
    """Remove these URLs under these hosted names. Missing ones are ignored."""

    account_id: int
    urls: Collection[str]
    names: Collection[str]

    def apply(self, work: Work) -> None:
        """Return nothing."""
        _change(work, (), lambda name, url: name in self.names and url in self.urls, 0)


def _change(work: Work, add: Sequence[HostedWebhook], removes: Callable[[str, str], bool], at: int) -> None:
    """Remove the names for which `removes(name, url)` is true, then add webhooks."""
    before = {webhook.webhook_id: webhook for webhook in work.outbox.webhooks}
    stay: list[Webhook] = []
    for webhook in before.values():
        types = tuple(name for name in webhook.types if not removes(name, webhook.url))
        if types or not webhook.types:  # no types mean all events, so a webhook that loses its last one is removed
            stay.append(webhook if len(types) == len(webhook.types) else replace(webhook, types=types))
    new = _merge(stay, add)
    if new:
        check_room(len(stay) + len(new))

    for webhook_id in before.keys() - {webhook.webhook_id for webhook in stay}:
        work.outbox.remove_webhook(webhook_id)
    for webhook in stay:
        if webhook != before[webhook.webhook_id]:
            work.outbox.put_webhook(webhook)
    for each in new:
        work.outbox.add_webhook(Webhook(0, each.url, each.secret or "", (each.name,), at))


def _merge(existing: list[Webhook], add: Sequence[HostedWebhook]) -> Sequence[HostedWebhook]:
    """Enable existing webhooks and update their secrets, and return the new ones without duplicates."""
    new: dict[tuple[str, str], HostedWebhook] = {}
    for each in add:
        places = [n for n, it in enumerate(existing) if it.url == each.url and each.name in it.types]
        if not places:
            before = new.get((each.name, each.url), each)
            new[each.name, each.url] = before if each.secret is None else each
        for n in places:
            secret = existing[n].secret if each.secret is None else each.secret
            existing[n] = replace(existing[n], secret=secret, disabled_at=None)
    return list(new.values())
