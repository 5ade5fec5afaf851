"""The commands on the outbox: take, settle and replay deliveries."""

from dataclasses import dataclass, replace
from typing import Final

from numberkeep.domain.command import SECOND, AccountCommand
from numberkeep.domain.consent.ledger import ConsentSource, Said
from numberkeep.domain.errors import InvalidInput, WebhookNotFound
from numberkeep.domain.event import NO_PHONE
from numberkeep.domain.limits import MAX_INTEGER
from numberkeep.domain.messages.message import OPTED_OUT, Message, MessageStatus
from numberkeep.domain.messages.receipts import apply_early_receipt, want_early_receipt
from numberkeep.domain.outbox.attempt import Attempt
from numberkeep.domain.outbox.delivery import (
    CALLBACKS,
    SENDER,
    Delivered,
    Delivery,
    DeliveryState,
    Gone,
    Outcome,
    Pending,
    PendingEvent,
    PendingMessage,
    Taken,
    Undelivered,
)
from numberkeep.domain.stamp import Stamp
from numberkeep.domain.work.needs import Needs
from numberkeep.domain.work.unit import Work

CONFIRMED_WITHIN: Final = 240 * SECOND
"""How long after an opt-out the message that confirms it may be handed to the sender, microseconds.

47 CFR 64.1200(a)(12) allows five minutes until it is sent; a minute is left for the sender.
"""


@dataclass(slots=True)
class TakeDeliveries(AccountCommand[Taken]):
    """Take up to `limit` deliveries that are due, to deliver them within `lease` microseconds.

    Until then no other process takes them; after that they count as not delivered. Deliveries to `busy` targets are
    not taken. A message is canceled instead if the reason for it is gone.
    """

    account_id: int
    limit: int
    lease: int
    stamp: Stamp
    busy: tuple[int, ...] = ()

    @property
    def weight(self) -> int:
        """The limit."""
        return self.limit

    def want(self, needs: Needs) -> None:
        """Need what is due."""
        needs.add_due(self.limit, self.stamp.at, self.busy)

    def apply(self, work: Work) -> Taken:
        """Return what is to be delivered."""
        taken: list[Pending] = []
        canceled = 0
        at = self.stamp.at
        for pending in work.outbox.due(self.limit, at, self.busy):
            if isinstance(pending, PendingMessage) and not _may_send(work, pending, at):
                _cancel(work, pending, self.stamp)
                canceled += 1
                continue
            delivery = replace(
                pending.delivery,
                attempts=pending.delivery.attempts + 1,
                due_at=at + self.lease,
                state=DeliveryState.TAKEN,
                error="",
            )
            work.outbox.reschedule(delivery)
            taken.append(replace(pending, delivery=delivery))
        return Taken(taken, canceled)


@dataclass(slots=True)
class SettleDelivery(AccountCommand[bool]):
    """Record the outcome of a delivery that was taken; return False if it is settled already.

    `taken` is the delivery as it was taken: a process that was too slow must not undo what another does with it. An
    arrival is recorded in any case, and so is an opt-out that the carrier reports. So is `attempt`, if it is given.
    """

    account_id: int
    taken: Delivery
    outcome: Outcome
    stamp: Stamp
    attempt: Attempt | None = None

    def want(self, needs: Needs) -> None:
        """Need the delivery, for a message its number, verification and receipt, and the events that may grow."""
        taken = self.taken
        needs.deliveries[taken.target, taken.phone, taken.item] = None
        if taken.target == SENDER:
            needs.verifications[taken.phone] = None
            if isinstance(self.outcome, Delivered) and self.outcome.handle:
                want_early_receipt(needs, self.outcome.handle)
        if isinstance(self.outcome, Gone):
            needs.phones[NO_PHONE] = None

    def apply(self, work: Work) -> bool:
        """Return whether it was still open."""
        if self.attempt is not None:
            work.outbox.keep_attempt(self.attempt)
        settled = self._settle(work)
        if isinstance(self.outcome, Undelivered) and self.outcome.opted_out:
            work.set_opt_out(self.taken.phone, Said(ConsentSource.CARRIER), self.stamp, opted_out=True)
        return settled

    def _settle(self, work: Work) -> bool:
        pending = work.outbox.pending((self.taken.target, self.taken.item))
        if pending is None:
            return False
        if isinstance(self.outcome, Delivered):
            work.outbox.finish(pending.delivery)
            if isinstance(pending, PendingMessage):
                sent = _sent(pending.message, self.outcome, self.stamp.at)
                work.messages.update(sent, self.stamp)
                apply_early_receipt(work, sent, self.stamp)
            return True
        if pending.delivery != self.taken:
            return False
        if isinstance(self.outcome, Gone):
            self._disable(work, pending, self.outcome.error)
        else:
            self._retry(work, pending, self.outcome)
        return True

    def _disable(self, work: Work, pending: Pending, error: str) -> None:
        if not isinstance(pending, PendingEvent) or pending.delivery.target == CALLBACKS:
            self._retry(work, pending, Undelivered(error, None))
            return
        work.disable_webhook(pending.webhook, error, self.stamp)
        work.outbox.reschedule(replace(pending.delivery, error=error))

    def _retry(self, work: Work, pending: Pending, outcome: Undelivered) -> None:
        message = pending.message if isinstance(pending, PendingMessage) else None
        error = outcome.error or "it failed"
        if message is not None and message.confirms_opt_out:  # sent at most once, so it cannot be replayed either
            work.outbox.finish(pending.delivery)
            work.messages.update(_failed(message, error, outcome), self.stamp)
        elif outcome.retry_at is None:
            work.outbox.reschedule(replace(pending.delivery, state=DeliveryState.DEAD, error=error))
            if message is not None:
                work.messages.update(_failed(message, error, outcome), self.stamp)
        elif isinstance(pending, PendingMessage) and not _may_send(work, pending, self.stamp.at):
            _cancel(work, pending, self.stamp)
        else:
            waiting = replace(pending.delivery, due_at=outcome.retry_at, state=DeliveryState.WAITING, error=error)
            work.outbox.reschedule(waiting)


@dataclass(slots=True)
class ReplayDeliveries(AccountCommand[int]):
    """Try up to `limit` dead deliveries again, to one target or to all (None), and return how many.

    Those to a disabled webhook are held until it is enabled.

    Raises on application: WebhookNotFound if the target is neither a webhook of the account nor SENDER; InvalidInput
        if it is a webhook that is disabled.
    """

    account_id: int
    target: int | None
    limit: int
    stamp: Stamp

    @property
    def weight(self) -> int:
        """The limit."""
        return self.limit

    def want(self, needs: Needs) -> None:
        """Need what is dead."""
        if self.target is None or self.target <= MAX_INTEGER:  # no store has a larger number
            needs.add_dead(self.limit, self.target)

    def apply(self, work: Work) -> int:
        """Return how many."""
        if self.target not in {None, SENDER, *(webhook.webhook_id for webhook in work.outbox.webhooks)}:
            raise WebhookNotFound
        if any(each.disabled and each.webhook_id == self.target for each in work.outbox.webhooks):
            raise InvalidInput(
                f"webhook {self.target} is disabled: enable it with `numberkeep webhooks enable {self.target}` or by "
                "registering its URL again"
            )
        dead = work.outbox.dead(self.target, self.limit)
        for pending in dead:
            waiting = replace(pending.delivery, attempts=0, due_at=self.stamp.at, state=DeliveryState.WAITING)
            work.outbox.reschedule(waiting)
            if isinstance(pending, PendingMessage):
                queued = replace(pending.message, status=MessageStatus.QUEUED, error="", error_code=0, error_key="")
                work.messages.update(queued, self.stamp)
        return len(dead)


def _may_send(work: Work, pending: PendingMessage, at: int) -> bool:
    """Return whether there is still a reason to send a message."""
    message = pending.message
    opt_out = work.consent.opt_outs.get(message.phone)
    if message.confirms_opt_out:
        in_force = opt_out is not None and opt_out.entry_id == message.entry_id
        return in_force and at < message.at + CONFIRMED_WITHIN and not pending.delivery.attempts
    if message.plain:
        return opt_out is None
    verification = work.pending_verification(message.phone, at)
    return opt_out is None and verification is not None and verification.verification_id == message.verification_id


def _cancel(work: Work, pending: PendingMessage, stamp: Stamp) -> None:
    # Looking for the reason may have expired the verification, which has canceled the message already.
    delivery = pending.delivery
    if work.outbox.deliveries.get((delivery.target, delivery.item)) is not None:
        work.messages.cancel(delivery, pending.message, stamp)


def _sent(message: Message, outcome: Delivered, at: int) -> Message:
    return replace(
        message,
        status=outcome.status,
        handle=outcome.handle,
        service=outcome.service,
        error="",
        error_code=0,
        error_key="",
        sent_at=at,
    )


def _failed(message: Message, error: str, outcome: Undelivered) -> Message:
    key = outcome.key or (OPTED_OUT if outcome.opted_out else "")
    return replace(message, status=MessageStatus.FAILED, error=error, error_code=outcome.code, error_key=key)
