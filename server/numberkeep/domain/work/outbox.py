"""The outbox within a unit of work: pending deliveries, and the messages and webhooks that they are for."""

from dataclasses import replace

from numberkeep.domain.outbox.attempt import Attempt
from numberkeep.domain.outbox.delivery import (
    CALLBACKS,
    SENDER,
    Delivery,
    DeliveryState,
    Pending,
    PendingEvent,
    PendingMessage,
    PendingNothing,
)
from numberkeep.domain.webhooks.callback import callback_of
from numberkeep.domain.webhooks.webhook import Webhook
from numberkeep.domain.work.loaded import DeliveryKey, LoadedRows
from numberkeep.domain.work.log import ChangeLog
from numberkeep.domain.work.rows import ChangeCounter, Rows


class Outbox:
    """The deliveries of a unit of work.

    Attributes:
        deliveries: by target and item.
        messages: by number; loaded ones are those that deliveries carry, and those that commands named by handle.
        webhooks: by number, oldest first.
        handles: those handles that commands named of messages that were received before, and of new ones.
        last_message: the number of the account's last message.
        last_webhook: the number of the account's last webhook.
        attempts: the new attempts, in order.
        last_attempt: the number of the account's last attempt.
    """

    def __init__(self, counter: ChangeCounter, loaded: LoadedRows, log: ChangeLog) -> None:
        self.deliveries = Rows(counter, loaded.deliveries)
        self.messages = Rows(counter, loaded.messages)
        self.webhooks = Rows(counter, loaded.webhooks)
        self.handles = set(loaded.handles)
        self.last_message = loaded.tallies.messages
        self.last_webhook = loaded.tallies.last_webhook
        self.attempts: list[Attempt] = []
        self.last_attempt = loaded.tallies.last_attempt
        self._counter = counter
        self._log = log
        self._due = loaded.due
        self._old = loaded.old_deliveries
        self._messages_to: dict[str, set[int]] = {}  # the items of the deliveries to the sender, by phone
        for delivery in loaded.deliveries.values():
            self._index(delivery)

    def enqueue(self, target: int, item: int, phone: str, at: int) -> None:
        """Add a delivery."""
        delivery = Delivery(target, item, phone, at, due_at=at)
        self.deliveries.put((target, item), delivery)
        self._index(delivery)

    def finish(self, delivery: Delivery) -> None:
        """Remove a delivery that is done or no longer wanted."""
        self.deliveries.remove((delivery.target, delivery.item))

    def reschedule(self, delivery: Delivery) -> None:
        """Store another state of a delivery; one that is not dead is held while its webhook is disabled."""
        webhook = self.webhooks.get(delivery.target)
        if webhook is not None and webhook.disabled and not delivery.dead:
            delivery = delivery.held()
        self.deliveries.put((delivery.target, delivery.item), delivery)

    def pending(self, key: DeliveryKey) -> Pending | None:
        """Return a delivery with what it carries, or None if it is done."""
        delivery = self.deliveries.get(key)
        return None if delivery is None else self._with_contents(delivery)

    def due(self, limit: int, at: int, busy: tuple[int, ...]) -> list[Pending]:
        """Return up to `limit` deliveries that were loaded as due and still are, to targets that are not busy."""
        # A command before this one may have revived a dead one; those behind it in its queue then wait for it again.
        first: dict[tuple[int, str], int] = {}
        for each in self.deliveries:
            if not each.dead:
                queue = (each.target, each.phone)
                first[queue] = min(each.item, first.get(queue, each.item))
        loaded = map(self.deliveries.get, self._due)
        due = [each for each in loaded if each is not None]
        return [
            self._with_contents(each)
            for each in due
            if not each.dead
            and each.due_at <= at
            and each.target not in busy
            and each.item == first[each.target, each.phone]
        ][:limit]

    def dead(self, target: int | None, limit: int) -> list[Pending]:
        """Return up to `limit` of the loaded deliveries that are dead, to one target or to all (None)."""
        dead = [each for each in self.deliveries if each.dead and target in {None, each.target}]
        return [self._with_contents(each) for each in dead[:limit]]

    def unsent(self, phone: str, at: int) -> list[PendingMessage]:
        """Return the messages to a number that are neither dead nor being delivered at `at`."""
        found: list[PendingMessage] = []
        for item in sorted(self._messages_to.get(phone, ())):
            pending = self.pending((SENDER, item))
            if isinstance(pending, PendingMessage) and not (pending.delivery.dead or pending.delivery.in_flight(at)):
                found.append(pending)
        return found

    def delete_old(self) -> int:
        """Remove the dead deliveries that were loaded as old, and return how many there are."""
        old = [each for each in self._old if self.deliveries.get((each.target, each.item)) == each]
        for delivery in old:
            self.finish(delivery)
        return len(self._old)

    def next_message(self) -> int:
        """Return the number for a new message."""
        self.last_message += 1
        return self.last_message

    def add_webhook(self, webhook: Webhook) -> Webhook:
        """Register a webhook and return it with its number."""
        self.last_webhook += 1
        webhook = replace(webhook, webhook_id=self.last_webhook)
        self.webhooks.put(webhook.webhook_id, webhook)
        return webhook

    def put_webhook(self, webhook: Webhook) -> None:
        """Store another state of a webhook. Disabling it holds its deliveries, and enabling it releases them.

        A store does the same with deliveries that are not loaded; see `Changes.disabled` and `Changes.enabled`.
        """
        self.webhooks.put(webhook.webhook_id, webhook)
        for delivery in list(self.deliveries):
            if delivery.target == webhook.webhook_id:
                is_released = delivery.state is DeliveryState.HELD and not webhook.disabled
                self.reschedule(delivery.released() if is_released else delivery)

    def remove_webhook(self, webhook_id: int) -> bool:
        """Remove a webhook and the deliveries to it, and return whether it existed."""
        if self.webhooks.get(webhook_id) is None:
            return False
        self.webhooks.remove(webhook_id)
        for delivery in list(self.deliveries):
            if delivery.target == webhook_id:
                self.finish(delivery)
        return True

    def keep_attempt(self, attempt: Attempt) -> Attempt | None:
        """Keep an attempt, and return it with its number; return None if its webhook no longer exists."""
        if self.webhooks.get(attempt.webhook_id) is None:
            return None
        self._counter.changes += 1
        self.last_attempt += 1
        kept = replace(attempt, attempt_id=self.last_attempt)
        self.attempts.append(kept)
        return kept

    def _index(self, delivery: Delivery) -> None:
        if delivery.target == SENDER:
            self._messages_to.setdefault(delivery.phone, set()).add(delivery.item)

    def _with_contents(self, delivery: Delivery) -> Pending:
        if delivery.target == SENDER:
            message = self.messages.get(delivery.item)
            return PendingNothing(delivery) if message is None else PendingMessage(delivery, message)
        event = self._log.get(delivery.item)
        if event is None:
            return PendingNothing(delivery)
        webhook = callback_of(event) if delivery.target == CALLBACKS else self.webhooks.get(delivery.target)
        return PendingNothing(delivery) if webhook is None else PendingEvent(delivery, event, webhook)
