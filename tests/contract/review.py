"""Reviews: an unclear reply waits until a person decides what it means."""

from collections.abc import Sequence

import pytest

from numberkeep.domain.consent.ledger import ConsentSource
from numberkeep.domain.consent.review import Decision, Review, deadline_of
from numberkeep.domain.errors import RecipientOptedOut, ReplyUnderReview, ReviewDecided, ReviewNotFound
from numberkeep.domain.limits import MAX_INTEGER, MAX_OPEN_REVIEWS
from numberkeep.domain.messages.commands import Received
from numberkeep.domain.messages.reply import ReplyRules, Verdict
from numberkeep.store.queries import CountReviews, GetTallies, ListConsentOf, ListOpenReviews
from support.store import DAY, MINUTE, PHONE, SECOND, START, AccountDriver, phone

UNCLEAR = "Please stop \U0001f64f"


async def waiting(account: AccountDriver, after: int = 0, limit: int = 100) -> Sequence[Review]:
    """Return the open reviews of an account."""
    return await account.store.read(ListOpenReviews(account.account_id, after, limit))


async def open_tally(account: AccountDriver) -> int:
    """Return how many open reviews the account counts."""
    return (await account.store.read(GetTallies(account.account_id))).open_reviews


class ReviewContract:
    """Unclear replies, and DecideReview."""

    async def test_an_unclear_reply_waits_and_changes_nothing_else(self, ours: AccountDriver) -> None:
        """Number, wording, time and deadline are listed; the verification stays pending, nobody is opted out."""
        await ours.create(PHONE)
        await ours.request_verification(PHONE, at=START)
        received = await ours.receive(PHONE, UNCLEAR, at=START + SECOND)
        assert received == Received(PHONE, verdict=Verdict.UNCLEAR, review_id=1)
        review = Review(1, PHONE, START + SECOND, deadline_of(START + SECOND), UNCLEAR)
        assert list(await waiting(ours)) == [review]
        assert (await ours.events())[-1].subject == review
        assert (await ours.types())[-2:] == ["message.received", "consent.unclear"]
        assert (await ours.receive(PHONE, "yes", at=START + 2 * SECOND)).verified
        assert await ours.listed(opt_out=True) == []

    async def test_nobody_is_asked_again_until_it_is_decided(self, ours: AccountDriver) -> None:
        """Another verify is refused and names the review; after `keep` it is possible again."""
        await ours.create(PHONE)
        await ours.request_verification(PHONE, at=START)
        await ours.receive(PHONE, "no", at=START + SECOND)
        with pytest.raises(ReplyUnderReview, match="decide 1 "):
            await ours.request_verification(PHONE, at=START + MINUTE)
        await ours.decide(1, opts_out=False)
        assert await ours.request_verification(PHONE, at=START + MINUTE)

    async def test_a_decision_to_keep_changes_nothing(self, ours: AccountDriver) -> None:
        """Only the review and the log; the contact can still confirm."""
        await ours.create(PHONE)
        await ours.request_verification(PHONE)
        await ours.receive(PHONE, UNCLEAR)
        before = await ours.last_event()
        decided = await ours.decide(1, opts_out=False)
        assert (decided.review_id, decided.decision) == (1, Decision.KEEP)
        assert await waiting(ours) == []
        assert await ours.types(before) == ["consent.decided"]
        assert (await ours.events())[-1].subject == decided
        assert await ours.store.read(ListConsentOf(ours.account_id, PHONE)) == []
        assert (await ours.receive(PHONE)).verified

    async def test_a_decision_to_opt_out_is_in_the_ledger(self, ours: AccountDriver) -> None:
        """With the reply's wording; it ends the verification and closes the number's other reviews."""
        await ours.create(PHONE)
        await ours.request_verification(PHONE)
        for wording in ("no", UNCLEAR, "wrong number"):
            await ours.receive(PHONE, wording)
        await ours.receive(phone(1), "no")
        assert (await ours.decide(2, opts_out=True)).decision is Decision.OPT_OUT
        [entry] = await ours.store.read(ListConsentOf(ours.account_id, PHONE))
        assert (entry.opted_out, entry.source, entry.wording) == (True, ConsentSource.REVIEW, UNCLEAR)
        assert [each.phone for each in await waiting(ours)] == [phone(1)]
        assert await ours.listed(opt_out=True) == [PHONE]
        with pytest.raises(RecipientOptedOut):
            await ours.request_verification(PHONE, resend_after=0)
        ended = ["verification.canceled", "message.updated", "consent.opted_out"]
        assert (await ours.types())[-7:] == [*ended, *["consent.decided"] * 3, "contact.updated"]

    @pytest.mark.parametrize("opts_out", [False, True])
    async def test_a_decision_is_made_once(self, ours: AccountDriver, *, opts_out: bool) -> None:
        """Repeating it changes nothing, another one is refused, and so is one on a review that does not exist."""
        await ours.receive(PHONE, UNCLEAR)
        decided = await ours.decide(1, opts_out=opts_out)
        before = await ours.last_event()
        assert await ours.decide(1, opts_out=opts_out) == decided
        with pytest.raises(ReviewDecided, match=decided.decision.value):
            await ours.decide(1, opts_out=not opts_out)
        for missing in (2, MAX_INTEGER, MAX_INTEGER + 1):
            with pytest.raises(ReviewNotFound):
                await ours.decide(missing, opts_out=opts_out)
        assert await ours.last_event() == before

    @pytest.mark.parametrize(
        ("reply", "decision"), [("STOP", Decision.OPT_OUT), ("START", Decision.OPT_IN), ("yes", None), ("help", None)]
    )
    async def test_a_clear_word_of_the_person_closes_the_review(
        self, ours: AccountDriver, reply: str, decision: Decision | None
    ) -> None:
        """An opt-out or opt-in decides what was unclear; anything else leaves it open."""
        await ours.receive(PHONE, UNCLEAR)
        await ours.receive(PHONE, reply)
        reviewed = [event.subject for event in await ours.events() if isinstance(event.subject, Review)]
        assert [each.decision for each in reviewed] == [Decision.OPEN, *([decision] if decision else [])]
        assert len(await waiting(ours)) == await open_tally(ours) == (0 if decision else 1)

    async def test_every_opt_out_closes_the_reviews(self, ours: AccountDriver) -> None:
        """By a program, by an update of the contact, or by a bulk request."""
        for n in range(4):
            await ours.create(phone(n))
            await ours.receive(phone(n), UNCLEAR)
        await ours.opt_out(phone(0))
        await ours.update(phone(1), opt_out=True)
        await ours.upsert(ours.row(phone(2), opt_out=True))
        await ours.opt_out(phone(3), opted_out=False)  # it is not opted out, so this says nothing about the reply
        assert [each.phone for each in await waiting(ours)] == [phone(3)]
        assert await open_tally(ours) == 1

    async def test_who_is_opted_out_needs_no_review(self, ours: AccountDriver) -> None:
        """Their wish is known."""
        await ours.receive(PHONE, "STOP")
        assert await ours.receive(PHONE, UNCLEAR) == Received(PHONE, verdict=Verdict.UNCLEAR)
        assert await waiting(ours) == []

    async def test_one_number_cannot_fill_the_list(self, ours: AccountDriver) -> None:
        """Beyond a limit its unclear replies are stored as messages, and wait for the same decision."""
        for _ in range(MAX_OPEN_REVIEWS + 3):
            await ours.receive(PHONE, UNCLEAR)
        assert len(await waiting(ours)) == MAX_OPEN_REVIEWS == await open_tally(ours)
        assert len(await ours.messages()) == MAX_OPEN_REVIEWS + 3
        await ours.receive(PHONE, "STOP")
        assert (await waiting(ours), await open_tally(ours)) == ([], 0)

    async def test_reviews_are_listed_in_pages(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """Oldest first, after a number, without decided ones and those of other accounts."""
        for n in range(5):
            await ours.receive(phone(n), UNCLEAR)
            await theirs.receive(phone(n), UNCLEAR)
        await ours.decide(2, opts_out=False)
        assert [each.review_id for each in await waiting(ours)] == [1, 3, 4, 5]
        assert [each.review_id for each in await waiting(ours, 1, 2)] == [3, 4]
        assert await waiting(ours, 5) == []

    async def test_a_review_is_overdue_after_its_deadline(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """Over all accounts; decided ones do not count."""
        await ours.receive(PHONE, UNCLEAR, at=START)
        await theirs.receive(PHONE, UNCLEAR, at=START + DAY)
        await theirs.receive(phone(1), UNCLEAR, at=START)
        await theirs.decide(2, opts_out=False)
        deadline = deadline_of(START)
        for at, late in ((deadline, 0), (deadline + 1, 1), (deadline + 9 * DAY, 2)):
            assert await ours.store.read(CountReviews(at)) == (2, late)

    async def test_an_account_may_take_unclear_for_an_opt_out(self, ours: AccountDriver) -> None:
        """At once, with the wording in the ledger; what is ordinary stays ordinary."""
        rules = ReplyRules(unclear_opts_out=True)
        await ours.create(PHONE)
        await ours.request_verification(PHONE)
        received = await ours.receive(PHONE, UNCLEAR, rules=rules)
        assert received == Received(PHONE, opted_out=True, verdict=Verdict.UNCLEAR)
        [entry] = await ours.store.read(ListConsentOf(ours.account_id, PHONE))
        assert (entry.source, entry.wording) == (ConsentSource.MESSAGE, UNCLEAR)
        assert await waiting(ours) == []
        assert (await ours.receive(phone(1), "yes", rules=rules)).opted_out is None

    async def test_an_account_may_add_words_that_opt_out(self, ours: AccountDriver) -> None:
        """As a whole message, however it is written; among other words they are unclear."""
        rules = ReplyRules(("Basta \u00e7a",))
        assert (await ours.receive(PHONE, "basta ca!", rules=rules)).opted_out is True
        assert (await ours.receive(phone(1), "basta ca!")).opted_out is None
        assert (await ours.receive(phone(2), "ok basta \u00e7a ok", rules=rules)).verdict is Verdict.UNCLEAR
