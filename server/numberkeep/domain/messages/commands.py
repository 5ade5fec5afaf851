"""The commands that store a received message, and apply what it means."""

from dataclasses import dataclass, field, replace

from numberkeep.domain.command import AccountCommand
from numberkeep.domain.consent.ledger import ConsentSource, Said
from numberkeep.domain.consent.review import Decision
from numberkeep.domain.event import EventType
from numberkeep.domain.messages.conclusion import Conclusion
from numberkeep.domain.messages.reply import Judgement, ReplyRules, Verdict, judge
from numberkeep.domain.stamp import Stamp
from numberkeep.domain.work.needs import Needs
from numberkeep.domain.work.unit import Work


@dataclass(slots=True, frozen=True)
class Received:
    """The effect of a message from a person.

    Attributes:
        phone: the sender's number, E.164, or a sender id.
        duplicate: whether it was received before, so that nothing was changed.
        verified: whether it answered a pending verification.
        opted_out: whether the sender has now opted out; None if the message says nothing about that.
        verdict: what the message means; None for a duplicate, and for a sender that is not a telephone number.
        review_id: the review in which an unclear message waits for a decision; 0 if it is in none.
    """

    phone: str
    duplicate: bool = False
    verified: bool = False
    opted_out: bool | None = None
    verdict: Verdict | None = None
    review_id: int = 0


@dataclass(slots=True)
class ReceiveMessage(AccountCommand[Received]):
    """Store a message that a person wrote. It may opt its sender out or in, and answer a verification.

    Attributes:
        account_id: the account that it was written to.
        phone: the sender's number, E.164.
        line: the number that it was written to; `""` if it is not known.
        content: the text.
        handle: the carrier's id of it, so that a repetition is recognised; `""` if it has none.
        stamp: see AccountCommand.
        carrier: the meaning that the carrier reports; None if it reports none.
        rules: how the account treats replies.
        media_url: the file that it carries; `""` for none.
        service: by which service it came; `""` if unknown.
        simulated: whether somebody else wrote it in the person's place. The ledger then says so.
        liftable: the ledger entry of the only opt-out that it may lift, 0 for none; None for any.
    """

    account_id: int
    phone: str
    line: str
    content: str
    handle: str
    stamp: Stamp
    carrier: Verdict | None = None
    rules: ReplyRules = field(default_factory=ReplyRules)
    media_url: str = ""
    service: str = ""
    simulated: bool = False
    liftable: int | None = None

    def want(self, needs: Needs) -> None:
        """Need the number with its verification, and whether the handle was received before."""
        needs.verifications[self.phone] = None
        if self.handle:
            needs.handles[self.handle] = None

    def apply(self, work: Work) -> Received:
        """Return what the message has changed."""
        if self.handle in work.outbox.handles:
            return Received(self.phone, duplicate=True)
        message = work.messages.receive(
            self.phone,
            self.line,
            self.content,
            self.handle,
            self.stamp,
            media_url=self.media_url,
            service=self.service,
        )
        judgement = judge(self.content, self.carrier, self.rules.opt_out_words)
        entries, asked = work.consent.last, work.verifications.get(self.phone)
        received = self._conclude(work, judgement)
        work.messages.conclude(
            Conclusion(
                message.message_id,
                judgement.verdict,
                judgement.ground,
                work.consent.last if work.consent.last > entries else 0,
                asked.verification_id if asked is not None and received.verified else 0,
                received.review_id,
                self.simulated,
            )
        )
        return received

    def _conclude(self, work: Work, judgement: Judgement) -> Received:
        verdict = judgement.verdict
        if verdict is Verdict.OPT_OUT or (verdict is Verdict.UNCLEAR and self.rules.unclear_opts_out):
            self._opt_out(work)
            return Received(self.phone, opted_out=True, verdict=verdict)
        match verdict:
            case Verdict.UNCLEAR:
                review = work.open_review(self.phone, self.content, self.stamp)
                return Received(self.phone, verdict=verdict, review_id=review.review_id if review else 0)
            case Verdict.OPT_IN if self._may_opt_in(work):
                work.set_opt_out(self.phone, self._said, self.stamp, opted_out=False)
                if self.liftable is None:
                    work.close_reviews(self.phone, Decision.OPT_IN, self.stamp)
                return Received(self.phone, verified=self._verify(work), opted_out=False, verdict=verdict)
            case Verdict.ORDINARY:
                return Received(self.phone, verified=self._verify(work), verdict=verdict)
            case _:
                return Received(self.phone, verdict=verdict)

    def _may_opt_in(self, work: Work) -> bool:
        opt_out = work.consent.opt_outs.get(self.phone)
        return opt_out is None or self.liftable is None or opt_out.entry_id == self.liftable > 0

    @property
    def _said(self) -> Said:
        return Said(ConsentSource.SIMULATED if self.simulated else ConsentSource.MESSAGE, self.content)

    def _opt_out(self, work: Work) -> None:
        """Opt the sender out, and confirm it, unless the carrier reported the opt-out and so confirms it itself."""
        is_new = work.set_opt_out(self.phone, self._said, self.stamp, opted_out=True)
        if is_new and self.rules.confirmation and self.carrier is not Verdict.OPT_OUT:
            work.confirm_opt_out(self.phone, self.line, self.rules.confirmation, self.stamp)

    def _verify(self, work: Work) -> bool:
        pending = work.pending_verification(self.phone, self.stamp.at)
        contact = work.contacts.get(self.phone)
        if pending is None or contact is None:
            return False
        work.close_verification(pending, EventType.VERIFICATION_APPROVED, self.stamp)
        work.put(replace(contact, verified=True), self.stamp)
        return True


@dataclass(slots=True)
class KeepMessage(AccountCommand[Received]):
    """Store a message whose sender is not a telephone number. It changes nothing else, whatever it says.

    `sender` is a sender id, see domain.messages.sender; the other attributes are those of ReceiveMessage.
    """

    account_id: int
    sender: str
    line: str
    content: str
    handle: str
    stamp: Stamp
    media_url: str = ""
    service: str = ""

    def want(self, needs: Needs) -> None:
        """Need the last event about the sender, and whether the handle was received before."""
        needs.phones[self.sender] = None
        if self.handle:
            needs.handles[self.handle] = None

    def apply(self, work: Work) -> Received:
        """Return whether it is a duplicate."""
        duplicate = self.handle in work.outbox.handles
        if not duplicate:
            work.messages.receive(
                self.sender,
                self.line,
                self.content,
                self.handle,
                self.stamp,
                media_url=self.media_url,
                service=self.service,
            )
        return Received(self.sender, duplicate=duplicate)
