"""Messages that programs send: to whom, when they are not sent, and what carriers report of them."""

import asyncio
from dataclasses import replace

import pytest

from contract.deliveries import AT, items
from numberkeep.domain.consent.ledger import ConsentSource
from numberkeep.domain.messages.message import OPTED_OUT, Direction, Message, MessageStatus, ReplyTo
from numberkeep.domain.outbox.delivery import Delivered, PendingMessage, Undelivered
from numberkeep.store.message_queries import GetMessage, GetReceivedMessage
from numberkeep.store.queries import GetBacklog, ListConsentOf, ListDeadDeliveries
from support.store import DAY, DEAD, MINUTE, PHONE, START, AccountDriver, phone

REFUSED = Undelivered("answered 400", None, code=4002, key="INVALID_NUMBER")
SPELLED_OUT = {
    "line": "+14155550100",
    "media_url": "https://example.com/\U0001f600.png",
    "send_style": "slam",
    "seat_id": "seat",
    "reply_to": ReplyTo("h-1", 2),
    "status_callback": "https://example.com/status",
}


class SendingContract:
    """SendMessage and RecordReceipt."""

    async def test_a_message_is_stored_as_it_was_asked_for(self, ours: AccountDriver) -> None:
        """With everything that was said of it, to a number that is no contact; it is pending, and an event."""
        sent = await ours.send(PHONE, "Hi \U0001f600", at=START, **SPELLED_OUT)
        expected = Message(
            1, PHONE, "+14155550100", Direction.OUTBOUND, "Hi \U0001f600", MessageStatus.QUEUED, START, plain=True
        )
        for name, value in SPELLED_OUT.items():
            setattr(expected, name, value)
        assert sent == expected
        assert await ours.messages() == [expected]
        assert await ours.store.read(GetMessage(ours.account_id, 1)) == expected
        assert [(event.type.value, event.subject) for event in await ours.events()] == [("message.created", expected)]
        assert await ours.contact(PHONE) is None
        [pending] = await ours.take(at=AT)
        assert isinstance(pending, PendingMessage)
        assert pending.message == expected

    async def test_a_message_is_sent_from_its_own_line_or_the_contact_s(self, ours: AccountDriver) -> None:
        """In this order; without either, the sender chooses."""
        await ours.create(PHONE, sendblue_number="+14155550100")
        sent = [await ours.send(), await ours.send(line="+14155550101"), await ours.send(phone(1))]
        assert [message.line for message in sent] == ["+14155550100", "+14155550101", ""]

    async def test_what_the_sender_says_is_stored(self, ours: AccountDriver) -> None:
        """Status, handle, service and time; each change is an event."""
        message = await ours.send(at=START)
        [pending] = await ours.take(at=AT)
        await ours.settle(pending, Delivered(MessageStatus.SENT, "h", "SMS"), at=AT + 1)
        expected = replace(
            message, status=MessageStatus.SENT, handle="h", service="SMS", updated_at=AT + 1, sent_at=AT + 1
        )
        assert await ours.messages() == [expected]
        assert (await ours.events())[-1].subject == expected

    async def test_a_final_failure_has_the_carrier_s_error(self, ours: AccountDriver) -> None:
        """Its code and key, until the message is replayed and sent."""
        await ours.send(at=START)
        [pending] = await ours.take(at=AT)
        await ours.settle(pending, REFUSED, at=AT)
        [failed] = await ours.messages()
        assert (failed.status, failed.error, failed.error_code, failed.error_key, failed.sent_at) == (
            MessageStatus.FAILED,
            "answered 400",
            4002,
            "INVALID_NUMBER",
            0,
        )
        assert await ours.replay(at=AT) == 1
        [again] = await ours.take(at=AT)
        await ours.settle(again, at=AT)
        [sent] = await ours.messages()
        assert (sent.status, sent.error, sent.error_code, sent.error_key) == (MessageStatus.SENT, "", 0, "")

    @pytest.mark.parametrize("known", [True, False])
    async def test_nothing_is_sent_to_a_recipient_who_has_opted_out(self, ours: AccountDriver, *, known: bool) -> None:
        """Contact or not: the message is kept with the reason, and neither taken nor replayed."""
        if known:
            await ours.create(PHONE)
        await ours.opt_out(PHONE)
        before = await ours.last_event()
        refused = await ours.send()
        assert (refused.status, refused.error_key) == (MessageStatus.FAILED, OPTED_OUT)
        assert refused.error
        assert await ours.messages() == [refused]
        assert [event.subject for event in await ours.events(before)] == [refused]
        assert await ours.replay() == 0
        assert await ours.take(at=ours.now + DAY) == []
        await ours.opt_out(PHONE, opted_out=False)
        assert (await ours.send()).status is MessageStatus.QUEUED

    async def test_an_opt_out_stops_what_waits(self, ours: AccountDriver) -> None:
        """Before it is taken, and before it is retried, in the same group too; who opts in again gets the rest."""
        await ours.send(at=START)
        await ours.send(phone(1), at=START)
        [first, other] = await ours.take(at=AT)
        await ours.send(at=AT)
        await asyncio.gather(
            ours.opt_out(PHONE, at=AT),
            ours.send(at=AT),
            ours.settle(first, Undelivered("busy", AT + MINUTE), at=AT),
            ours.settle(other, at=AT),
        )
        assert await ours.take(at=AT + DAY) == []
        assert await ours.statuses() == ["canceled", "sent", "canceled", "failed"]
        canceled = [message for message in await ours.messages() if message.status is MessageStatus.CANCELED]
        assert {message.error_key for message in canceled} == {OPTED_OUT}
        assert [message.error for message in canceled] == [
            "the recipient has opted out",
            "the recipient has opted out; an earlier attempt may have sent it",
        ]

    async def test_a_carrier_that_knows_of_an_opt_out_stops_the_next_message(self, ours: AccountDriver) -> None:
        """The first one failed with the reason, and a replay of it sends nothing."""
        await ours.send(at=START)
        [pending] = await ours.take(at=AT)
        await ours.settle(pending, Undelivered("answered 400 (code 21610)", None, opted_out=True, code=21610), at=AT)
        [failed] = await ours.messages()
        assert (failed.error_code, failed.error_key) == (21610, OPTED_OUT)
        assert (await ours.send()).error_key == OPTED_OUT
        assert await ours.replay() == 1
        assert await ours.take(at=ours.now + DAY) == []
        assert await ours.statuses() == ["canceled", "failed"]

    async def test_a_message_is_independent_of_verifications(self, ours: AccountDriver) -> None:
        """A verification that is requested, answered or expires cancels only what asks for it."""
        await ours.create(PHONE)
        await ours.send(at=START)
        await ours.request_verification(PHONE, at=START, resend_after=0)
        await ours.request_verification(PHONE, at=START + 1, resend_after=0)
        await ours.receive(PHONE, at=START + 2)
        await ours.send(at=START + 3)
        assert await ours.statuses() == ["queued", "canceled", "canceled", "received", "queued"]
        sent = []
        while taken := await ours.take(at=AT):
            sent += [pending.delivery.item for pending in taken]
            await ours.settle(taken[0], at=AT)
        assert sent == [1, 5]

    async def test_messages_to_one_number_are_sent_in_order(self, ours: AccountDriver) -> None:
        """Each waits for the one before, unless that one is dead; other numbers do not wait."""
        for number in (PHONE, PHONE, phone(1)):
            await ours.send(number, at=START)
        [first, other] = await ours.take(at=AT)
        assert items([first, other]) == [(0, 1), (0, 3)]
        await ours.settle(first, DEAD, at=AT)
        assert items(await ours.take(at=AT)) == [(0, 2)]

    async def test_accounts_send_separately(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """Messages and opt-outs of one account are nothing to another."""
        await theirs.opt_out(PHONE)
        assert [(await each.send()).status.value for each in (ours, theirs)] == ["queued", "failed"]
        assert await ours.store.read(GetBacklog()) == replace(await ours.store.read(GetBacklog()), waiting=1, dead=0)
        assert await theirs.store.read(GetMessage(theirs.account_id, 2)) is None

    async def test_a_received_message_is_found_by_its_handle(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """In its own account only; a handle of a message that was sent is another thing."""
        await ours.receive(PHONE, "Hi", "h-1")
        await ours.send(at=START)
        [pending] = await ours.take(at=AT)
        await ours.settle(pending, Delivered(handle="h-2"), at=AT)
        received = await ours.store.read(GetReceivedMessage(ours.account_id, "h-1"))
        assert received == (await ours.messages())[1]
        assert await ours.store.read(GetReceivedMessage(ours.account_id, "h-2")) is None
        assert await ours.store.read(GetReceivedMessage(ours.account_id, "")) is None
        assert await theirs.store.read(GetReceivedMessage(theirs.account_id, "h-1")) is None


class ReceiptContract:
    """RecordReceipt."""

    @pytest.fixture
    async def sent(self, ours: AccountDriver) -> Message:
        """Return a message that a carrier took as `h`, and which is the second one."""
        await ours.receive(PHONE, "Hi", "h")
        await ours.send(at=START)
        [pending] = await ours.take(at=AT)
        await ours.settle(pending, Delivered(handle="h"), at=AT)
        return (await ours.messages())[0]

    async def test_a_receipt_changes_the_status(self, ours: AccountDriver, sent: Message) -> None:
        """Once, as an event; the message that was received with this handle is another one."""
        assert await ours.receipt("h", MessageStatus.DELIVERED, service="iMessage", at=AT + 5)
        delivered = replace(sent, status=MessageStatus.DELIVERED, service="iMessage", updated_at=AT + 5)
        assert [*await ours.messages()][:1] == [delivered]
        assert await ours.statuses() == ["received", "delivered"]
        assert (await ours.events())[-1].subject == delivered
        before = await ours.last_event()
        assert not await ours.receipt("h", MessageStatus.DELIVERED)
        assert not await ours.receipt("h", MessageStatus.FAILED)
        assert await ours.last_event() == before

    async def test_a_failure_that_is_reported_later_has_its_error(self, ours: AccountDriver, sent: Message) -> None:
        """The carrier's number for it; the message is not dead in the outbox, so nothing replays it."""
        assert await ours.receipt("h", MessageStatus.FAILED, error="it did not arrive", code=30003, at=AT + 5)
        assert [*await ours.messages()][:1] == [
            replace(sent, status=MessageStatus.FAILED, error="it did not arrive", error_code=30003, updated_at=AT + 5)
        ]
        assert await ours.store.read(ListDeadDeliveries(ours.account_id, 10)) == []

    async def test_a_receipt_may_report_an_opt_out(self, ours: AccountDriver, sent: Message) -> None:
        """It is recorded as any, with the carrier as its source, and cancels a pending verification."""
        await ours.create(PHONE)
        await ours.request_verification(PHONE, at=AT)
        assert await ours.receipt("h", MessageStatus.FAILED, error="no", code=21610, opted_out=True)
        assert (await ours.messages())[1].error_key == OPTED_OUT
        [entry] = await ours.store.read(ListConsentOf(ours.account_id, sent.phone))
        assert (entry.opted_out, entry.source) == (True, ConsentSource.CARRIER)
        assert await ours.statuses() == ["received", "failed", "canceled"]
        assert await ours.expire(START + 10 * DAY) == 0

    async def test_a_receipt_of_another_message_changes_nothing(
        self, ours: AccountDriver, theirs: AccountDriver, sent: Message
    ) -> None:
        """Neither of an unknown one, nor of another account's."""
        assert not await ours.receipt("other", MessageStatus.DELIVERED)
        assert not await theirs.receipt("h", MessageStatus.DELIVERED)
        assert [*await ours.messages()][:1] == [sent]

    async def test_a_receipt_may_come_before_the_answer_of_the_send(self, ours: AccountDriver) -> None:
        """Carriers report over another connection: the first receipt counts, with the opt-out that it reports."""
        await ours.send(at=START, status_callback="https://example.com/status")
        [pending] = await ours.take(at=AT)
        assert not await ours.receipt("h", MessageStatus.FAILED, error="no", code=21610, opted_out=True, at=AT + 1)
        assert not await ours.receipt("h", MessageStatus.DELIVERED, at=AT + 2)
        assert await ours.settle(pending, Delivered(handle="h", service="SMS"), at=AT + 3)
        [message] = await ours.messages()
        assert (message.status, message.error, message.error_code, message.error_key) == (
            MessageStatus.FAILED,
            "no",
            21610,
            OPTED_OUT,
        )
        assert (message.handle, message.service, message.sent_at) == ("h", "SMS", AT + 3)
        [entry] = await ours.store.read(ListConsentOf(ours.account_id, PHONE))
        assert (entry.opted_out, entry.source) == (True, ConsentSource.CARRIER)
        assert await ours.types() == [
            "message.created",
            "message.updated",
            "message.updated",
            "consent.opted_out",
        ]
        assert not await ours.receipt("h", MessageStatus.DELIVERED)

    async def test_an_early_receipt_is_of_the_message_with_its_handle(
        self, ours: AccountDriver, theirs: AccountDriver
    ) -> None:
        """Of no other one, of no other account's, and for a day."""
        for handle, account, at in (("h", ours, AT), ("i", theirs, AT), ("j", ours, AT + DAY)):
            await account.receipt(handle, MessageStatus.DELIVERED, at=AT)
            await ours.send(at=AT)
            [pending] = await ours.take(at=at)
            await ours.settle(pending, Delivered(handle={"h": "x"}.get(handle, handle)), at=at)
        assert await ours.statuses() == ["sent"] * 3

    async def test_receipts_in_one_group(self, ours: AccountDriver, sent: Message) -> None:
        """As if one came after the other: the first counts."""
        both = await asyncio.gather(
            ours.receipt("h", MessageStatus.DELIVERED, at=AT), ours.receipt("h", MessageStatus.FAILED, at=AT)
        )
        assert list(both) == [True, False]
        assert (await ours.messages())[0].message_id == sent.message_id
        assert await ours.statuses() == ["received", "delivered"]
