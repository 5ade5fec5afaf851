"""The commands on webhooks: register one, enable one again, and remove one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from numberkeep.domain.command import AccountCommand
from numberkeep.domain.errors import InvalidInput, WebhookNotFound
from numberkeep.domain.event import NO_PHONE
from numberkeep.domain.limits import MAX_WEBHOOKS
from numberkeep.domain.outbox.delivery import SENDER
from numberkeep.domain.stamp import Stamp
from numberkeep.domain.webhooks.webhook import Webhook
from numberkeep.domain.work.needs import Needs
from numberkeep.domain.work.unit import Work


@dataclass(slots=True)
class CreateWebhook(AccountCommand[Webhook]):
    """Register a webhook and return it with its number.

    A disabled webhook with this URL is enabled instead, with the new secret and types: of several, the first that has
    these types, or else the first.

    Raises on application: InvalidInput if the account has as many as it may.
    """

    account_id: int
    url: str
    secret: str
    types: Sequence[str]
    stamp: Stamp

    def apply(self, work: Work) -> Webhook:
        """Return the webhook."""
        types = tuple(self.types)
        disabled = [each for each in work.outbox.webhooks if each.disabled and each.url == self.url]
        if disabled:
            chosen = next((each for each in disabled if tuple(each.types) == types), disabled[0])
            enabled = replace(chosen, secret=self.secret, types=types, disabled_at=None)
            work.outbox.put_webhook(enabled)
            return enabled
        check_room(sum(1 for _ in work.outbox.webhooks) + 1)
        return work.outbox.add_webhook(Webhook(0, self.url, self.secret, types, self.stamp.at))


@dataclass(slots=True)
class EnableWebhook(AccountCommand[Webhook]):
    """Enable a webhook and return it; nothing changes if it is enabled.

    Raises on application: WebhookNotFound.
    """

    account_id: int
    webhook_id: int

    def apply(self, work: Work) -> Webhook:
        """Return the webhook."""
        webhook = work.outbox.webhooks.get(self.webhook_id)
        if webhook is None:
            raise WebhookNotFound
        if not webhook.disabled:
            return webhook
        enabled = replace(webhook, disabled_at=None)
        work.outbox.put_webhook(enabled)
        return enabled


@dataclass(slots=True)
class DisableWebhook(AccountCommand[Webhook]):
    """Disable a webhook and return it; nothing changes if it is disabled. Its pending deliveries are held.

    Raises on application: WebhookNotFound.
    """

    account_id: int
    webhook_id: int
    stamp: Stamp

    def want(self, needs: Needs) -> None:
        """Need the chain of events that may grow."""
        needs.phones[NO_PHONE] = None

    def apply(self, work: Work) -> Webhook:
        """Return the webhook."""
        webhook = work.outbox.webhooks.get(self.webhook_id)
        if webhook is None:
            raise WebhookNotFound
        if not webhook.disabled:
            work.disable_webhook(webhook, "disabled by the account", self.stamp)
            webhook = replace(webhook, disabled_at=self.stamp.at)
        return webhook


@dataclass(slots=True)
class DeleteWebhook(AccountCommand[None]):
    """Remove a webhook and the deliveries to it.

    Raises on application: WebhookNotFound.
    """

    account_id: int
    webhook_id: int

    def apply(self, work: Work) -> None:
        """Return nothing."""
        if self.webhook_id == SENDER or not work.outbox.remove_webhook(self.webhook_id):
            raise WebhookNotFound


def check_room(webhooks: int) -> None:
    """Check that an account may have this many webhooks.

    Raises:
        InvalidInput: there are too many.
    """
    if webhooks > MAX_WEBHOOKS:
        raise InvalidInput(f"an account has at most {MAX_WEBHOOKS} webhooks: remove one that is not needed")
