"""The message that confirms an opt-out: once, soon, or not at all (47 CFR 64.1200(a)(12))."""

import pytest

from numberkeep.domain.messages.reply import ReplyRules, Verdict
from numberkeep.domain.outbox.commands import CONFIRMED_WITHIN
from numberkeep.domain.outbox.delivery import PendingMessage, Undelivered
from numberkeep.store.queries import GetBacklog
from support.store import DEAD, MINUTE, PHONE, SECOND, START, AccountDriver, phone

RULES = ReplyRules(unclear_opts_out=True, confirmation="You are opted out.")
LINE = "+14155550100"


async def taken(account: AccountDriver, at: int) -> list[str]:
    """Return the texts of the messages that may be sent at a time."""
    return [each.message.content for each in await account.take(at=at) if isinstance(each, PendingMessage)]


class ConfirmingContract:
    """ReceiveMessage with a text that confirms, and what becomes of that message."""

    @pytest.mark.parametrize("wording", ["STOP", "please stop texting me"])
    async def test_an_opt_out_is_confirmed(self, ours: AccountDriver, wording: str) -> None:
        """From the line that the person wrote to, contact or not; a repeated opt-out is not confirmed again."""
        await ours.receive(PHONE, wording, line=LINE, at=START, rules=RULES)
        await ours.receive(PHONE, wording, line=LINE, at=START + 1, rules=RULES)
        [pending] = await ours.take(at=START + SECOND)
        assert isinstance(pending, PendingMessage)
        message = pending.message
        assert (message.phone, message.line, message.content, message.entry_id) == (
            PHONE,
            LINE,
            "You are opted out.",
            1,
        )
        await ours.settle(pending)
        assert await ours.statuses() == ["received", "sent", "received"]
        assert await taken(ours, START + MINUTE) == []

    async def test_without_a_text_nothing_is_sent(self, ours: AccountDriver) -> None:
        """Which is the default."""
        await ours.receive(PHONE, "STOP")
        assert await ours.statuses() == ["received"]

    @pytest.mark.parametrize("how", ["carrier", "api", "review", "start"])
    async def test_only_the_persons_own_words_are_confirmed(self, ours: AccountDriver, how: str) -> None:
        """A carrier that reports the opt-out answers it itself; a program's or an operator's decision is no request."""
        match how:
            case "carrier":
                await ours.receive(PHONE, "STOP", rules=RULES, carrier=Verdict.OPT_OUT)
            case "api":
                await ours.opt_out(PHONE)
            case "review":
                await ours.receive(PHONE, "no")
                await ours.decide(1, opts_out=True)
            case _:
                await ours.opt_out(PHONE)
                await ours.receive(PHONE, "START", rules=RULES)
        assert "queued" not in await ours.statuses()

    @pytest.mark.parametrize(("waited", "sent"), [(CONFIRMED_WITHIN - 1, True), (CONFIRMED_WITHIN, False)])
    async def test_a_late_confirmation_is_not_sent(self, ours: AccountDriver, waited: int, *, sent: bool) -> None:
        """It is canceled, with the reason."""
        await ours.receive(PHONE, "STOP", at=START, rules=RULES)
        assert len(await taken(ours, START + waited)) == sent
        [message, _] = await ours.messages()
        assert (message.status == "canceled") is not sent
        assert ("too late" in message.error) is not sent

    @pytest.mark.parametrize("outcome", [DEAD, Undelivered("busy", START + SECOND)])
    async def test_a_failed_confirmation_is_neither_retried_nor_replayed(
        self, ours: AccountDriver, outcome: Undelivered
    ) -> None:
        """The attempt may have reached the person, who gets at most one."""
        await ours.receive(PHONE, "STOP", at=START, rules=RULES)
        [pending] = await ours.take(at=START)
        await ours.settle(pending, outcome, at=START)
        assert await ours.statuses() == ["received", "failed"]
        assert await ours.replay(at=START + SECOND) == 0
        assert await taken(ours, START + 2 * SECOND) == []
        assert (await ours.store.read(GetBacklog())).dead == 0

    async def test_an_attempt_without_an_outcome_is_not_repeated(self, ours: AccountDriver) -> None:
        """As after a crash of the process that made it."""
        await ours.receive(PHONE, "STOP", at=START, rules=RULES)
        assert len(await ours.take(at=START, lease=SECOND)) == 1
        assert await taken(ours, START + 2 * SECOND) == []
        assert await ours.statuses() == ["received", "canceled"]
        assert "may have sent it" in (await ours.messages())[0].error

    async def test_who_opts_in_again_gets_no_confirmation(self, ours: AccountDriver) -> None:
        """Not of the opt-out before; a new opt-out is confirmed."""
        await ours.receive(PHONE, "STOP", at=START, rules=RULES)
        await ours.receive(PHONE, "START", at=START + 1, rules=RULES)
        await ours.receive(PHONE, "STOP", at=START + 2, rules=RULES)
        assert await taken(ours, START + 3) == []
        assert await taken(ours, START + 3) == ["You are opted out."]
        assert await ours.statuses() == ["received", "canceled", "received", "received", "queued"]

    async def test_it_does_not_disturb_verifications(self, ours: AccountDriver) -> None:
        """The opt-out cancels the message that asks, and not the one that confirms."""
        await ours.create(PHONE)
        await ours.create(phone(1))
        await ours.request_verification(PHONE, at=START)
        await ours.request_verification(phone(1), at=START)
        await ours.receive(PHONE, "STOP", at=START + 1, rules=RULES)
        await ours.delete(PHONE, at=START + 2)
        assert sorted(await taken(ours, START + 3)) == ["Please reply.", "You are opted out."]
