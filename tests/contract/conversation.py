"""Inbound messages: verification, the words that opt out and in, and duplicate messages."""

import asyncio
from dataclasses import replace

import pytest

from numberkeep.domain.consent.ledger import ConsentSource
from numberkeep.domain.messages.commands import KeepMessage, Received
from numberkeep.domain.messages.message import Direction, Message, MessageStatus
from numberkeep.domain.messages.reply import Verdict
from numberkeep.domain.outbox.delivery import Delivered
from numberkeep.domain.stamp import Stamp
from numberkeep.store.queries import ListConsentOf, ListOptOuts
from support.store import DAY, MINUTE, PHONE, SECOND, START, AccountDriver, phone

OPT_OUTS = ["STOP", "quit", "End", "revoke", "OPT OUT", "cancel", "UnSubscribe", " stop\n", "\topt \n  out ", "Baja!"]
ANSWERS = ["yes", "", "\U0001f44d", "Who is this?"]
OPEN = ["STOP please", "please stop", "No", "WRONG NUMBER", "HELP", "info?"]
ASKED = ["contact.created", "verification.requested", "message.created"]
ORDINARY = Received(PHONE, verdict=Verdict.ORDINARY)
ORDINARY_VERIFIED = replace(ORDINARY, verified=True)
OPTED_OUT = Received(PHONE, opted_out=True, verdict=Verdict.OPT_OUT)
OPTED_IN = Received(PHONE, opted_out=False, verdict=Verdict.OPT_IN)


async def is_verified(account: AccountDriver, number: str = PHONE) -> bool:
    """Return whether the contact with this number is verified."""
    contact = await account.contact(number)
    return contact is not None and contact.verified


class ConversationContract:
    """ReceiveMessage, and what becomes of a pending verification."""

    @pytest.mark.parametrize("answer", ANSWERS)
    async def test_an_answer_verifies_once(self, ours: AccountDriver, answer: str) -> None:
        """Any answer verifies the contact, unless it may refuse; a later message is only a message."""
        await ours.create(PHONE)
        await ours.request_verification(PHONE)
        assert await ours.receive(PHONE, answer) == ORDINARY_VERIFIED
        assert await is_verified(ours)
        assert await ours.receive(PHONE, answer) == ORDINARY
        answered = ["message.received", "verification.approved", "message.updated", "contact.updated"]
        assert await ours.types() == [*ASKED, *answered, "message.received"]

    async def test_a_message_is_stored_as_received(self, ours: AccountDriver) -> None:
        """Its text, line, handle and time are stored; it is numbered with outbound messages, contact or not."""
        await ours.create(PHONE)
        await ours.request_verification(PHONE)
        await ours.receive(phone(9), "Hi \U0001f600\n", "handle", "+14155550100", at=START + 7)
        received = Message(
            2,
            phone(9),
            "+14155550100",
            Direction.INBOUND,
            "Hi \U0001f600\n",
            MessageStatus.RECEIVED,
            START + 7,
            "handle",
            sent_at=START + 7,
        )
        assert (await ours.messages())[0] == received
        assert (await ours.events())[-1].subject == received
        assert await ours.contact(phone(9)) is None

    async def test_a_stranger_or_one_who_was_not_asked_is_not_verified(self, ours: AccountDriver) -> None:
        """Without a pending verification a message verifies no one, and a contact created later is not verified."""
        await ours.create(PHONE)
        for number in (PHONE, phone(1)):
            assert await ours.receive(number) == replace(ORDINARY, phone=number)
        assert not await is_verified(ours)
        assert not (await ours.create(phone(1))).verified

    @pytest.mark.parametrize("expired_first", [False, True])
    @pytest.mark.parametrize("waited", [DAY - 1, DAY, 2 * DAY])
    async def test_an_answer_at_the_expiry_is_too_late(
        self, ours: AccountDriver, waited: int, *, expired_first: bool
    ) -> None:
        """At exactly expires_at it is too late; the verification expires once, whatever notices it first."""
        await ours.create(PHONE)
        await ours.request_verification(PHONE, at=START, expires_after=DAY)
        late = waited >= DAY
        if expired_first:
            assert await ours.expire(START + waited) == late
        assert (await ours.receive(PHONE, at=START + waited)).verified is not late
        assert await is_verified(ours) is not late
        assert await ours.expire(START + waited + DAY) == 0
        recorded = [kind for kind in await ours.types() if kind.startswith("verification")]
        assert recorded == ["verification.requested", "verification.expired" if late else "verification.approved"]

    @pytest.mark.parametrize("reply", OPEN)
    async def test_what_may_refuse_and_what_asks_for_help_leave_a_verification_open(
        self, ours: AccountDriver, reply: str
    ) -> None:
        """Neither verified nor opted out; a clear answer afterwards still verifies."""
        await ours.create(PHONE)
        await ours.request_verification(PHONE)
        asks = reply in {"HELP", "info?"}
        expected = (
            Received(PHONE, verdict=Verdict.HELP) if asks else Received(PHONE, verdict=Verdict.UNCLEAR, review_id=1)
        )
        assert await ours.receive(PHONE, reply) == expected
        assert await ours.types() == [*ASKED, "message.received", *([] if asks else ["consent.unclear"])]
        assert await ours.listed(opt_out=False, verified=False) == [PHONE]
        assert await ours.receive(PHONE) == ORDINARY_VERIFIED

    async def test_the_carrier_may_say_what_a_reply_means(self, ours: AccountDriver) -> None:
        """It opts out with the person's own words in the ledger, and in; what it takes for a call for help is none."""
        await ours.create(PHONE)
        await ours.request_verification(PHONE)
        assert await ours.receive(PHONE, "AYUDA", carrier=Verdict.HELP) == Received(PHONE, verdict=Verdict.HELP)
        assert await ours.receive(PHONE, "BASTA YA", carrier=Verdict.OPT_OUT) == OPTED_OUT
        assert await ours.receive(PHONE, "QUIERO", carrier=Verdict.OPT_IN) == OPTED_IN
        entries = await ours.store.read(ListConsentOf(ours.account_id, PHONE))
        assert [(entry.source, entry.wording) for entry in entries] == [
            (ConsentSource.MESSAGE, "BASTA YA"),
            (ConsentSource.MESSAGE, "QUIERO"),
        ]

    @pytest.mark.parametrize("content", ["yes", "STOP", "START"])
    async def test_a_sender_without_a_number_is_only_kept(self, ours: AccountDriver, content: str) -> None:
        """Whatever it writes; with a handle it is kept once."""
        for duplicate in (False, True):
            command = KeepMessage(ours.account_id, "MyBank", "", content, "h", Stamp(START))
            assert await ours.store.apply(command) == Received("MyBank", duplicate=duplicate)
        assert await ours.types() == ["message.received"]
        assert [(message.phone, message.content) for message in await ours.messages()] == [("MyBank", content)]
        assert await ours.store.read(ListOptOuts(ours.account_id)) == {}

    @pytest.mark.parametrize("word", OPT_OUTS)
    async def test_a_stop_word_opts_out_and_never_verifies(self, ours: AccountDriver, word: str) -> None:
        """In any case, with blanks around it, it cancels the pending verification instead of answering it."""
        await ours.create(PHONE)
        await ours.request_verification(PHONE)
        assert await ours.receive(PHONE, word) == OPTED_OUT
        ended = ["message.received", "verification.canceled", "message.updated", "consent.opted_out", "contact.updated"]
        assert await ours.types() == [*ASKED, *ended]
        assert await ours.listed(opt_out=True, verified=False) == [PHONE]
        assert await ours.receive(PHONE) == ORDINARY
        assert not await is_verified(ours)

    async def test_a_repeated_stop_word_changes_nothing_more(self, ours: AccountDriver) -> None:
        """It is recorded as a message, and its result still reports the opt-out."""
        await ours.receive(PHONE, "STOP")
        assert await ours.receive(PHONE, "quit") == OPTED_OUT
        assert await ours.types() == ["message.received", "consent.opted_out", "message.received"]

    @pytest.mark.parametrize("word", ["START", " start "])
    async def test_start_opts_in_and_may_verify(self, ours: AccountDriver, word: str) -> None:
        """It ends an opt-out, does not restore what the opt-out canceled, and answers a later verification."""
        await ours.create(PHONE)
        await ours.request_verification(PHONE)
        await ours.receive(PHONE, "STOP")
        before = await ours.last_event()
        assert await ours.receive(PHONE, word) == OPTED_IN
        assert await ours.types(before) == ["message.received", "consent.opted_in", "contact.updated"]
        assert await ours.listed(opt_out=False, verified=False) == [PHONE]
        await ours.request_verification(PHONE, resend_after=0)
        assert await ours.receive(PHONE, word) == replace(OPTED_IN, verified=True)

    async def test_a_duplicate_message_is_received_once(self, ours: AccountDriver) -> None:
        """A known handle changes nothing, whatever the second message says."""
        await ours.create(PHONE)
        await ours.receive(PHONE, "hello", "h1")
        await ours.request_verification(PHONE)
        before = await ours.types_and_phones(), await ours.messages(), await ours.contact(PHONE)
        for number, content in ((PHONE, "hello"), (PHONE, "STOP"), (phone(1), "yes")):
            assert await ours.receive(number, content, "h1") == Received(number, duplicate=True)
        assert (await ours.types_and_phones(), await ours.messages(), await ours.contact(PHONE)) == before
        assert (await ours.receive(PHONE, "hello", "h2")).verified

    async def test_concurrent_duplicates_are_received_once(self, ours: AccountDriver) -> None:
        """The same holds for duplicates within one group."""
        await ours.create(PHONE)
        await ours.request_verification(PHONE)
        done = await asyncio.gather(*[ours.receive(PHONE, "yes", "h") for _ in range(20)])
        assert [each.duplicate for each in done] == [False] + [True] * 19
        assert [each.verified for each in done] == [True] + [False] * 19
        assert len(await ours.messages()) == 2

    async def test_handles_are_separate_by_account_and_direction(
        self, ours: AccountDriver, theirs: AccountDriver
    ) -> None:
        """A handle of another account, of an outbound message, or an empty one is never a duplicate."""
        await ours.create(PHONE)
        await ours.request_verification(PHONE)
        [pending] = await ours.take()
        await ours.settle(pending, Delivered(handle="h"))
        for account in (theirs, ours):
            assert not (await account.receive(PHONE, "hi", "h")).duplicate
        for _ in range(2):
            assert not (await ours.receive(PHONE, "hi", "")).duplicate
        assert len(await ours.messages()) == 4

    async def test_a_deleted_contact_waits_for_no_answer(self, ours: AccountDriver) -> None:
        """Deletion cancels. A re-created contact is not pending: no message verifies it, and it can be asked."""
        await ours.create(PHONE)
        await ours.request_verification(PHONE)
        before = await ours.last_event()
        await ours.delete(PHONE)
        assert await ours.types(before) == ["verification.canceled", "message.updated", "contact.deleted"]
        await ours.create(PHONE)
        assert await ours.receive(PHONE) == ORDINARY
        assert not await is_verified(ours)
        assert await ours.expire(ours.now + 2 * DAY) == 0
        await ours.verify(PHONE)

    @pytest.mark.parametrize("asked", [False, True])
    async def test_an_opt_out_by_message_outlives_the_contact(self, ours: AccountDriver, *, asked: bool) -> None:
        """The opt-out belongs to the number, also after the contact is deleted and re-created."""
        await ours.create(PHONE)
        if asked:
            await ours.request_verification(PHONE)
        await ours.receive(PHONE, "STOP")
        await ours.delete(PHONE)
        assert (await ours.create(PHONE)).opt_out
        await ours.receive(PHONE, "START")
        await ours.delete(PHONE)
        assert not (await ours.create(PHONE)).opt_out

    async def test_a_new_request_replaces_a_pending_one(self, ours: AccountDriver) -> None:
        """The old one ends without an event; the new expiry counts, and one answer is enough."""
        await ours.create(PHONE)
        await ours.request_verification(PHONE, at=START, expires_after=MINUTE)
        await ours.request_verification(PHONE, at=START + SECOND, resend_after=0, expires_after=MINUTE)
        assert await ours.expire(START + MINUTE) == 0
        assert (await ours.receive(PHONE, at=START + MINUTE)).verified
        recorded = [kind for kind in await ours.types() if kind.startswith("verification")]
        assert recorded == ["verification.requested"] * 2 + ["verification.approved"]

    async def test_a_request_after_the_expiry_records_the_expiry_first(self, ours: AccountDriver) -> None:
        """An overdue verification expires before the new request is recorded."""
        await ours.create(PHONE)
        await ours.request_verification(PHONE, at=START, expires_after=MINUTE)
        await ours.request_verification(PHONE, at=START + MINUTE)
        recorded = [kind for kind in await ours.types() if kind.startswith("verification")]
        assert recorded == ["verification.requested", "verification.expired", "verification.requested"]

    async def test_expiry_respects_its_limit(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """The earliest expire first, `limit` at a time, in this account only, also beside other commands."""
        for n in range(5):
            for account in (ours, theirs):
                await account.create(phone(n))
                await account.request_verification(phone(n), at=START + 5 - n, expires_after=MINUTE)
        before = await ours.last_event()
        assert await ours.expire(START + MINUTE) == 0
        assert await ours.expire(START + MINUTE + 2, limit=1) == 1
        at = START + MINUTE + 4
        first, answer, rest = await asyncio.gather(
            ours.expire(at, 2), ours.receive(phone(0), at=at), ours.expire(at, 9)
        )
        assert (first, answer, rest) == (2, replace(ORDINARY_VERIFIED, phone=phone(0)), 1)
        expired = [number for kind, number in await ours.types_and_phones(before) if kind == "verification.expired"]
        assert expired == [phone(4), phone(3), phone(2), phone(1)]
        assert await theirs.expire(at, limit=100) == 4
