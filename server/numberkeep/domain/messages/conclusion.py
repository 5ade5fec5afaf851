"""What was concluded from a message that a person wrote, and what followed from it."""

from dataclasses import dataclass

from numberkeep.domain.messages.reply import Ground, Verdict


@dataclass(slots=True, frozen=True)
class Conclusion:
    """What a received message means, why, and what it changed.

    Attributes:
        message_id: the message.
        verdict: what it means.
        ground: why it means that.
        entry_id: the ledger entry of the opt-out or opt-in that it caused; 0 for none.
        verification_id: the verification that it answered; 0 for none.
        review_id: the review in which it waits for a decision; 0 for none.
        simulated: whether the console wrote it in the person's place.
    """

    message_id: int
    verdict: Verdict
    ground: Ground
    entry_id: int = 0
    verification_id: int = 0
    review_id: int = 0
    simulated: bool = False
