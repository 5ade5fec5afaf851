"""The commands on webhooks: register one, and remove one."""

from collections.abc import Sequence
from dataclasses import dataclass

from numberkeep.domain.command import AccountCommand
from numberkeep.domain.errors import InvalidInput, WebhookNotFound
from numberkeep.domain.limits import MAX_WEBHOOKS
from numberkeep.domain.outbox.delivery import SENDER
from numberkeep.domain.stamp import Stamp
from numberkeep.domain.webhooks.webhook import Webhook
from numberkeep.domain.work.unit import Work


@dataclass(slots=True)
class CreateWebhook(AccountCommand[Webhook]):
    """Register a webhook and return it with its number.

    Raises on application: InvalidInput if the account has as many as it may.
    """

    account_id: int
    url: str
    secret: str
    types: Sequence[str]
    stamp: Stamp

    def apply(self, work: Work) -> Webhook:
        """Return the webhook."""
        check_room(sum(1 for _ in work.outbox.webhooks) + 1)
        return work.outbox.add_webhook(Webhook(0, self.url, self.secret, tuple(self.types), self.stamp.at))


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
