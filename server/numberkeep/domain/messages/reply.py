"""What a person's message means for consent and for a verification. Source: api-reference.md, "What a reply means"."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from typing import Final


class Verdict(StrEnum):
    """The meaning of a message."""

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


class Ground(StrEnum):
    """Why a message means what it means. The names are stored."""

    CARRIER = "carrier"
    """The carrier says so."""
    WORD = "word"
    """The whole message is a word, or words, with this meaning."""
    FIRST_WORD = "first_word"
    """It begins with a word that may refuse."""
    CONTAINS_WORD = "contains_word"
    """It contains an opt-out word, and more."""
    CONTAINS_REFUSAL = "contains_refusal"
    """It contains words that may refuse."""
    NOTHING = "nothing"
    """It has no words with a meaning of their own."""


@dataclass(slots=True, frozen=True)
class Judgement:
    """What a message means, and why."""

    verdict: Verdict
    ground: Ground


@dataclass(slots=True, frozen=True)
class ReplyRules:
    """How an account treats replies.

    Attributes:
        opt_out_words: further words that opt out, beside OPT_OUT_WORDS, if they are the whole message.
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
"""The words that opt out if they are the whole message, folded."""

OPT_IN_WORDS: Final = frozenset({"start", "unstop"})
HELP_WORDS: Final = frozenset({"help", "info"})

_words = re.compile(r"[^\W_]+").findall
_VARIATION_SELECTORS: Final = frozenset(chr(code) for code in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))


def verdict_of(content: str, carrier: Verdict | None = None, words: Collection[str] = ()) -> Verdict:
    """Return what a message means; the arguments are those of `judge`."""
    return judge(content, carrier, words).verdict


def judge(content: str, carrier: Verdict | None = None, words: Collection[str] = ()) -> Judgement:
    """Return what a message means, and why.

    Args:
        content: the whole text.
        carrier: the meaning that the carrier reports; None if it reports none. It decides, unless the text refuses.
        words: the opt-out words that an account has added to OPT_OUT_WORDS.
    """
    tokens = fold(content)
    whole = " ".join(tokens)
    opt_outs = OPT_OUT_WORDS | {" ".join(fold(word)) for word in words}
    if whole in opt_outs:
        return Judgement(Verdict.OPT_OUT, Ground.WORD)
    if carrier is Verdict.OPT_OUT:
        return Judgement(Verdict.OPT_OUT, Ground.CARRIER)
    refusal = _refusal(tokens, opt_outs)
    if refusal is not None:
        return Judgement(Verdict.UNCLEAR, refusal)
    if carrier is not None:
        return Judgement(carrier, Ground.CARRIER)
    if whole in OPT_IN_WORDS:
        return Judgement(Verdict.OPT_IN, Ground.WORD)
    return Judgement(Verdict.HELP, Ground.WORD) if whole in HELP_WORDS else Judgement(Verdict.ORDINARY, Ground.NOTHING)


def fold(text: str) -> list[str]:
    """Return the words of a text in the form in which they are compared.

    Compatibility forms, accents, case and invisible characters make no difference. Characters that are neither letters
    nor digits separate words. A text of single letters is one word: `S.T.O.P`.
    """
    visible = "".join(
        char
        for char in unicodedata.normalize("NFKC", text)
        if unicodedata.category(char) != "Cf" and char not in _VARIATION_SELECTORS
    )
    decomposed = unicodedata.normalize("NFKD", visible.casefold())
    tokens = _words("".join(char for char in decomposed if not unicodedata.combining(char)))
    return ["".join(tokens)] if len(tokens) > 1 and all(len(token) == 1 for token in tokens) else tokens


def _refusal(tokens: Sequence[str], opt_outs: Collection[str]) -> Ground | None:
    """Return why a message may refuse; None if it does not."""
    if not tokens:
        return None
    spaced = f" {' '.join(tokens)} "
    if any(f" {phrase} " in spaced for phrase in opt_outs):
        return Ground.CONTAINS_WORD
    if tokens[0] in _FIRST_WORDS:
        return Ground.FIRST_WORD
    return None if _refuses_anywhere(spaced) is None else Ground.CONTAINS_REFUSAL


def _refusals() -> tuple[frozenset[str], re.Pattern[str]]:
    """Return the first words that refuse, and the pattern of phrases that refuse anywhere, from refusals.txt."""
    text = resources.files("numberkeep.domain.messages").joinpath("refusals.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    start = lines.index("[anywhere]")
    phrases = "|".join(line.replace("*", "[^ ]*") for line in lines[start + 1 :])
    return frozenset(lines[1:start]), re.compile(f" (?:{phrases}) ")


_FIRST_WORDS, _REFUSES_ANYWHERE = _refusals()
_refuses_anywhere: Final = _REFUSES_ANYWHERE.search
