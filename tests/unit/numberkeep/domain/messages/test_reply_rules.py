"""What an account may set about replies."""

import pytest

from numberkeep.domain.errors import InvalidInput
from numberkeep.domain.limits import MAX_OPT_OUT_WORDS, MAX_TAG, MAX_TEXT
from numberkeep.domain.messages.reply import Verdict, verdict_of
from numberkeep.domain.messages.reply_rules import check_confirmation, checked_words


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (["Basta"], ("Basta",)),
        (["Basta", "BASTA!", "b\u00e1sta", " Basta "], ("Basta",)),
        ([""], ()),
        (["", " \t", "Genug jetzt"], ("Genug jetzt",)),
        (["\u9000\u8ba2", "\u0441\u0442\u043e\u043f"], ("\u9000\u8ba2", "\u0441\u0442\u043e\u043f")),
        ([f"word {n}" for n in range(MAX_OPT_OUT_WORDS)], tuple(f"word {n}" for n in range(MAX_OPT_OUT_WORDS))),
    ],
)
def test_words_are_kept_once_as_written(given: list[str], kept: tuple[str, ...]) -> None:
    """Blank ones are left out, and what compares equal is one word; each then opts out."""
    assert checked_words(given) == kept
    for word in kept:
        assert verdict_of(f"\u201c{word.upper()}\u201d", words=kept) is Verdict.OPT_OUT


@pytest.mark.parametrize(
    "words",
    [
        ["!"],
        ["\U0001f6d1"],
        ["x" * (MAX_TAG + 1)],
        ["Start"],
        ["un\u00adstop"],
        ["HELP!"],
        ["info"],
        [f"word {n}" for n in range(MAX_OPT_OUT_WORDS + 1)],
    ],
)
def test_a_word_that_cannot_opt_out_is_refused(words: list[str]) -> None:
    """Because nothing would match it, or because it means something else."""
    with pytest.raises(InvalidInput) as refused:
        checked_words(words)
    assert [error.field for error in refused.value.fields] == ["opt_out_words"]


@pytest.mark.parametrize(("text", "fits"), [("ok", True), ("x" * MAX_TEXT, True), (" ", False), ("x" * 1001, False)])
def test_a_confirmation_is_a_short_text(text: str, *, fits: bool) -> None:
    """Not blank, and as long as a verification message may be."""
    if fits:
        check_confirmation(text)
    else:
        with pytest.raises(InvalidInput, match="1 to 1000"):
            check_confirmation(text)
