"""Status callbacks: each new status of a message that names a URL is a delivery in the outbox."""

import asyncio

from contract.deliveries import AT, items
from numberkeep.domain.messages.message import Message, MessageStatus
from numberkeep.domain.outbox.delivery import CALLBACKS, Delivered, Gone, Pending, PendingEvent, Undelivered
from numberkeep.store.queries import GetAgenda, GetBacklog, ListDeadDeliveries
from support.store import DAY, DEAD, PHONE, START, AccountDriver, phone

URL = "https://example.com/status"


def reported(pending: Pending) -> tuple[str, str, str]:
    """Return the URL of a callback, and the number and status of the message in it."""
    assert isinstance(pending, PendingEvent)
    assert isinstance(pending.event.subject, Message)
    return pending.webhook.url, pending.event.phone, pending.event.subject.status.value


class CallbackContract:
    """The deliveries of statuses to the URLs that messages name."""

    async def test_each_status_is_delivered_in_order(self, ours: AccountDriver) -> None:
        """After that it is queued, which the answer to the request says; each waits for the one before."""
        await ours.send(at=START, status_callback=URL)
        [message] = await ours.take(at=AT)
        await ours.settle(message, Delivered(handle="h"), at=AT)
        await ours.receipt("h", MessageStatus.DELIVERED, at=AT)
        [first] = await ours.take(at=AT)
        assert reported(first) == (URL, PHONE, "sent")
        await ours.settle(first, Undelivered("answered 500", AT + 10), at=AT)
        assert await ours.take(at=AT + 9) == []
        [again] = await ours.take(at=AT + 10)
        assert reported(again) == (URL, PHONE, "sent")
        await ours.settle(again, at=AT + 10)
        [second] = await ours.take(at=AT + 10)
        assert reported(second) == (URL, PHONE, "delivered")
        await ours.settle(second, at=AT + 10)
        assert (await ours.store.read(GetBacklog())).waiting == 0

    async def test_an_error_is_delivered_whenever_it_occurs(self, ours: AccountDriver) -> None:
        """At once, for who has opted out; when the carrier refuses; when the message is canceled; then a replay."""
        await ours.opt_out(phone(1))
        await ours.send(phone(1), at=START, status_callback=URL)
        await ours.send(phone(2), at=START, status_callback=URL)
        await ours.send(phone(3), at=START, status_callback=URL)
        await ours.opt_out(phone(3))
        taken = await ours.take(at=AT)
        assert [pending.delivery.phone for pending in taken] == [phone(1), phone(2)]
        callback, message = taken
        assert reported(callback) == (URL, phone(1), "failed")
        await ours.settle(message, DEAD, at=AT)
        others = [reported(each)[1:] for each in await ours.take(at=AT)]
        assert sorted(others) == [(phone(2), "failed"), (phone(3), "canceled")]
        await ours.replay(0, at=AT)
        [again] = await ours.take(at=AT)
        await ours.settle(again, at=AT)
        statuses = []
        while pending := await ours.take(at=AT + DAY):
            statuses += [reported(each)[2] for each in pending if each.delivery.phone == phone(2)]
            await asyncio.gather(*[ours.settle(each, at=AT + DAY) for each in pending])
        assert statuses == ["failed", "queued", "sent"]

    async def test_other_messages_call_nobody(self, ours: AccountDriver) -> None:
        """Neither messages without a URL nor received ones and verifications."""
        await ours.create(PHONE)
        await ours.request_verification(PHONE)
        await ours.send()
        await ours.receive(PHONE)
        await ours.take(at=AT)
        assert (await ours.store.read(GetBacklog())).waiting == 1

    async def test_callbacks_and_webhooks_are_independent(self, ours: AccountDriver) -> None:
        """Each event goes to both; neither waits for the other, and a webhook cannot be the callback's."""
        await ours.add_webhook("message.updated")
        await ours.send(at=START, status_callback=URL)
        [message] = await ours.take(at=AT)
        await ours.settle(message, at=AT)
        assert sorted(items(await ours.take(at=AT))) == [(CALLBACKS, 2), (1, 2)]
        await ours.remove_webhook(1)
        assert (await ours.store.read(GetBacklog())).waiting == 1

    async def test_a_dead_callback_is_replayed_with_everything_else(self, ours: AccountDriver) -> None:
        """A receiver that wants no more has no webhook to disable: its delivery is dead, and the next one goes out."""
        await ours.send(at=START, status_callback=URL)
        [message] = await ours.take(at=AT)
        await ours.settle(message, Delivered(handle="h"), at=AT)
        await ours.receipt("h", MessageStatus.DELIVERED, at=AT)
        [first] = await ours.take(at=AT)
        await ours.settle(first, Gone("answered 410"), at=AT)
        [dead] = await ours.store.read(ListDeadDeliveries(ours.account_id, 10))
        assert (dead.target, dead.item, dead.error) == (CALLBACKS, 2, "answered 410")
        assert "webhook.disabled" not in await ours.types()
        [second] = await ours.take(at=AT)
        assert reported(second)[2] == "delivered"
        await ours.settle(second, at=AT)
        assert await ours.replay(at=AT) == 1
        [again] = await ours.take(at=AT)
        assert reported(again)[2] == "sent"

    async def test_the_agenda_has_callbacks(self, ours: AccountDriver) -> None:
        """A due callback is work as any delivery."""
        await ours.opt_out(PHONE)
        await ours.send(at=START, status_callback=URL)
        assert (await ours.store.read(GetAgenda(START))).due == [ours.account_id]
        [callback] = await ours.take(at=START)
        await ours.settle(callback, at=START)
        assert (await ours.store.read(GetAgenda(AT))).due == []

    async def test_busy_callbacks_stay(self, ours: AccountDriver) -> None:
        """A process that has enough of them under way leaves the others, and takes messages."""
        await ours.opt_out(PHONE)
        await ours.send(at=START, status_callback=URL)
        await ours.send(phone(1), at=START)
        assert items(await ours.take(at=AT, busy=(CALLBACKS,))) == [(0, 2)]
        assert len(await ours.take(at=AT)) == 1

    async def test_a_callback_goes_with_its_event(self, ours: AccountDriver) -> None:
        """Deleting old events deletes their deliveries; the next one of the queue is then the first."""
        await ours.opt_out(PHONE, at=START)
        await ours.send(at=START, status_callback=URL)
        await ours.send(at=AT, status_callback=URL)
        assert (await ours.store.read(GetBacklog())).waiting == 2
        await ours.delete_old_events(before=START)
        assert (await ours.store.read(GetBacklog())).waiting == 1
        [pending] = await ours.take(at=AT)
        assert pending.delivery.created_at == AT
