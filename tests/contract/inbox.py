"""Conversations, what was concluded from replies, simulated replies, and the counts of each day."""

from collections import Counter
from collections.abc import Sequence

import pytest

from numberkeep.domain.consent.ledger import ConsentSource
from numberkeep.domain.consent.review import Decision
from numberkeep.domain.limits import MAX_INTEGER
from numberkeep.domain.messages.conclusion import Conclusion
from numberkeep.domain.messages.conversation import Conversation, Exchanged
from numberkeep.domain.messages.reply import Ground, ReplyRules, Verdict
from numberkeep.domain.retention import DeleteOldEvents
from numberkeep.store.contact_queries import GetVerification
from numberkeep.store.inbox_queries import (
    ListConversations,
    ListDays,
    ListOpenReviewsOf,
    ListThread,
)
from numberkeep.store.queries import ListConsentOf, ListOpenReviews
from support.store import DAY, PHONE, START, AccountDriver, phone

FIRST_DAY = START // DAY


async def conversations(account: AccountDriver, before: int = MAX_INTEGER, limit: int = 100) -> Sequence[Conversation]:
    """Return a page of conversations."""
    return await account.store.read(ListConversations(account.account_id, before, limit))


async def thread(
    account: AccountDriver, number: str = PHONE, before: int = MAX_INTEGER, limit: int = 100
) -> Sequence[Exchanged]:
    """Return the last messages of a conversation."""
    return await account.store.read(ListThread(account.account_id, number, before, limit))


async def concluded(account: AccountDriver, number: str = PHONE) -> Conclusion:
    """Return what was concluded from the last message of a number."""
    [last] = await thread(account, number, limit=1)
    assert last.conclusion is not None
    assert last.conclusion.message_id == last.message.message_id
    return last.conclusion


async def days(account: AccountDriver) -> dict[str, int]:
    """Return how many events of each type all days have."""
    counts: Counter[str] = Counter()
    for _, type_, count in await account.store.read(ListDays(account.account_id, 0)):
        counts[type_] += count
    return dict(counts)


class InboxContract:
    """ListConversations, ListThread and ListDays."""

    async def test_each_number_is_listed_with_its_last_message(
        self, ours: AccountDriver, theirs: AccountDriver
    ) -> None:
        """The newest first, in pages; another message moves a conversation to the front."""
        await theirs.send(phone(1), "of another account")
        for n in (1, 2, 3, 1):
            await ours.send(phone(n), f"to {n}")
        await ours.receive(phone(2), "from 2")
        found = [(each.message.phone, each.message.content) for each in await conversations(ours)]
        assert found == [(phone(2), "from 2"), (phone(1), "to 1"), (phone(3), "to 3")]
        first = await conversations(ours, limit=2)
        rest = await conversations(ours, first[-1].message.message_id, 2)
        assert [each.message.phone for each in (*first, *rest)] == [phone(2), phone(1), phone(3)]

    async def test_a_conversation_says_who_it_is(self, ours: AccountDriver) -> None:
        """The contact's name or company; whether the number is verified, opted out, or unclear."""
        await ours.create(phone(1), first_name="Ada", last_name="Lovelace", company_name="Analytical")
        await ours.create(phone(2), company_name="Analytical")
        await ours.verify(phone(1))
        await ours.receive(phone(2), "No")
        await ours.receive(phone(3), "STOP")
        found = [(each.name, each.verified, each.opted_out, each.unclear) for each in await conversations(ours)]
        assert found == [
            ("", False, True, False),
            ("Analytical", False, False, True),
            ("Ada Lovelace", True, False, False),
        ]

    async def test_a_thread_has_the_messages_of_one_number(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """Both directions, the newest first, in pages."""
        await theirs.send(PHONE, "of another account")
        for n in range(3):
            await ours.send(PHONE, f"{n}")
            await ours.receive(PHONE, f"re {n}")
            await ours.send(phone(1), "to another")
        found = [each.message.content for each in await thread(ours)]
        assert found == ["re 2", "2", "re 1", "1", "re 0", "0"]
        first = await thread(ours, limit=4)
        rest = await thread(ours, before=first[-1].message.message_id)
        assert [each.message.content for each in (*first, *rest)] == found
        assert [each.conclusion for each in await thread(ours, phone(1))] == [None] * 3

    async def test_a_reply_that_verifies_names_its_verification(self, ours: AccountDriver) -> None:
        """Only the reply that answered it."""
        await ours.create(PHONE)
        await ours.request_verification(PHONE)
        await ours.receive(PHONE, "yes")
        answered = Conclusion(2, Verdict.ORDINARY, Ground.NOTHING, verification_id=1)
        assert await concluded(ours) == answered
        await ours.receive(PHONE, "thanks")
        assert await concluded(ours) == Conclusion(3, Verdict.ORDINARY, Ground.NOTHING)

    async def test_an_answer_that_comes_too_late_answers_nothing(self, ours: AccountDriver) -> None:
        """The verification has expired."""
        await ours.create(PHONE)
        await ours.request_verification(PHONE, at=START)
        await ours.receive(PHONE, "yes", at=START + 2 * DAY)
        assert (await concluded(ours)).verification_id == 0

    async def test_a_reply_that_opts_out_or_in_names_its_entry(self, ours: AccountDriver) -> None:
        """One that repeats it changes nothing."""
        for message, text, entry, verdict in (
            (1, "STOP", 1, Verdict.OPT_OUT),
            (2, "stop", 0, Verdict.OPT_OUT),
            (3, "START", 2, Verdict.OPT_IN),
        ):
            await ours.receive(PHONE, text)
            assert await concluded(ours) == Conclusion(message, verdict, Ground.WORD, entry)

    async def test_an_unclear_reply_names_its_review(self, ours: AccountDriver) -> None:
        """The thread has what became of it."""
        await ours.receive(PHONE, "please stop")
        assert await concluded(ours) == Conclusion(1, Verdict.UNCLEAR, Ground.CONTAINS_WORD, review_id=1)
        assert [each.decision for each in await thread(ours)] == [Decision.OPEN]
        assert [each.review_id for each in await ours.store.read(ListOpenReviewsOf(ours.account_id, PHONE))] == [1]
        await ours.decide(1, opts_out=False)
        assert [each.decision for each in await thread(ours)] == [Decision.KEEP]
        assert await ours.store.read(ListOpenReviewsOf(ours.account_id, PHONE)) == []

    async def test_an_unclear_reply_may_opt_out(self, ours: AccountDriver) -> None:
        """Its conclusion says that it was unclear, and names the entry."""
        await ours.receive(PHONE, "No", rules=ReplyRules(unclear_opts_out=True))
        assert await concluded(ours) == Conclusion(1, Verdict.UNCLEAR, Ground.FIRST_WORD, 1)

    async def test_what_the_carrier_says_is_a_ground(self, ours: AccountDriver) -> None:
        """If the text does not say it itself."""
        await ours.receive(PHONE, "Desuscribir", carrier=Verdict.OPT_OUT)
        assert await concluded(ours) == Conclusion(1, Verdict.OPT_OUT, Ground.CARRIER, 1)

    async def test_a_duplicate_has_no_conclusion(self, ours: AccountDriver) -> None:
        """It is not stored either."""
        await ours.receive(PHONE, "yes", "handle")
        await ours.receive(PHONE, "STOP", "handle")
        [only] = await thread(ours)
        assert only.conclusion == Conclusion(1, Verdict.ORDINARY, Ground.NOTHING)

    async def test_the_last_verification_of_a_number(self, ours: AccountDriver) -> None:
        """Pending or not."""
        await ours.create(PHONE)
        assert await ours.store.read(GetVerification(ours.account_id, PHONE)) is None
        await ours.request_verification(PHONE, at=START)
        asked = await ours.store.read(GetVerification(ours.account_id, PHONE))
        assert asked is not None
        assert (asked.pending, asked.expires_at) == (True, START + DAY)
        await ours.receive(PHONE, at=START + 1)
        answered = await ours.store.read(GetVerification(ours.account_id, PHONE))
        assert answered is not None
        assert not answered.pending

    async def test_the_ledger_says_what_was_simulated(self, ours: AccountDriver) -> None:
        """A simulated reply has the same consequences, under its own source."""
        await ours.receive(PHONE, "STOP", simulated=True, liftable=0)
        assert await concluded(ours) == Conclusion(1, Verdict.OPT_OUT, Ground.WORD, 1, simulated=True)
        [entry] = await ours.store.read(ListConsentOf(ours.account_id, PHONE))
        assert (entry.source, entry.wording, entry.opted_out) == (ConsentSource.SIMULATED, "STOP", True)

    async def test_a_simulated_reply_lifts_only_the_opt_out_that_it_names(self, ours: AccountDriver) -> None:
        """An opt-out that came in between, or of which no more is known, stays."""
        await ours.receive(PHONE, "STOP")
        for liftable in (0, 2):
            received = await ours.receive(PHONE, "START", simulated=True, liftable=liftable)
            assert (received.opted_out, received.verified) == (None, False)
            assert (await concluded(ours)).entry_id == 0
        assert (await ours.receive(PHONE, "START", simulated=True, liftable=1)).opted_out is False
        assert (await concluded(ours)).entry_id == 2

    async def test_a_simulated_opt_in_decides_no_review(self, ours: AccountDriver) -> None:
        """What a real person meant is still to be decided."""
        await ours.receive(PHONE, "please stop")
        assert (await ours.receive(PHONE, "START", simulated=True, liftable=0)).opted_out is False
        assert len(await ours.store.read(ListOpenReviews(ours.account_id, 0, 10))) == 1

    async def test_events_are_counted_by_day(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """By the time of each event, in UTC, for each account."""
        await theirs.create(phone(1))
        await ours.create(phone(1), at=FIRST_DAY * DAY)
        await ours.create(phone(2), at=FIRST_DAY * DAY + 1)
        await ours.upsert(*(ours.row(phone(n)) for n in range(3, 6)))
        await ours.opt_out(phone(1), at=FIRST_DAY * DAY + DAY - 1)
        await ours.opt_out(phone(2), at=FIRST_DAY * DAY + DAY)
        found = await ours.store.read(ListDays(ours.account_id, 0))
        assert list(found) == [
            (FIRST_DAY, "consent.opted_out", 1),
            (FIRST_DAY, "contact.created", 5),
            (FIRST_DAY, "contact.updated", 1),
            (FIRST_DAY + 1, "consent.opted_out", 1),
            (FIRST_DAY + 1, "contact.updated", 1),
        ]
        assert list(await ours.store.read(ListDays(ours.account_id, FIRST_DAY + 1))) == list(found)[-2:]

    async def test_counts_outlive_their_events(self, ours: AccountDriver) -> None:
        """They are the same as the log's, and stay when it is emptied."""
        await ours.create(PHONE)
        await ours.verify(PHONE)
        await ours.delete(PHONE)
        counted = dict(Counter(await ours.types()))
        assert await days(ours) == counted
        await ours.store.apply(DeleteOldEvents(ours.account_id, 100, START + 10 * DAY))
        assert await ours.types() == []
        assert await days(ours) == counted

    @pytest.mark.parametrize("number", ["", "12345", phone(999)])
    async def test_a_number_without_messages_has_an_empty_thread(self, ours: AccountDriver, number: str) -> None:
        """It is no error."""
        await ours.send(PHONE)
        assert await thread(ours, number) == []
