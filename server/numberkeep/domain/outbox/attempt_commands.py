"""The commands on single attempts: keep a sample, and retry a delivery now."""

from dataclasses import dataclass, replace

from numberkeep.domain.command import AccountCommand
from numberkeep.domain.errors import InvalidInput, WebhookNotFound
from numberkeep.domain.outbox.attempt import Attempt
from numberkeep.domain.outbox.delivery import DeliveryState
from numberkeep.domain.stamp import Stamp
from numberkeep.domain.work.needs import Needs
from numberkeep.domain.work.unit import Work


@dataclass(slots=True)
class KeepAttempt(AccountCommand[Attempt]):
    """Keep an attempt that belongs to no delivery, and return it with its number.

    Raises on application: WebhookNotFound.
    """

    account_id: int
    attempt: Attempt

    def apply(self, work: Work) -> Attempt:
        """Return the attempt."""
        kept = work.outbox.keep_attempt(self.attempt)
        if kept is None:
            raise WebhookNotFound
        return kept


@dataclass(slots=True)
class RetryDelivery(AccountCommand[None]):
    """Have a delivery to a webhook tried again at once, dead or not. One that is under way stays as it is.

    It still waits for earlier deliveries that concern its number.
    Raises on application: WebhookNotFound; InvalidInput if the webhook is disabled, or the delivery is not pending.
    """

    account_id: int
    webhook_id: int
    event_id: int
    phone: str
    stamp: Stamp

    def want(self, needs: Needs) -> None:
        """Need the delivery."""
        needs.deliveries[self.webhook_id, self.phone, self.event_id] = None

    def apply(self, work: Work) -> None:
        """Return nothing."""
        webhook = work.outbox.webhooks.get(self.webhook_id)
        if webhook is None:
            raise WebhookNotFound
        if webhook.disabled:
            raise InvalidInput(f"webhook {self.webhook_id} is disabled: enable it first")
        pending = work.outbox.pending((self.webhook_id, self.event_id))
        if pending is None:
            raise InvalidInput("there is nothing to retry: the delivery has arrived, or is too old")
        delivery = pending.delivery
        if delivery.in_flight(self.stamp.at):
            return
        attempts = 0 if delivery.dead else delivery.attempts
        work.outbox.reschedule(replace(delivery, state=DeliveryState.WAITING, due_at=self.stamp.at, attempts=attempts))
