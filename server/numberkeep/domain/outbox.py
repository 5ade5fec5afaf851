"""The commands on the outbox: what the relay does with it, and the webhooks that it serves."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from numberkeep.domain.commands import AccountCommand
from numberkeep.domain.delivery import SENDER, Delivered, Delivery, Owed, Taken, Undelivered, Webhook
from numberkeep.domain.errors import InvalidInput, WebhookNotFound
from numberkeep.domain.limits import MAX_WEBHOOKS
from numberkeep.domain.message import Message, MessageStatus
from numberkeep.domain.snapshot import Wanted
from numberkeep.domain.work import Work

_MOST: Final = 2**63 - 1


@dataclass(slots=True)
class TakeDeliveries(AccountCommand[Taken]):
    """Take out what is due at `at`, up to `limit`, to deliver it within `lease` microseconds.

    Until then nobody else takes it; after that it counts as not delivered, whatever became of who took it. What is
    owed to targets that are `busy` stays. A message for which there is no reason any more is not given out but
    canceled.
    """

    account_id: int
    limit: int
    lease: int
    at: int
    busy: tuple[int, ...] = ()

    @property
    def weight(self) -> int:
        """The most there may be."""
        return self.limit

    def want(self, wanted: Wanted) -> None:
        """What is due."""
        wanted.want_due(self.limit, self.at, self.busy)

    def apply(self, work: Work) -> Taken:
        """Gives what is to be delivered."""
        taken: list[Owed] = []
        canceled = 0
        for owed in work.due(self.limit, self.at, self.busy):
            delivery = owed.delivery
            if owed.message is not None and not _has_reason(owed.message, work, self.at):
                if work.owed(delivery.target, delivery.item) is not None:  # else by the look whether there is a reason
                    work.cancel(delivery, owed.message, self.at)
                canceled += 1
                continue
            delivery = replace(delivery, attempts=delivery.attempts + 1, due_at=self.at + self.lease, error="")
            work.postpone(delivery)
            taken.append(replace(owed, delivery=delivery))
        return Taken(taken, canceled)


@dataclass(slots=True)
class SettleDelivery(AccountCommand[bool]):
    """Record what became of a delivery that was taken; gives False where that is settled already.

    `taken` is the delivery as it was given out: who took it and was too slow must not undo what another does with it.
    That it arrived is recorded all the same.
    """

    account_id: int
    taken: Delivery
    outcome: Delivered | Undelivered
    at: int

    def want(self, wanted: Wanted) -> None:
        """The delivery, and of a message whether there is still a reason for it."""
        taken = self.taken
        wanted.deliveries[taken.target, taken.phone, taken.item] = None
        if taken.target == SENDER:
            wanted.phones[taken.phone] = None
            wanted.verifications[taken.phone] = None

    def apply(self, work: Work) -> bool:
        """Gives whether it was still open."""
        owed = work.owed(self.taken.target, self.taken.item)
        if owed is None:
            return False
        if isinstance(self.outcome, Delivered):
            work.redeem(owed.delivery)
            if owed.message is not None:
                work.update_message(
                    replace(owed.message, status=self.outcome.status, handle=self.outcome.handle, error=""), self.at
                )
            return True
        if owed.delivery != self.taken:
            return False
        error, retry_at = self.outcome.error or "it failed", self.outcome.retry_at
        if owed.message is not None and retry_at is not None and not _has_reason(owed.message, work, self.at):
            if work.owed(self.taken.target, self.taken.item) is not None:  # likewise
                work.cancel(owed.delivery, owed.message, self.at)
            return True
        due_at = owed.delivery.due_at if retry_at is None else retry_at
        work.postpone(replace(owed.delivery, due_at=due_at, dead=retry_at is None, error=error))
        if owed.message is not None and retry_at is None:
            work.update_message(replace(owed.message, status=MessageStatus.FAILED, error=error), self.at)
        return True


@dataclass(slots=True)
class ReplayDeliveries(AccountCommand[int]):
    """Try dead deliveries again, to one target or to all (None), up to `limit` of them; gives how many.

    Raises on application: WebhookNotFound where the target is no webhook of the account, nor SENDER.
    """

    account_id: int
    target: int | None
    limit: int
    at: int

    @property
    def weight(self) -> int:
        """The most there may be."""
        return self.limit

    def want(self, wanted: Wanted) -> None:
        """What is dead."""
        if self.target is None or self.target <= _MOST:  # no store has a number beyond
            wanted.want_dead(self.limit, self.target)

    def apply(self, work: Work) -> int:
        """Gives how many."""
        if self.target not in {None, SENDER, *(webhook.webhook_id for webhook in work.webhooks())}:
            raise WebhookNotFound
        dead = [owed for owed in work.all_owed() if owed.delivery.dead and self.target in {None, owed.delivery.target}]
        for owed in dead[: self.limit]:
            work.postpone(replace(owed.delivery, attempts=0, due_at=self.at, dead=False))
            if owed.message is not None:
                work.update_message(replace(owed.message, status=MessageStatus.QUEUED, error=""), self.at)
        return len(dead[: self.limit])


@dataclass(slots=True)
class CreateWebhook(AccountCommand[Webhook]):
    """Register a webhook; gives it with its number.

    Raises on application: InvalidInput where the account has as many as it may.
    """

    account_id: int
    url: str
    secret: str
    types: Sequence[str]
    at: int

    def want(self, wanted: Wanted) -> None:
        """Nothing but what is always seen."""

    def apply(self, work: Work) -> Webhook:
        """Gives the webhook."""
        check_room(len(work.webhooks()) + 1)
        return work.add_webhook(Webhook(0, self.url, self.secret, tuple(self.types), self.at))


@dataclass(slots=True)
class DeleteWebhook(AccountCommand[None]):
    """Remove a webhook and all that is owed to it.

    Raises on application: WebhookNotFound.
    """

    account_id: int
    webhook_id: int

    def want(self, wanted: Wanted) -> None:
        """Nothing but what is always seen."""

    def apply(self, work: Work) -> None:
        """Gives nothing."""
        if self.webhook_id == SENDER or not work.remove_webhook(self.webhook_id):
            raise WebhookNotFound


def check_room(webhooks: int) -> None:
    """Look whether an account may have so many webhooks.

    Raises:
        InvalidInput: it may not.
    """
    if webhooks > MAX_WEBHOOKS:
        raise InvalidInput(f"an account has at most {MAX_WEBHOOKS} webhooks: remove one that is not needed")


def _has_reason(message: Message, work: Work, at: int) -> bool:
    """Whether the message is the last that asks for a verification which waits for its answer."""
    pending = work.pending(message.phone, at)
    return pending is not None and pending.requested_at == message.at and not work.opted_out(message.phone)
