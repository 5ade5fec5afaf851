"""Checks an account's settings for replies."""

from collections.abc import Sequence
from typing import Final

from numberkeep.domain.errors import FieldError, InvalidInput
from numberkeep.domain.limits import MAX_OPT_OUT_WORDS, MAX_TAG, MAX_TEXT
from numberkeep.domain.messages.reply import HELP_WORDS, OPT_IN_WORDS, fold

_TAKEN: Final = OPT_IN_WORDS | HELP_WORDS


def checked_words(words: Sequence[str]) -> tuple[str, ...]:
    """Return opt-out words as an account stores them: without blank words, and each word once.

    Raises:
        InvalidInput: a word has no letter or digit, is too long, opts in, or asks for help; or there are too many.
    """
    kept: dict[str, str] = {}
    for word in filter(None, map(str.strip, words)):
        folded = " ".join(fold(word))
        if not folded or len(word) > MAX_TAG:
            raise _refused(f"{word[:MAX_TAG]!r} must have a letter or a digit, and at most {MAX_TAG} characters")
        if folded in _TAKEN:
            raise _refused(f"{word!r} opts in or asks for help: choose another word")
        kept.setdefault(folded, word)
    if len(kept) > MAX_OPT_OUT_WORDS:
        raise _refused(f"there are more than {MAX_OPT_OUT_WORDS}: leave some out")
    return tuple(kept.values())


def check_confirmation(text: str) -> None:
    """Check that a text can confirm an opt-out.

    Raises:
        InvalidInput: it is blank or too long.
    """
    if not text.strip() or len(text) > MAX_TEXT:
        message = f"must have 1 to {MAX_TEXT} characters"
        raise InvalidInput(f"the opt-out text {message}", [FieldError("opt_out_text", message)])


def _refused(message: str) -> InvalidInput:
    return InvalidInput(f"the opt-out words cannot be used: {message}", [FieldError("opt_out_words", message)])
