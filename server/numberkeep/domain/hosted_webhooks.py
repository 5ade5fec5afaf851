"""Webhooks as the hosted service counts them: each is a URL under one of its names.

Here a webhook has a number and may have many names, so one of the hosted service's is a pair of a URL and a name that
some webhook has. What a webhook gets by our own names is neither shown nor touched.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from numberkeep.domain.commands import AccountCommand
from numberkeep.domain.delivery import Webhook
from numberkeep.domain.loading import Wanted
from numberkeep.domain.outbox import add_webhook
from numberkeep.domain.webhook_types import HOSTED_NAMES
from numberkeep.domain.work import Work


@dataclass(slots=True, frozen=True)
class HostedWebhook:
    """One of the hosted service's webhooks.

    Attributes:
        name: the hosted name of what it gets.
        url: where to.
        secret: what requests to it are signed with, `""` nothing; None leaves one that is there as it is.
    """

    name: str
    url: str
    secret: str | None = None


@dataclass(slots=True)
class AddHosted(AccountCommand[Sequence[Webhook]]):
    """Have these too; one that is there already takes the new secret. Gives all webhooks.

    Raises on application: InvalidInput where the account would have more than it may.
    """

    account_id: int
    webhooks: Sequence[HostedWebhook]
    at: int

    def want(self, wanted: Wanted) -> None:
        """Nothing but what is always seen."""

    def apply(self, work: Work) -> Sequence[Webhook]:
        """Gives the account's webhooks."""
        for webhook in self.webhooks:
            _add(work, webhook, self.at)
        return work.webhooks()


@dataclass(slots=True)
class ReplaceHosted(AccountCommand[Sequence[Webhook]]):
    """Have these and no others; those that stay keep their number and what is owed to them. Gives all webhooks.

    Raises on application: InvalidInput where the account would have more than it may.
    """

    account_id: int
    webhooks: Sequence[HostedWebhook]
    at: int

    def want(self, wanted: Wanted) -> None:
        """Nothing but what is always seen."""

    def apply(self, work: Work) -> Sequence[Webhook]:
        """Gives the account's webhooks."""
        stay = {(webhook.name, webhook.url) for webhook in self.webhooks}
        for there in work.webhooks():
            _remove(work, there, [name for name in HOSTED_NAMES if (name, there.url) not in stay])
        for webhook in self.webhooks:
            _add(work, webhook, self.at)
        return work.webhooks()


@dataclass(slots=True)
class RemoveHosted(AccountCommand[None]):
    """Have these URLs no longer, under these hosted names; those that are not there are none the worse."""

    account_id: int
    urls: Collection[str]
    names: Collection[str]

    def want(self, wanted: Wanted) -> None:
        """Nothing but what is always seen."""

    def apply(self, work: Work) -> None:
        """Gives nothing."""
        for there in work.webhooks():
            if there.url in self.urls:
                _remove(work, there, self.names)


def _add(work: Work, webhook: HostedWebhook, at: int) -> None:
    there = next((each for each in work.webhooks() if each.url == webhook.url and webhook.name in each.types), None)
    if there is None:
        add_webhook(work, Webhook(0, webhook.url, webhook.secret or "", (webhook.name,), at))
    elif webhook.secret not in {None, there.secret}:
        work.change_webhook(replace(there, secret=webhook.secret))


def _remove(work: Work, webhook: Webhook, names: Collection[str]) -> None:
    left = tuple(name for name in webhook.types if name not in names)
    if left == tuple(webhook.types):
        return
    if left:
        work.change_webhook(replace(webhook, types=left))
    else:  # without types it would get everything
        work.remove_webhook(webhook.webhook_id)
