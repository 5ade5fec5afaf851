"""Outcomes of deliveries: delivered, postponed, dead, replayed, or canceled because the reason is gone."""

import asyncio
from dataclasses import replace

import pytest

from contract.deliveries import AT, ask, items
from numberkeep.domain.consent.ledger import ConsentSource
from numberkeep.domain.errors import RecipientOptedOut, WebhookNotFound
from numberkeep.domain.messages.message import MessageStatus
from numberkeep.domain.outbox.delivery import Delivered, DeliveryState, PendingMessage, Undelivered
from numberkeep.store.queries import GetBacklog, ListConsentOf, ListDeadDeliveries, ListFailingDeliveries
from support.store import DAY, DEAD, MINUTE, SECOND, START, AccountDriver, phone

NOT_ASKED = "the verification that it asks for no longer waits for an answer"


class SettlingContract:
    """SettleDelivery, ReplayDeliveries, and messages that TakeDeliveries cancels."""

    @pytest.mark.parametrize("status", [MessageStatus.SENT, MessageStatus.LOGGED])
    async def test_a_message_has_the_status_of_its_outcome(self, ours: AccountDriver, status: MessageStatus) -> None:
        """Whatever status the outcome names."""
        await ask(ours, 1)
        [pending] = await ours.take(at=AT)
        await ours.settle(pending, Delivered(status))
        assert await ours.statuses() == [status.value]

    @pytest.mark.parametrize("late", [False, True])
    async def test_a_carrier_that_refuses_a_recipient_opts_them_out(self, ours: AccountDriver, *, late: bool) -> None:
        """The message fails, the verification ends, and nobody is asked again; also if the lease has expired."""
        await ask(ours, 1)
        [pending] = await ours.take(at=AT)
        at = AT + (DAY if late else 0)
        assert await ours.settle(pending, Undelivered("answered 400 (code 21610)", None, opted_out=True), at=at) is True
        assert await ours.statuses() == ["failed"]
        [entry] = await ours.store.read(ListConsentOf(ours.account_id, phone(1)))
        assert (entry.opted_out, entry.source, entry.wording) == (True, ConsentSource.CARRIER, "")
        with pytest.raises(RecipientOptedOut):
            await ours.request_verification(phone(1), at=at + DAY)

    async def test_a_delivered_event_records_no_event(self, hooked: AccountDriver) -> None:
        """Deliveries of events are not events."""
        for pending in await hooked.take(at=AT):
            await hooked.settle(pending)
        assert await hooked.last_event() == 5

    async def test_a_dead_delivery_does_not_block_those_after_it(self, hooked: AccountDriver) -> None:
        """Those after it are taken; it is never taken again without a replay."""
        first, _ = await hooked.take(at=AT)
        assert await hooked.settle(first, DEAD, at=AT) is True
        assert items(await hooked.take(at=AT)) == [(1, 3)]
        assert await hooked.settle(first, Undelivered("late", AT), at=AT) is False
        assert items(await hooked.take(at=AT + DAY)) == [(1, 2), (1, 3)]
        dead = replace(first.delivery, state=DeliveryState.DEAD, error="status 500")
        assert list(await hooked.store.read(ListDeadDeliveries(hooked.account_id, 10))) == [dead]

    async def test_failing_deliveries_are_those_that_will_be_retried(
        self, hooked: AccountDriver, theirs: AccountDriver
    ) -> None:
        """With the error of the last attempt; neither new ones nor dead ones, and no other account's."""

        async def failing(account: AccountDriver, limit: int = 10) -> list[tuple[int, int, str]]:
            found = await account.store.read(ListFailingDeliveries(account.account_id, limit))
            return [(each.target, each.item, each.error) for each in found]

        first, second = await hooked.take(at=AT)
        assert await failing(hooked) == []
        await hooked.settle(second, Undelivered("status 500", AT + MINUTE), at=AT)
        await hooked.settle(first, Undelivered("could not connect", AT + DAY), at=AT)
        expected = [(1, second.delivery.item, "status 500"), (1, first.delivery.item, "could not connect")]
        assert await failing(hooked) == expected
        assert await failing(hooked, limit=1) == expected[:1]
        assert await failing(theirs) == []
        [again] = await hooked.take(at=AT + MINUTE)
        assert await failing(hooked) == [(1, second.delivery.item, ""), expected[1]], "it is being delivered"
        await hooked.settle(again, DEAD, at=AT + MINUTE)
        assert await failing(hooked) == [expected[1]]

    async def test_a_stale_attempt_cannot_postpone_but_can_deliver(self, hooked: AccountDriver) -> None:
        """Its failure changes nothing; its success is always recorded, even of a dead delivery."""
        [slow, other] = await hooked.take(at=AT)
        [fast, again] = await hooked.take(at=AT + MINUTE)
        for outcome in (DEAD, Undelivered("no", AT)):
            assert await hooked.settle(slow, outcome) is False
        assert await hooked.take(at=AT + MINUTE) == []
        assert await hooked.settle(slow) is True
        assert await hooked.settle(fast, DEAD) is False
        assert await hooked.settle(again, DEAD) is True
        assert await hooked.settle(other) is True
        assert await hooked.store.read(ListDeadDeliveries(hooked.account_id, 10)) == []
        assert items(await hooked.take(at=AT + DAY)) == [(1, 3), (1, 4)]

    async def test_a_failure_counts_once_and_for_its_own_attempt(self, ours: AccountDriver) -> None:
        """Neither a second time, nor for the first attempt after a replay, which resets the count."""
        await ask(ours, 1)
        [first] = await ours.take(at=AT)
        assert await ours.settle(first, DEAD, at=AT) is True
        await ours.replay(at=AT + SECOND)
        [again] = await ours.take(at=AT + SECOND)
        assert again.delivery.attempts == first.delivery.attempts
        assert await ours.settle(first, DEAD, at=AT + SECOND) is False
        assert await ours.settle(again, Undelivered("busy", AT + MINUTE), at=AT + SECOND) is True
        assert await ours.settle(again, DEAD, at=AT + SECOND) is False
        assert items(await ours.take(at=AT + MINUTE)) == [(0, 1)]

    async def test_a_failed_message_is_recorded(self, ours: AccountDriver) -> None:
        """Postponed, it waits without an event; dead, it has failed with the reason; replayed, it is queued again."""
        await ask(ours, 1)
        before = await ours.last_event()
        [pending] = await ours.take(at=AT)
        await ours.settle(pending, Undelivered("busy", AT))
        assert (await ours.statuses(), await ours.types(before)) == (["queued"], [])
        [pending] = await ours.take(at=AT)
        await ours.settle(pending, DEAD)
        [failed] = await ours.messages()
        assert (failed.status, failed.error) == (MessageStatus.FAILED, "status 500")
        assert await ours.replay(at=AT) == 1
        [queued] = await ours.messages()
        assert (queued.status, queued.error) == (MessageStatus.QUEUED, "")
        [pending] = await ours.take(at=AT)
        assert isinstance(pending, PendingMessage)
        assert (pending.delivery.attempts, pending.delivery.error, pending.message) == (1, "", queued)
        await ours.settle(pending)
        assert await ours.statuses() == ["sent"]
        assert [event.subject.status for event in await ours.events(before)] == ["failed", "queued", "sent"]  # type: ignore[union-attr]

    async def test_a_replay_is_of_one_target_or_of_all(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """Only dead deliveries of this account, due from now on as if never tried."""
        for account in (ours, theirs):
            for _ in range(2):
                await account.add_webhook("contact.created")
            await ask(account, 1, 2)
            for pending in await account.take(at=AT):
                await account.settle(pending, DEAD, at=AT)
            await ask(account, 3)
        dead = await ours.store.read(ListDeadDeliveries(ours.account_id, 100))
        assert [(each.target, each.item) for each in dead] == [(0, 1), (0, 2), (1, 1), (1, 4), (2, 1), (2, 4)]
        assert await ours.store.read(ListDeadDeliveries(ours.account_id, 3)) == dead[:3]
        with pytest.raises(WebhookNotFound):
            await ours.replay(7)
        assert await ours.replay(2, at=AT + 7) == 2
        assert len(await ours.store.read(ListDeadDeliveries(ours.account_id, 100))) == 4
        assert [items(await ours.take(at=at)) for at in (AT + 6, AT + 7)] == [
            [(0, 3), (1, 9), (2, 9)],
            [(2, 1), (2, 4)],
        ]
        assert await ours.replay(0, at=AT) == 2
        assert await ours.replay(at=AT) == 2
        assert await ours.replay(at=AT) == 0
        assert len(await theirs.store.read(ListDeadDeliveries(theirs.account_id, 100))) == 6

    @pytest.mark.parametrize("with_a_settler", [False, True])
    async def test_a_replayed_delivery_goes_before_those_after_it(
        self, hooked: AccountDriver, *, with_a_settler: bool
    ) -> None:
        """Replayed and taken concurrently, at most one of each phone is taken, in order."""
        for _ in range(2):
            for pending in await hooked.take(at=AT):
                await hooked.settle(pending, DEAD, at=AT)
        [last] = await hooked.take(at=AT)
        assert last.delivery.item == 5
        later = AT + MINUTE
        settling = [hooked.settle(last, Undelivered("no", later), at=later)] if with_a_settler else []
        outcomes = await asyncio.gather(hooked.replay(at=later), *settling, hooked.take(at=later))
        taken = outcomes[-1]
        assert isinstance(taken, list)
        assert set(items(taken)) <= {(1, 1), (1, 2)}
        given = items(taken) + items(await hooked.take(at=later))
        assert sorted(given) == [(1, 1), (1, 2)]

    async def test_a_replayed_message_is_queued_again(self, ours: AccountDriver) -> None:
        """Also for a taker in the same group as the replay."""
        await ask(ours, 1)
        [pending] = await ours.take(at=AT)
        await ours.settle(pending, DEAD, at=AT)
        _, taken = await asyncio.gather(ours.replay(at=AT), ours.take(at=AT))
        [again] = [*taken, *await ours.take(at=AT)]
        assert isinstance(again, PendingMessage)
        assert (again.message.status, again.message.error) == (MessageStatus.QUEUED, "")

    @pytest.mark.parametrize("way", ["opted out", "stop", "deleted", "re-created", "verified", "expired"])
    async def test_a_message_without_reason_is_canceled(self, ours: AccountDriver, way: str) -> None:
        """When its verification ends, in an event after that, also if it is to be retried later; others are not."""
        await ask(ours, 1, 2)
        [late, _] = await ours.take(at=AT)
        assert await ours.settle(late, Undelivered("busy", AT + 10 * DAY), at=AT)
        before = await ours.last_event()
        match way:
            case "opted out":
                await ours.opt_out(phone(1), at=AT)
            case "stop":
                await ours.receive(phone(1), "stop", at=AT)
            case "deleted" | "re-created":
                await ours.delete(phone(1), at=AT)
                if way == "re-created":
                    await ours.create(phone(1), at=AT)
            case "verified":
                await ours.receive(phone(1), at=AT)
            case "expired":
                await ours.expire(START + 1 + DAY)
        recorded = [kind for kind in await ours.types(before) if kind.startswith(("verification.", "message.up"))]
        assert recorded[-1] == "message.updated"
        canceled = (await ours.messages())[-1]
        assert (canceled.status, canceled.error) == (
            MessageStatus.CANCELED,
            f"{NOT_ASKED}; an earlier attempt may have sent it",
        )
        at = START + 1 + DAY if way == "expired" else AT + MINUTE
        assert items(await ours.take(at=at))[:1] == [(0, 2)]

    @pytest.mark.parametrize("way", ["lost", "noticed"])
    async def test_a_message_without_reason_is_not_taken(self, ours: AccountDriver, way: str) -> None:
        """If it was in flight when its verification ended and then failed, or if taking it ends the verification."""
        await ask(ours, 1, 2)
        at = START + 1 + DAY
        if way == "lost":
            await ours.take(1, at=AT, lease=MINUTE)
            await ours.opt_out(phone(1), at=AT)
            assert await ours.statuses() == ["queued", "queued"]
            at = AT + MINUTE
        before = await ours.last_event()
        assert items(await ours.take(at=at)) == [(0, 2)]
        ended = [("verification.expired", phone(1))] if way == "noticed" else []
        assert await ours.types_and_phones(before) == [*ended, ("message.updated", phone(1))]
        assert await ours.statuses() == ["canceled", "queued"]
        assert items(await ours.take(at=at)) == []

    @pytest.mark.parametrize("way", ["asked again", "opted out", "deleted", "expired"])
    async def test_a_failed_message_without_reason_is_canceled(self, ours: AccountDriver, way: str) -> None:
        """Otherwise it would block the one after it until it is due again."""
        await ask(ours, 1)
        [first] = await ours.take(at=AT)
        at = START + 1 + DAY if way == "expired" else AT + SECOND
        match way:
            case "asked again":
                await ours.request_verification(phone(1), at=at, resend_after=0)
            case "opted out":
                await ours.opt_out(phone(1), at=at)
            case "deleted":
                await ours.delete(phone(1), at=at)
        assert await ours.settle(first, Undelivered("status 429", at + 3600 * SECOND), at=at)
        again = way == "asked again"
        assert await ours.statuses() == (["canceled", "queued"] if again else ["canceled"])
        assert items(await ours.take(at=at)) == ([(0, 2)] if again else [])

    async def test_a_replayed_old_message_is_not_deleted(self, ours: AccountDriver) -> None:
        """Also if deletion and replay are concurrent; one that stays dead is deleted with its events."""
        later = AT + 31 * DAY
        for n in (1, 2):
            await ask(ours, n)
            [pending] = await ours.take(at=AT)
            await ours.settle(pending, DEAD, at=AT)
            await asyncio.gather(*([ours.replay(at=later)] if n == 1 else []), ours.delete_old_deliveries(before=later))
        assert await ours.replay(at=later) == 0
        assert (await ours.store.read(GetBacklog())).waiting == 1
        assert await ours.statuses() == ["queued", "failed"]

    async def test_replays_of_several_targets_at_once_share_nothing(self, ours: AccountDriver) -> None:
        """Each replays deliveries of its own target, up to its own limit, also in one group."""
        for _ in range(2):
            await ours.add_webhook()
        await ours.upsert(*[ours.row(phone(n)) for n in range(6)])
        for pending in await ours.take():
            await ours.settle(pending, DEAD)
        assert list(await asyncio.gather(ours.replay(2, limit=3), ours.replay(1, limit=4))) == [3, 4]

    @pytest.mark.parametrize("way", ["waiting", "postponed", "dead", "under way", "abandoned"])
    async def test_a_repeated_request_leaves_one_pending_message(self, ours: AccountDriver, way: str) -> None:
        """The new message replaces the old one, and waits only for one in flight."""
        await ask(ours, 1)
        at = AT
        taken = [] if way == "waiting" else await ours.take(at=AT)
        for first in taken:
            if way in {"postponed", "dead"}:
                await ours.settle(first, DEAD if way == "dead" else Undelivered("busy", AT + 3600 * SECOND), at=AT)
            at += MINUTE if way == "abandoned" else SECOND
        before = await ours.last_event()
        await ours.request_verification(phone(1), at=at, resend_after=0)
        kept = way in {"dead", "under way"}
        assert len(await ours.types(before)) == (2 if kept else 3)
        assert items(await ours.take(at=at)) == ([] if way == "under way" else [(0, 2)])
        if way == "under way":
            assert await ours.settle(taken[0], at=at)
            assert items(await ours.take(at=at)) == [(0, 2)]
        status = {"under way": "sent", "dead": "failed"}.get(way, "canceled")
        assert await ours.statuses() == [status, "queued"]

    async def test_a_message_that_loses_its_reason_in_the_same_group_is_canceled(self, ours: AccountDriver) -> None:
        """An opt-out that is submitted before the taker counts, although both share a commit."""
        await ask(ours, 1)
        _, taken = await asyncio.gather(ours.opt_out(phone(1), at=AT), ours.take(at=AT))
        assert taken == []
        assert await ours.statuses() == ["canceled"]

    async def test_a_message_that_was_taken_may_lose_its_reason(self, ours: AccountDriver) -> None:
        """In flight it is settled by its outcome; after a failure it is canceled instead of retried."""
        await ask(ours, 1, 2)
        first, second = await ours.take(at=AT)
        for n in (1, 2):
            await ours.opt_out(phone(n), at=AT)
        assert await ours.settle(first, at=AT)
        assert await ours.settle(second, Undelivered("busy", AT), at=AT)
        assert await ours.take(at=AT) == []
        assert await ours.statuses() == ["sent", "canceled"]
        assert (await ours.messages())[0].error == f"{NOT_ASKED}; an earlier attempt may have sent it"
