"""What a person's message means for consent and for a verification. Source: api-reference.md, "What a reply means"."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from typing import Final


class Verdict(StrEnum):
    """What a message means."""

    OPT_OUT = "opt_out"
    """Its writer wants no more messages."""
    OPT_IN = "opt_in"
    """Its writer wants messages again; it also answers a verification."""
    HELP = "help"
    """Its writer asks for help: it changes nothing."""
    UNCLEAR = "unclear"
    """It may be a refusal: it changes nothing until a person decides."""
    ORDINARY = "ordinary"
    """Anything else: it answers a verification."""


@dataclass(slots=True, frozen=True)
class ReplyRules:
    """How an account treats replies.

    Attributes:
        opt_out_words: what opts out beside OPT_OUT_WORDS, if it is the whole message.
        unclear_opts_out: whether an unclear reply opts out at once, instead of waiting for a decision.
        confirmation: the text that confirms an opt-out to the person who wrote it; `""` sends none.
    """

    opt_out_words: tuple[str, ...] = ()
    unclear_opts_out: bool = False
    confirmation: str = ""


OPT_OUT_WORDS: Final = frozenset(
    {
        "stop",
        "stopall",
        "stop all",
        "quit",
        "end",
        "revoke",
        "opt out",
        "optout",
        "cancel",
        "unsubscribe",
        "remove",
        "arret",
        "baja",
        "alto",
    }
)
"""What opts out if it is the whole message, folded."""

OPT_IN_WORDS: Final = frozenset({"start", "unstop"})
HELP_WORDS: Final = frozenset({"help", "info"})

_words = re.compile(r"[^\W_]+").findall
_VARIATION_SELECTORS: Final = frozenset(chr(code) for code in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))


def verdict_of(content: str, carrier: Verdict | None = None, words: Collection[str] = ()) -> Verdict:
    """Return what a message means.

    Args:
        content: the whole text.
        carrier: what the carrier says that it means; None if it says nothing. It decides unless the text refuses.
        words: what opts out beside OPT_OUT_WORDS, as an account adds it.
    """
    tokens = fold(content)
    whole = " ".join(tokens)
    opt_outs = OPT_OUT_WORDS | {" ".join(fold(word)) for word in words}
    if carrier is Verdict.OPT_OUT or whole in opt_outs:
        return Verdict.OPT_OUT
    if _may_refuse(tokens, opt_outs):
        return Verdict.UNCLEAR
    if carrier is not None:
        return carrier
    if whole in OPT_IN_WORDS:
        return Verdict.OPT_IN
    return Verdict.HELP if whole in HELP_WORDS else Verdict.ORDINARY


def fold(text: str) -> list[str]:
    """Return the words of a text in the form in which they are compared.

    Compatibility forms, accents, case and invisible characters make no difference; whatever is neither a letter nor a
    digit separates words, and so is gone from both ends. Letters that stand alone in a row make one word: `S.T.O.P`.
    """
    visible = "".join(
        char
        for char in unicodedata.normalize("NFKC", text)
        if unicodedata.category(char) != "Cf" and char not in _VARIATION_SELECTORS
    )
    decomposed = unicodedata.normalize("NFKD", visible.casefold())
    tokens = _words("".join(char for char in decomposed if not unicodedata.combining(char)))
    return ["".join(tokens)] if len(tokens) > 1 and all(len(token) == 1 for token in tokens) else tokens


def _may_refuse(tokens: Sequence[str], opt_outs: Collection[str]) -> bool:
    if not tokens:
        return False
    spaced = f" {' '.join(tokens)} "
    return (
        tokens[0] in _FIRST_WORDS
        or any(f" {phrase} " in spaced for phrase in opt_outs)
        or _refuses_anywhere(spaced) is not None
    )


def _refusals() -> tuple[frozenset[str], re.Pattern[str]]:
    """Return the words of refusals.txt that refuse at the beginning, and what matches those that refuse anywhere."""
    text = resources.files("numberkeep.domain.messages").joinpath("refusals.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    start = lines.index("[anywhere]")
    phrases = "|".join(line.replace("*", "[^ ]*") for line in lines[start + 1 :])
    return frozenset(lines[1:start]), re.compile(f" (?:{phrases}) ")


_FIRST_WORDS, _REFUSES_ANYWHERE = _refusals()
_refuses_anywhere: Final = _REFUSES_ANYWHERE.search
