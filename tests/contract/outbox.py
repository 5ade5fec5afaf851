"""The outbox: what is taken, when, and in which order."""

import asyncio
from collections import Counter
from dataclasses import replace

from contract.deliveries import AT, ask, items
from numberkeep.domain.messages.message import MessageStatus
from numberkeep.domain.outbox.delivery import (
    Agenda,
    Backlog,
    Delivered,
    Delivery,
    DeliveryState,
    PendingEvent,
    PendingMessage,
    Undelivered,
)
from numberkeep.store.queries import GetAgenda, GetAgendaOf, GetBacklog, ListDeadDeliveries
from support.store import DAY, DEAD, MINUTE, PHONE, SECOND, START, AccountDriver, phone


class OutboxContract:
    """TakeDeliveries, and the reads of the outbox."""

    async def test_a_message_is_taken_and_sent(self, ours: AccountDriver) -> None:
        """It is taken once with its content, then has the settled status; each step is an event."""
        await ours.create(PHONE)
        await ours.request_verification(PHONE, at=START)
        [queued] = await ours.messages()
        [pending] = await ours.take(at=AT, lease=MINUTE)
        assert pending == PendingMessage(Delivery(0, 1, PHONE, START, 1, AT + MINUTE, DeliveryState.TAKEN), queued)
        assert await ours.take(at=AT) == []
        before = await ours.last_event()
        assert await ours.settle(pending, Delivered(MessageStatus.SENT, "h"), at=AT) is True
        sent = replace(queued, status=MessageStatus.SENT, handle="h", updated_at=AT, sent_at=AT)
        assert await ours.messages() == [sent]
        assert [(event.type.value, event.at, event.subject) for event in await ours.events(before)] == [
            ("message.updated", AT, sent)
        ]
        assert await ours.settle(pending) is False
        assert await ours.take(at=AT + DAY) == []
        assert (await ours.receive(PHONE, at=AT)).verified

    async def test_the_first_of_a_phone_goes_first(self, hooked: AccountDriver) -> None:
        """Of one target and phone one is taken at a time; other phones and targets are independent."""
        assert items(first := await hooked.take(at=AT)) == [(1, 1), (1, 2)]
        assert await hooked.take(at=AT) == []
        await hooked.add_webhook("contact.updated")
        await hooked.update(phone(1), first_name="d", at=AT)
        await ask(hooked, 3)
        assert items(await hooked.take(at=AT)) == [(0, 1), (1, 7), (2, 6)]
        assert await hooked.settle(first[0], at=AT)
        assert items(await hooked.take(at=AT)) == [(1, 3)]

    async def test_a_postponed_delivery_blocks_those_after_it(self, hooked: AccountDriver) -> None:
        """Until it is due again; then it is taken with its attempts counted and its error cleared."""
        first, other = await hooked.take(at=AT)
        assert await hooked.settle(first, Undelivered("status 503", AT + 10), at=AT)
        assert await hooked.settle(other, at=AT)
        assert items(await hooked.take(at=AT + 9)) == [(1, 4)]
        [again] = await hooked.take(at=AT + 10)
        assert again.delivery == replace(first.delivery, attempts=2, due_at=AT + 10 + MINUTE)
        assert isinstance(again, PendingEvent)
        assert again == replace(first, delivery=again.delivery)

    async def test_an_unsettled_delivery_is_due_after_its_lease(self, hooked: AccountDriver) -> None:
        """At exactly the end of the lease, not before, and as the next attempt."""
        [first, *_] = await hooked.take(1, at=AT, lease=MINUTE)
        assert items(await hooked.take(at=AT + MINUTE - 1)) == [(1, 2)]
        [again] = await hooked.take(at=AT + MINUTE)
        assert (again.delivery.item, again.delivery.attempts) == (1, 2)
        assert again.delivery.due_at == first.delivery.due_at + MINUTE

    async def test_limits_and_times_are_respected(self, ours: AccountDriver) -> None:
        """The earliest due come first, at most `limit`, and none before its time."""
        await ask(ours, 3, 1, 2, 4)
        assert await ours.take(0, at=AT) == []
        assert items(await ours.take(at=START)) == []
        assert [pending.delivery.phone for pending in await ours.take(at=START + 1, lease=DAY)] == [phone(1)]
        assert [pending.delivery.phone for pending in await ours.take(2, at=AT)] == [phone(2), phone(3)]
        assert [pending.delivery.phone for pending in await ours.take(2, at=AT)] == [phone(4)]

    async def test_deliveries_to_busy_targets_stay(self, hooked: AccountDriver) -> None:
        """However many there are and however long they wait, they use up none of the limit."""
        await ask(hooked, 3, at=AT)
        assert items(await hooked.take(2, at=AT + 9, busy=(1,))) == [(0, 1)]
        assert items(await hooked.take(2, at=AT + 9, busy=(0, 1))) == []
        assert items(await hooked.take(2, at=AT + 9, busy=(0,))) == [(1, 1), (1, 2)]

    async def test_takers_in_one_group_keep_their_own_limits(self, ours: AccountDriver) -> None:
        """Commands of one group get no more than they asked for, and nothing that another has."""
        await ask(ours, *range(8))
        taken = await asyncio.gather(*[ours.take(n, at=AT) for n in (1, 0, 3, 2, 9)])
        assert [[n for _, n in items(each)] for each in taken] == [[1], [], [2, 3, 4], [5, 6], [7, 8]]

    async def test_takers_in_one_group_keep_their_own_times(self, ours: AccountDriver) -> None:
        """What is due at a later command's time is not due at an earlier one's."""
        await ask(ours, 1, 2, 3)
        taken = await asyncio.gather(*[ours.take(at=START + n) for n in (0, 2, 1, 3)])
        assert [[n for _, n in items(each)] for each in taken] == [[], [1, 2], [], [3]]

    async def test_the_agenda_says_who_has_work_and_when(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """Accounts with something due or expired now, and the next time; for all accounts, or for given ones."""
        store = ours.store
        assert await store.read(GetAgenda(AT)) == Agenda([], [], None)
        await ask(ours, 1, at=START)
        await ask(theirs, 2, at=START + MINUTE)
        assert await store.read(GetAgenda(START)) == Agenda([], [], START + 1)
        assert await store.read(GetAgenda(START + 1)) == Agenda([ours.account_id], [], START + MINUTE + 2)
        assert await store.read(GetAgenda(START + 1 + DAY)) == Agenda(
            [ours.account_id, theirs.account_id], [ours.account_id], START + MINUTE + 2 + DAY
        )
        mine, both = {ours.account_id}, {ours.account_id, theirs.account_id}
        assert await store.read(GetAgendaOf(AT, mine)) == Agenda([ours.account_id], [], START + 1 + DAY)
        assert await store.read(GetAgendaOf(AT, {theirs.account_id})) == Agenda(
            [theirs.account_id], [], START + MINUTE + 2 + DAY
        )
        assert await store.read(GetAgendaOf(AT, both)) == await store.read(GetAgenda(AT))
        assert await store.read(GetAgendaOf(AT, set())) == Agenda([], [], None)
        [pending] = await ours.take(at=START + 1, lease=SECOND)
        assert await store.read(GetAgenda(START + 1)) == Agenda([], [], START + 1 + SECOND)
        await ours.settle(pending, DEAD)
        [other] = await theirs.take(at=AT)
        await theirs.settle(other)
        assert await store.read(GetAgenda(AT)) == Agenda([], [], START + 1 + DAY)
        await ours.expire(START + DAY + 1)
        await theirs.receive(phone(2))
        assert await store.read(GetAgenda(AT + DAY)) == Agenda([], [], None)

    async def test_what_waits_for_another_is_not_on_the_agenda(self, hooked: AccountDriver) -> None:
        """A delivery that waits for the one before it is not due before that one."""
        await hooked.take(at=AT, lease=MINUTE)
        assert await hooked.store.read(GetAgenda(AT)) == Agenda([], [], AT + MINUTE)
        assert await hooked.store.read(GetAgenda(AT + MINUTE)) == Agenda([hooked.account_id], [], None)

    async def test_the_backlog_counts_pending_and_dead_deliveries(
        self, hooked: AccountDriver, theirs: AccountDriver
    ) -> None:
        """Over all accounts, with the time of the oldest; a taken one is still pending."""
        store = hooked.store
        await ask(theirs, 1, at=START - DAY)
        assert await store.read(GetBacklog()) == Backlog(6, START - DAY + 1, 0)
        [message] = await theirs.take(at=AT - DAY)
        first, _ = await hooked.take(at=AT)
        assert await store.read(GetBacklog()) == Backlog(6, START - DAY + 1, 0)
        await theirs.settle(message, DEAD)
        await hooked.settle(first)
        assert await store.read(GetBacklog()) == Backlog(4, START + 10 * ord("a") + 2, 1)
        await theirs.replay()
        await hooked.remove_webhook(1)
        assert await store.read(GetBacklog()) == Backlog(1, START - DAY + 1, 0)
        for pending in await theirs.take():
            await theirs.settle(pending)
        assert await store.read(GetBacklog()) == Backlog(0, None, 0)

    async def test_accounts_have_separate_outboxes(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """A delivery of the same target and item in another account is a different one."""
        for account in (ours, theirs):
            await ask(account, 1)
        [mine] = await ours.take(at=AT)
        [other] = await theirs.take(at=AT)
        assert await ours.settle(mine)
        assert (await ours.statuses(), await theirs.statuses()) == (["sent"], ["queued"])
        assert await theirs.settle(other, DEAD)
        assert await ours.store.read(ListDeadDeliveries(ours.account_id, 10)) == []

    async def test_many_takers_never_get_the_same(self, hooked: AccountDriver) -> None:
        """However many take concurrently, each delivery is taken once per lease, and each phone's in order."""
        await ask(hooked, *range(10, 50))
        waiting = (await hooked.store.read(GetBacklog())).waiting
        seen: Counter[tuple[int, int]] = Counter()
        order: dict[tuple[int, str], list[int]] = {}

        async def work() -> None:
            while taken := await hooked.take(3, at=AT, lease=DAY):
                seen.update(items(taken))
                for pending in taken:
                    order.setdefault((pending.delivery.target, pending.delivery.phone), []).append(
                        pending.delivery.item
                    )
                    await hooked.settle(pending, at=AT)

        for _ in range(5):
            await asyncio.gather(*[work() for _ in range(12)])
        assert (len(seen), set(seen.values())) == (waiting + 40, {1})  # that a message was sent is an event
        assert all(each == sorted(each) for each in order.values())
        assert (await hooked.store.read(GetBacklog())).waiting == 0
