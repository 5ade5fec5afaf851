"""What was concluded from a reply, in words."""

from dataclasses import dataclass
from typing import Final

from numberkeep.wire.conversations import ConclusionOut

_WORDS: Final = {
    "carrier": "the carrier says so",
    "word": "the whole message is {word}",
    "first_word": "it begins with a word that may refuse",
    "contains_word": "it contains an opt-out word, and more",
    "contains_refusal": "it contains words that may refuse",
    "nothing": "it has no word with a meaning of its own",
}
_KINDS: Final = {"opt_out": "an opt-out word", "opt_in": "an opt-in word", "help": "a help word"}
_DECISIONS: Final = {
    "open": "It waits for a decision.",
    "keep": "Decided: it changes nothing.",
    "opt_out": "Since then the number was opted out.",
    "opt_in": "Since then the person opted in.",
}


@dataclass(slots=True, frozen=True)
class Concluded:
    """A conclusion, as a page shows it.

    Attributes:
        tone: `ok`, `out`, `wait` or `""`: the class of its color.
        icon: the name of its icon.
        text: a sentence or two.
        review: the review that waits for a decision; None for none.
    """

    tone: str
    icon: str
    text: str
    review: int | None = None


def concluded(conclusion: ConclusionOut) -> Concluded:
    """Return what was concluded from a reply."""
    why = _WORDS[conclusion.reason].format(word=_KINDS.get(conclusion.meaning, ""))
    match conclusion.meaning:
        case "opt_out":
            lead = "Opted out" if conclusion.consent_entry else "Opted out before"
            return Concluded("out", "out", f"{lead}: {why}.")
        case "unclear":
            return _unclear(conclusion, why)
        case "opt_in":
            return _opt_in(conclusion, why)
        case "help":
            return Concluded("", "review", f"Changes nothing: {why}.")
        case _ if conclusion.verification:
            return Concluded("ok", "ok", "Verified: it answers the verification question.")
        case _:
            return Concluded("", "inbox", "Changes nothing: no verification question was waiting.")


def _unclear(conclusion: ConclusionOut, why: str) -> Concluded:
    if conclusion.consent_entry:
        return Concluded("out", "out", f"Opted out: {why}, and in this account unclear replies opt out.")
    if conclusion.review is None:
        rest = "No review was opened: the number is opted out, or has enough open ones."
        return Concluded("wait", "warn", f"Unclear: {why}. {rest}")
    is_open = conclusion.decision == "open"
    text = f"Unclear: {why}. {_DECISIONS[conclusion.decision or 'open']}"
    return Concluded("wait" if is_open else "", "warn", text, conclusion.review if is_open else None)


def _opt_in(conclusion: ConclusionOut, why: str) -> Concluded:
    verified = " and verified" if conclusion.verification else ""
    if conclusion.consent_entry or conclusion.verification:
        return Concluded("ok", "ok", f"Opted in{verified}: {why}.")
    if conclusion.simulated:
        rest = "or its opt-out is a real one, which a simulated reply does not lift"
        return Concluded("", "inbox", f"Changes nothing: the number was not opted out, {rest}.")
    return Concluded("", "inbox", "Changes nothing: the number was not opted out.")
