"""Webhooks as the hosted service counts them: each is a URL under one of its names.

Here a webhook has a number and may have many names, so one of the hosted service's is a pair of a URL and a name that
some webhook has. What a webhook gets by our own names is neither shown nor touched; its secret is one for all it gets.
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
        name: the hosted name of what it gets.
        url: where to.
        secret: what requests to it are signed with; None leaves one that is there as it is, and signs nothing for one
            that is new.
    """

    name: str
    url: str
    secret: str | None = field(default=None, repr=False)


@dataclass(slots=True)
class AddHosted(AccountCommand[Sequence[Webhook]]):
    """Have these too; one that is there already takes the new secret. Gives all webhooks.

    Raises on application: InvalidInput where the account would have more than it may.
    """

    account_id: int
    webhooks: Sequence[HostedWebhook]
    stamp: Stamp

    def apply(self, work: Work) -> Sequence[Webhook]:
        """Gives the account's webhooks."""
        _change(work, self.webhooks, lambda *_: False, self.stamp.at)
        return list(work.outbox.webhooks)


@dataclass(slots=True)
class ReplaceHosted(AccountCommand[Sequence[Webhook]]):
    """Have these and no others; those that stay keep their number and what is owed to them. Gives all webhooks.

    Raises on application: InvalidInput where the account would have more than it may.
    """

    account_id: int
    webhooks: Sequence[HostedWebhook]
    stamp: Stamp

    def apply(self, work: Work) -> Sequence[Webhook]:
        """Gives the account's webhooks."""
        stay = {(webhook.name, webhook.url) for webhook in self.webhooks}
        _change(work, self.webhooks, lambda name, url: name in HOSTED_NAMES and (name, url) not in stay, self.stamp.at)
        return list(work.outbox.webhooks)


@dataclass(slots=True)
class RemoveHosted(AccountCommand[None]):
    """Have these URLs no longer, under these hosted names; those that are not there are none the worse."""

    account_id: int
    urls: Collection[str]
    names: Collection[str]

    def apply(self, work: Work) -> None:
        """Gives nothing."""
        _change(work, (), lambda name, url: name in self.names and url in self.urls, 0)


def _change(work: Work, add: Sequence[HostedWebhook], removes: Callable[[str, str], bool], at: int) -> None:
    """Change what the account has.

    Args:
        work: the account's.
        add: what is to be there too.
        removes: tells whether a name and a URL are to go together.
        at: when, microseconds since 1970.
    """
    before = {webhook.webhook_id: webhook for webhook in work.outbox.webhooks}
    stay: list[Webhook] = []
    for webhook in before.values():
        types = tuple(name for name in webhook.types if not removes(name, webhook.url))
        if types or not webhook.types:  # without types it gets everything, so one that loses its last is not to stay
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


def _merge(there: list[Webhook], add: Sequence[HostedWebhook]) -> Sequence[HostedWebhook]:
    """Enable those that are there and set their new secrets; return those that are not there, each once."""
    new: dict[tuple[str, str], HostedWebhook] = {}
    for each in add:
        places = [n for n, it in enumerate(there) if it.url == each.url and each.name in it.types]
        if not places:
            before = new.get((each.name, each.url), each)
            new[each.name, each.url] = before if each.secret is None else each
        for n in places:
            secret = there[n].secret if each.secret is None else each.secret
            there[n] = replace(there[n], secret=secret, disabled_at=None)
    return list(new.values())
