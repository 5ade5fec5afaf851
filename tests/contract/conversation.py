"""What people answer: verification, the words that opt out and in, and messages that come twice."""

import asyncio

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


async def is_verified(account: AccountDriver, number: str = PHONE) -> bool:
    """Whether the contact with this number is verified."""
    contact = await account.contact(number)
    return contact is not None and contact.verified


class ConversationContract:
    """ReceiveMessage, and what becomes of a pending verification."""

    @pytest.mark.parametrize("answer", ANSWERS)
    async def test_an_answer_verifies_once(self, ours: AccountDriver, answer: str) -> None:
        """Whatever a person answers verifies the contact, unless it may refuse; what comes after is only a message."""
        await ours.create(PHONE)
        await ours.request_verification(PHONE)
        assert await ours.receive(PHONE, answer) == Received(PHONE, verified=True)
        assert await is_verified(ours)
        assert await ours.receive(PHONE, answer) == Received(PHONE)
        answered = ["message.received", "verification.approved", "message.updated", "contact.updated"]
        assert await ours.types() == [*ASKED, *answered, "message.received"]

    async def test_a_message_is_kept_as_it_came(self, ours: AccountDriver) -> None:
        """Its text, line, handle and time are kept, numbered with the messages to phones, contact or not."""
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
        )
        assert (await ours.messages())[0] == received
        assert (await ours.events())[-1].subject == received
        assert await ours.contact(phone(9)) is None

    async def test_a_stranger_or_one_who_was_not_asked_is_not_verified(self, ours: AccountDriver) -> None:
        """Without a pending verification a message verifies nobody, and what is created later is not verified."""
        await ours.create(PHONE)
        for number in (PHONE, phone(1)):
            assert await ours.receive(number) == Received(number)
        assert not await is_verified(ours)
        assert not (await ours.create(phone(1))).verified

    @pytest.mark.parametrize("expired_first", [False, True])
    @pytest.mark.parametrize("waited", [DAY - 1, DAY, 2 * DAY])
    async def test_from_its_end_on_an_answer_is_too_late(
        self, ours: AccountDriver, waited: int, *, expired_first: bool
    ) -> None:
        """At expires_at exactly it is too late, and the verification expires once, whoever notices it first."""
        await ours.create(PHONE)
        await ours.request_verification(PHONE, at=START, expires_after=DAY)
        late = waited >= DAY
        if expired_first:
            assert await ours.expire(START + waited) == late
        assert (await ours.receive(PHONE, at=START + waited)).verified is not late
        assert await is_verified(ours) is not late
        assert await ours.expire(START + waited + DAY) == 0
        told = [kind for kind in await ours.types() if kind.startswith("verification")]
        assert told == ["verification.requested", "verification.expired" if late else "verification.approved"]

    @pytest.mark.parametrize("reply", OPEN)
    async def test_what_may_refuse_and_what_asks_for_help_leave_a_verification_open(
        self, ours: AccountDriver, reply: str
    ) -> None:
        """Neither verified nor opted out; a clear answer afterwards still verifies."""
        await ours.create(PHONE)
        await ours.request_verification(PHONE)
        assert await ours.receive(PHONE, reply) == Received(PHONE)
        assert await ours.types() == [*ASKED, "message.received"]
        assert await ours.listed(opt_out=False, verified=False) == [PHONE]
        assert await ours.receive(PHONE) == Received(PHONE, verified=True)

    async def test_the_carrier_may_say_what_a_reply_means(self, ours: AccountDriver) -> None:
        """It opts out with the person's own words in the ledger, and in; what it takes for a call for help is none."""
        await ours.create(PHONE)
        await ours.request_verification(PHONE)
        assert await ours.receive(PHONE, "AYUDA", carrier=Verdict.HELP) == Received(PHONE)
        assert await ours.receive(PHONE, "BASTA YA", carrier=Verdict.OPT_OUT) == Received(PHONE, opted_out=True)
        assert await ours.receive(PHONE, "QUIERO", carrier=Verdict.OPT_IN) == Received(PHONE, opted_out=False)
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
        """In any case and with blanks around it, it ends the pending verification instead of answering it."""
        await ours.create(PHONE)
        await ours.request_verification(PHONE)
        assert await ours.receive(PHONE, word) == Received(PHONE, opted_out=True)
        ended = ["message.received", "verification.canceled", "message.updated", "consent.opted_out", "contact.updated"]
        assert await ours.types() == [*ASKED, *ended]
        assert await ours.listed(opt_out=True, verified=False) == [PHONE]
        assert await ours.receive(PHONE) == Received(PHONE)
        assert not await is_verified(ours)

    async def test_a_stop_word_said_again_changes_nothing_more(self, ours: AccountDriver) -> None:
        """It is a message like another, and says again that the writer wants none."""
        await ours.receive(PHONE, "STOP")
        assert await ours.receive(PHONE, "quit") == Received(PHONE, opted_out=True)
        assert await ours.types() == ["message.received", "consent.opted_out", "message.received"]

    @pytest.mark.parametrize("word", ["START", " start "])
    async def test_start_opts_in_and_may_verify(self, ours: AccountDriver, word: str) -> None:
        """It ends an opt-out, does not revive what the opt-out ended, and answers what is asked after it."""
        await ours.create(PHONE)
        await ours.request_verification(PHONE)
        await ours.receive(PHONE, "STOP")
        before = await ours.last_event()
        assert await ours.receive(PHONE, word) == Received(PHONE, opted_out=False)
        assert await ours.types(before) == ["message.received", "consent.opted_in", "contact.updated"]
        assert await ours.listed(opt_out=False, verified=False) == [PHONE]
        await ours.request_verification(PHONE, resend_after=0)
        assert await ours.receive(PHONE, word) == Received(PHONE, verified=True, opted_out=False)

    async def test_a_message_that_comes_twice_is_taken_in_once(self, ours: AccountDriver) -> None:
        """A handle that is known changes nothing at all, whatever the message says the second time."""
        await ours.create(PHONE)
        await ours.receive(PHONE, "hello", "h1")
        await ours.request_verification(PHONE)
        before = await ours.told(), await ours.messages(), await ours.contact(PHONE)
        for number, content in ((PHONE, "hello"), (PHONE, "STOP"), (phone(1), "yes")):
            assert await ours.receive(number, content, "h1") == Received(number, duplicate=True)
        assert (await ours.told(), await ours.messages(), await ours.contact(PHONE)) == before
        assert (await ours.receive(PHONE, "hello", "h2")).verified

    async def test_a_message_that_comes_twice_at_once_is_taken_in_once(self, ours: AccountDriver) -> None:
        """Also where both are handed in together, as one group."""
        await ours.create(PHONE)
        await ours.request_verification(PHONE)
        done = await asyncio.gather(*[ours.receive(PHONE, "yes", "h") for _ in range(20)])
        assert [each.duplicate for each in done] == [False] + [True] * 19
        assert [each.verified for each in done] == [True] + [False] * 19
        assert len(await ours.messages()) == 2

    async def test_a_handle_is_known_to_its_account_and_direction_alone(
        self, ours: AccountDriver, theirs: AccountDriver
    ) -> None:
        """Another account's, an outbound message's and no handle are never duplicates."""
        await ours.create(PHONE)
        await ours.request_verification(PHONE)
        [owed] = await ours.take()
        await ours.settle(owed, Delivered(handle="h"))
        for account in (theirs, ours):
            assert not (await account.receive(PHONE, "hi", "h")).duplicate
        for _ in range(2):
            assert not (await ours.receive(PHONE, "hi", "")).duplicate
        assert len(await ours.messages()) == 4

    async def test_a_deleted_contact_waits_for_no_answer(self, ours: AccountDriver) -> None:
        """Deletion cancels; made anew the contact is not pending, no later message verifies it, it can be asked."""
        await ours.create(PHONE)
        await ours.request_verification(PHONE)
        before = await ours.last_event()
        await ours.delete(PHONE)
        assert await ours.types(before) == ["verification.canceled", "message.updated", "contact.deleted"]
        await ours.create(PHONE)
        assert await ours.receive(PHONE) == Received(PHONE)
        assert not await is_verified(ours)
        assert await ours.expire(ours.now + 2 * DAY) == 0
        await ours.verify(PHONE)

    @pytest.mark.parametrize("asked", [False, True])
    async def test_an_opt_out_by_message_outlives_the_contact(self, ours: AccountDriver, *, asked: bool) -> None:
        """What the person said holds for the number, deleted and made anew."""
        await ours.create(PHONE)
        if asked:
            await ours.request_verification(PHONE)
        await ours.receive(PHONE, "STOP")
        await ours.delete(PHONE)
        assert (await ours.create(PHONE)).opt_out
        await ours.receive(PHONE, "START")
        await ours.delete(PHONE)
        assert not (await ours.create(PHONE)).opt_out

    async def test_another_request_waits_for_its_own_answer(self, ours: AccountDriver) -> None:
        """A new request takes the place of one that waits, without a word; its time counts, one answer is enough."""
        await ours.create(PHONE)
        await ours.request_verification(PHONE, at=START, expires_after=MINUTE)
        await ours.request_verification(PHONE, at=START + SECOND, resend_after=0, expires_after=MINUTE)
        assert await ours.expire(START + MINUTE) == 0
        assert (await ours.receive(PHONE, at=START + MINUTE)).verified
        told = [kind for kind in await ours.types() if kind.startswith("verification")]
        assert told == ["verification.requested"] * 2 + ["verification.approved"]

    async def test_a_request_after_the_end_tells_of_it_first(self, ours: AccountDriver) -> None:
        """What has waited too long expires before it is asked anew."""
        await ours.create(PHONE)
        await ours.request_verification(PHONE, at=START, expires_after=MINUTE)
        await ours.request_verification(PHONE, at=START + MINUTE)
        told = [kind for kind in await ours.types() if kind.startswith("verification")]
        assert told == ["verification.requested", "verification.expired", "verification.requested"]

    async def test_expiry_goes_by_its_limit(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """What expired first goes first, `limit` at a time, in this account alone, with others at once or not."""
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
        assert (first, answer, rest) == (2, Received(phone(0), verified=True), 1)
        expired = [number for kind, number in await ours.told(before) if kind == "verification.expired"]
        assert expired == [phone(4), phone(3), phone(2), phone(1)]
        assert await theirs.expire(at, limit=100) == 4
