"""What becomes of what is owed: delivered, postponed, dead, replayed, or canceled for want of a reason."""

import asyncio
from dataclasses import replace

import pytest

from contract.owing import AT, ask, items
from numberkeep.domain.consent.ledger import ConsentSource
from numberkeep.domain.errors import RecipientOptedOut, WebhookNotFound
from numberkeep.domain.messages.message import MessageStatus
from numberkeep.domain.outbox.delivery import Delivered, DeliveryState, PendingMessage, Undelivered
from numberkeep.store.queries import GetBacklog, ListConsentOf, ListDeadDeliveries
from support.store import DAY, DEAD, MINUTE, SECOND, START, AccountDriver, phone

NOT_ASKED = "the verification that it asks for no longer waits for an answer"


class SettlingContract:
    """SettleDelivery, ReplayDeliveries, and messages that TakeDeliveries does not give out."""

    @pytest.mark.parametrize("status", [MessageStatus.SENT, MessageStatus.LOGGED])
    async def test_a_message_stands_as_the_sender_says(self, ours: AccountDriver, status: MessageStatus) -> None:
        """Whatever status the outcome names."""
        await ask(ours, 1)
        [owed] = await ours.take(at=AT)
        await ours.settle(owed, Delivered(status))
        assert await ours.statuses() == [status.value]

    @pytest.mark.parametrize("late", [False, True])
    async def test_a_carrier_that_refuses_a_recipient_opts_them_out(self, ours: AccountDriver, *, late: bool) -> None:
        """The message fails, the verification ends, and nobody is asked again; also if the lease has expired."""
        await ask(ours, 1)
        [owed] = await ours.take(at=AT)
        at = AT + (DAY if late else 0)
        assert await ours.settle(owed, Undelivered("answered 400 (code 21610)", None, opted_out=True), at=at) is True
        assert await ours.statuses() == ["failed"]
        [entry] = await ours.store.read(ListConsentOf(ours.account_id, phone(1)))
        assert (entry.opted_out, entry.source, entry.wording) == (True, ConsentSource.CARRIER, "")
        with pytest.raises(RecipientOptedOut):
            await ours.request_verification(phone(1), at=at + DAY)

    async def test_an_event_that_is_delivered_is_not_told(self, hooked: AccountDriver) -> None:
        """Deliveries of events are no events."""
        for owed in await hooked.take(at=AT):
            await hooked.settle(owed)
        assert await hooked.last_event() == 5

    async def test_a_dead_one_holds_up_nobody(self, hooked: AccountDriver) -> None:
        """Those behind it are given out, and it never is again by itself."""
        first, _ = await hooked.take(at=AT)
        assert await hooked.settle(first, DEAD, at=AT) is True
        assert items(await hooked.take(at=AT)) == [(1, 3)]
        assert await hooked.settle(first, Undelivered("late", AT), at=AT) is False
        assert items(await hooked.take(at=AT + DAY)) == [(1, 2), (1, 3)]
        dead = replace(first.delivery, state=DeliveryState.DEAD, error="status 500")
        assert list(await hooked.store.read(ListDeadDeliveries(hooked.account_id, 10))) == [dead]

    async def test_who_was_too_slow_cannot_postpone_but_can_deliver(self, hooked: AccountDriver) -> None:
        """A stale attempt's failure changes nothing; that it arrived is recorded whoever says so, of a dead one too."""
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
        """Neither a second time, nor for the first attempt after a replay, which begins to count anew."""
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

    async def test_a_failed_message_is_told(self, ours: AccountDriver) -> None:
        """Postponed it still waits, untold; dead it has failed, with the reason; replayed it waits again."""
        await ask(ours, 1)
        before = await ours.last_event()
        [owed] = await ours.take(at=AT)
        await ours.settle(owed, Undelivered("busy", AT))
        assert (await ours.statuses(), await ours.types(before)) == (["queued"], [])
        [owed] = await ours.take(at=AT)
        await ours.settle(owed, DEAD)
        [failed] = await ours.messages()
        assert (failed.status, failed.error) == (MessageStatus.FAILED, "status 500")
        assert await ours.replay(at=AT) == 1
        [queued] = await ours.messages()
        assert (queued.status, queued.error) == (MessageStatus.QUEUED, "")
        [owed] = await ours.take(at=AT)
        assert isinstance(owed, PendingMessage)
        assert (owed.delivery.attempts, owed.delivery.error, owed.message) == (1, "", queued)
        await ours.settle(owed)
        assert await ours.statuses() == ["sent"]
        assert [event.subject.status for event in await ours.events(before)] == ["failed", "queued", "sent"]  # type: ignore[union-attr]

    async def test_a_replay_is_of_one_target_or_of_all(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """Only what is dead, only of this account, from now on as if it was never tried."""
        for account in (ours, theirs):
            for _ in range(2):
                await account.add_webhook("contact.created")
            await ask(account, 1, 2)
            for owed in await account.take(at=AT):
                await account.settle(owed, DEAD, at=AT)
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
    async def test_what_is_revived_goes_before_its_followers(
        self, hooked: AccountDriver, *, with_a_settler: bool
    ) -> None:
        """Replayed and taken at once, one of each phone is given out at most, and none before those it follows."""
        for _ in range(2):
            for owed in await hooked.take(at=AT):
                await hooked.settle(owed, DEAD, at=AT)
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

    async def test_a_revived_one_is_given_out_as_it_stands(self, ours: AccountDriver) -> None:
        """Its message is queued again also for who takes it with the replay in one group."""
        await ask(ours, 1)
        [owed] = await ours.take(at=AT)
        await ours.settle(owed, DEAD, at=AT)
        _, taken = await asyncio.gather(ours.replay(at=AT), ours.take(at=AT))
        [again] = [*taken, *await ours.take(at=AT)]
        assert isinstance(again, PendingMessage)
        assert (again.message.status, again.message.error) == (MessageStatus.QUEUED, "")

    @pytest.mark.parametrize("way", ["opted out", "stop", "deleted", "made anew", "verified", "expired"])
    async def test_a_message_without_reason_is_canceled(self, ours: AccountDriver, way: str) -> None:
        """With the end of its verification, and told after that, also where it is to be tried later; others go on."""
        await ask(ours, 1, 2)
        [late, _] = await ours.take(at=AT)
        assert await ours.settle(late, Undelivered("busy", AT + 10 * DAY), at=AT)
        before = await ours.last_event()
        match way:
            case "opted out":
                await ours.opt_out(phone(1), at=AT)
            case "stop":
                await ours.receive(phone(1), "stop", at=AT)
            case "deleted" | "made anew":
                await ours.delete(phone(1), at=AT)
                if way == "made anew":
                    await ours.create(phone(1), at=AT)
            case "verified":
                await ours.receive(phone(1), at=AT)
            case "expired":
                await ours.expire(START + 1 + DAY)
        told = [kind for kind in await ours.types(before) if kind.startswith(("verification.", "message.up"))]
        assert told[-1] == "message.updated"
        canceled = (await ours.messages())[-1]
        assert (canceled.status, canceled.error) == (
            MessageStatus.CANCELED,
            f"{NOT_ASKED}; an earlier attempt may have sent it",
        )
        at = START + 1 + DAY if way == "expired" else AT + MINUTE
        assert items(await ours.take(at=at))[:1] == [(0, 2)]

    @pytest.mark.parametrize("way", ["lost", "noticed"])
    async def test_a_message_without_reason_is_not_given_out(self, ours: AccountDriver, way: str) -> None:
        """Where it was under way when its verification ended, and lost; or where the look at it ends that."""
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
        assert await ours.told(before) == [*ended, ("message.updated", phone(1))]
        assert await ours.statuses() == ["canceled", "queued"]
        assert items(await ours.take(at=at)) == []

    @pytest.mark.parametrize("way", ["asked again", "opted out", "deleted", "expired"])
    async def test_a_message_that_comes_back_without_reason_is_canceled(self, ours: AccountDriver, way: str) -> None:
        """It would only keep the one behind it waiting until it is due again."""
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

    async def test_an_old_dead_message_is_revived_and_not_forgotten(self, ours: AccountDriver) -> None:
        """Also where it is forgotten and revived at once; one that stays dead is forgotten with its events."""
        later = AT + 31 * DAY
        for n in (1, 2):
            await ask(ours, n)
            [owed] = await ours.take(at=AT)
            await ours.settle(owed, DEAD, at=AT)
            await asyncio.gather(*([ours.replay(at=later)] if n == 1 else []), ours.delete_old_deliveries(before=later))
        assert await ours.replay(at=later) == 0
        assert (await ours.store.read(GetBacklog())).waiting == 1
        assert await ours.statuses() == ["queued", "failed"]

    async def test_replays_of_several_targets_at_once_share_nothing(self, ours: AccountDriver) -> None:
        """Each revives its own, as many as it may, also in one group."""
        for _ in range(2):
            await ours.add_webhook()
        await ours.upsert(*[ours.row(phone(n)) for n in range(6)])
        for owed in await ours.take():
            await ours.settle(owed, DEAD)
        assert list(await asyncio.gather(ours.replay(2, limit=3), ours.replay(1, limit=4))) == [3, 4]

    @pytest.mark.parametrize("way", ["waiting", "postponed", "dead", "under way", "abandoned"])
    async def test_who_is_asked_again_is_owed_one_message(self, ours: AccountDriver, way: str) -> None:
        """The new one says the same: it takes the old one's place, and waits only for one that is under way."""
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
        """An opt-out that is handed in before the taker holds, though both are one commit."""
        await ask(ours, 1)
        _, taken = await asyncio.gather(ours.opt_out(phone(1), at=AT), ours.take(at=AT))
        assert taken == []
        assert await ours.statuses() == ["canceled"]

    async def test_a_message_that_was_taken_may_lose_its_reason(self, ours: AccountDriver) -> None:
        """What is on its way is settled as it went; what came back is canceled instead of tried again."""
        await ask(ours, 1, 2)
        first, second = await ours.take(at=AT)
        for n in (1, 2):
            await ours.opt_out(phone(n), at=AT)
        assert await ours.settle(first, at=AT)
        assert await ours.settle(second, Undelivered("busy", AT), at=AT)
        assert await ours.take(at=AT) == []
        assert await ours.statuses() == ["sent", "canceled"]
        assert (await ours.messages())[0].error == f"{NOT_ASKED}; an earlier attempt may have sent it"
