"""What was concluded from a reply, in words."""

from typing import Any

import pytest

from numberkeep.console.concluded import Concluded, concluded
from numberkeep.domain.messages.reply import Ground, Verdict
from numberkeep.wire.conversations import ConclusionOut

NO_REVIEW = "No review was opened: the number is opted out, or has enough open ones."
NOT_LIFTED = "which a simulated reply does not lift"


def out(meaning: str, reason: str, **given: Any) -> ConclusionOut:
    """Return a conclusion from which nothing followed, apart from what is given."""
    values: dict[str, Any] = dict.fromkeys(("consent_entry", "verification", "review", "decision"))
    return ConclusionOut(meaning, reason, **{**values, "simulated": False, **given})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("conclusion", "text"),
    [
        (out("opt_out", "word", consent_entry=1), "Opted out: the whole message is an opt-out word."),
        (out("opt_out", "word"), "Opted out before: the whole message is an opt-out word."),
        (out("opt_out", "carrier", consent_entry=1), "Opted out: the carrier says so."),
        (
            out("unclear", "first_word", review=1, decision="open"),
            "Unclear: it begins with a word that may refuse. It waits for a decision.",
        ),
        (
            out("unclear", "contains_word", review=1, decision="keep"),
            "Unclear: it contains an opt-out word, and more. Decided: it changes nothing.",
        ),
        (
            out("unclear", "contains_refusal", review=1, decision="opt_out"),
            "Unclear: it contains words that may refuse. Since then the number was opted out.",
        ),
        (
            out("unclear", "contains_refusal", review=1, decision="opt_in"),
            "Unclear: it contains words that may refuse. Since then the person opted in.",
        ),
        (
            out("unclear", "first_word", consent_entry=1),
            "Opted out: it begins with a word that may refuse, and in this account unclear replies opt out.",
        ),
        (
            out("unclear", "first_word"),
            f"Unclear: it begins with a word that may refuse. {NO_REVIEW}",
        ),
        (out("opt_in", "word", consent_entry=2), "Opted in: the whole message is an opt-in word."),
        (out("opt_in", "word", verification=2), "Opted in and verified: the whole message is an opt-in word."),
        (out("opt_in", "word"), "Changes nothing: the number was not opted out."),
        (
            out("opt_in", "word", simulated=True),
            f"Changes nothing: the number was not opted out, or its opt-out is a real one, {NOT_LIFTED}.",
        ),
        (out("help", "word"), "Changes nothing: the whole message is a help word."),
        (out("ordinary", "nothing", verification=1), "Verified: it answers the verification question."),
        (out("ordinary", "nothing"), "Changes nothing: no verification question was waiting."),
    ],
)
def test_a_conclusion_is_a_sentence(conclusion: ConclusionOut, text: str) -> None:
    """It says what followed, and why."""
    assert concluded(conclusion).text == text


@pytest.mark.parametrize("meaning", [each.value for each in Verdict])
@pytest.mark.parametrize("reason", [each.value for each in Ground])
def test_every_conclusion_has_words(meaning: str, reason: str) -> None:
    """Also those that do not happen today."""
    assert concluded(out(meaning, reason)).text.endswith(".")


def test_only_an_open_review_can_be_decided() -> None:
    """It is in the color of what waits."""
    assert concluded(out("unclear", "first_word", review=7, decision="open")) == Concluded(
        "wait", "warn", "Unclear: it begins with a word that may refuse. It waits for a decision.", 7
    )
    assert concluded(out("unclear", "first_word", review=7, decision="keep")).review is None
