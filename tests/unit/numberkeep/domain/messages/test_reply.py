"""What replies mean, in wordings that people and carriers use."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numberkeep.domain.messages.reply import HELP_WORDS, OPT_IN_WORDS, OPT_OUT_WORDS, Verdict, verdict_of

WORDINGS = Path(__file__).with_name("wordings.txt")


def _wordings() -> Iterator[tuple[str, Verdict]]:
    verdict = Verdict.ORDINARY
    for line in WORDINGS.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            verdict = Verdict(line.strip("[]"))
        elif line.startswith("|"):
            yield line[1:-1], verdict


@pytest.mark.parametrize(("wording", "verdict"), list(_wordings()))
def test_a_wording_means_what_its_writer_means(wording: str, verdict: Verdict) -> None:
    """Source: api-reference.md, "What a reply means"; the words of carriers in English, French and Spanish."""
    assert verdict_of(wording) is verdict


@pytest.mark.parametrize(
    "hidden", ["\u200b", "\u200d", "\u00ad", "\ufeff", "\u2060", "\ufe0f", "\u202e", "\u00a0", "\u3000"]
)
def test_what_cannot_be_seen_makes_no_difference(hidden: str) -> None:
    """Before, within and after a word; a space within it separates words, and so it is read as spelled out."""
    assert verdict_of(f"{hidden}stop{hidden}") is Verdict.OPT_OUT
    assert verdict_of(hidden.join("stop")) is Verdict.OPT_OUT


@pytest.mark.parametrize("text", ["STOP", "Stop.", "s\u200btop"])
@pytest.mark.parametrize("carrier", [None, *Verdict])
def test_no_carrier_overrules_an_opt_out(text: str, carrier: Verdict | None) -> None:
    """The person's own word wins over START and HELP."""
    assert verdict_of(text, carrier) is Verdict.OPT_OUT


def test_the_carrier_decides_what_the_text_leaves_open() -> None:
    """It knows keywords that numberkeep does not; a text that may refuse neither opts in nor verifies by its word."""
    for text in ("BAJA YA", "yes", "", "no", "help"):
        assert verdict_of(text, Verdict.OPT_OUT) is Verdict.OPT_OUT
    assert verdict_of("SUBSCRIBE", Verdict.OPT_IN) is Verdict.OPT_IN
    assert verdict_of("AYUDA", Verdict.HELP) is Verdict.HELP
    assert verdict_of("please stop", Verdict.OPT_IN) is Verdict.UNCLEAR


def test_an_account_adds_words() -> None:
    """In any spelling; within a longer message they are unclear."""
    words = ["Éteindre", "KEIN  SMS"]
    assert verdict_of("eteindre!", words=words) is Verdict.OPT_OUT
    assert verdict_of("Kein SMS.", words=words) is Verdict.OPT_OUT
    assert verdict_of("bitte kein SMS mehr", words=words) is Verdict.UNCLEAR
    assert verdict_of("eteindre!") is Verdict.ORDINARY


_around = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(word=st.sampled_from(sorted(OPT_OUT_WORDS)), before=_around, after=_around, capitals=st.booleans())
def test_no_reply_with_an_opt_out_word_counts_as_an_answer(
    word: str, before: str, after: str, *, capitals: bool
) -> None:
    """Whatever is around the word, the reply opts out or is unclear, and so verifies nobody."""
    text = f"{before} {word.upper() if capitals else word} {after}"
    assert verdict_of(text) in {Verdict.OPT_OUT, Verdict.UNCLEAR}


@given(st.text())
def test_any_text_has_a_meaning(text: str) -> None:
    """And only the words themselves opt out or in."""
    letters = {char for word in OPT_OUT_WORDS | OPT_IN_WORDS | HELP_WORDS for char in word}
    if not letters & set(text.casefold()) and text.isascii():
        assert verdict_of(text) in {Verdict.ORDINARY, Verdict.UNCLEAR}
    assert verdict_of(text) in set(Verdict)
