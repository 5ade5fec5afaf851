"""How people write phone numbers: what in a text belongs to the number, and how a text is shown to its writer."""

import re
import unicodedata
from typing import Final, NamedTuple

from numberkeep.domain.limits import MAX_PHONE_INPUT

_VARIATION_SELECTORS: Final = "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
_selectors = re.compile(f"[{_VARIATION_SELECTORS}]")

# The dashes that Unicode does not call dashes: hyphen bullet, minus sign, prolonged sound mark.
_DASHES: Final = "\u2043\u2212\u30fc"

_plain = re.compile(r"[0-9+()./\s-]+", re.ASCII).fullmatch
_scheme = re.compile(r"(?:tel|sms|whatsapp|rcs):", re.IGNORECASE).match
_separators = re.compile(r"[()./\s-]+", re.ASCII)
_digits = re.compile(r"(\+*)([0-9]+)").fullmatch


class Spelling(NamedTuple):
    """A number without its separators.

    Attributes:
        plus: it is written with `+`, so it begins with a country code.
        digits: its digits, in ASCII.
    """

    plus: bool
    digits: str


def read_spelling(text: str) -> Spelling | None:
    """Return the number that `text` is, or None if it is more or something other than one number.

    Letters, extensions and parameters make it something other: without them, it would be another number.
    """
    text = text.strip()
    if not _plain(text):
        text = _folded(text)
    if len(text) > MAX_PHONE_INPUT:
        return None
    match = _digits(_separators.sub("", text))
    return match and Spelling(bool(match[1]), match[2])


def visible(text: str) -> str:
    """Return `text` in quotes, with a name for each character that cannot be seen: `"<U+200B>415"`."""
    shown = "".join(map(_visible, text[:MAX_PHONE_INPUT]))
    return f'"{shown}{"…" if len(text) > MAX_PHONE_INPUT else ""}"'


def _folded(text: str) -> str:
    """Return `text` in ASCII digits, separators and `+`, without what cannot be seen and without its URI scheme."""
    seen = [character for character in text if not _is_invisible(character)]
    if any(unicodedata.category(character) == "No" for character in seen):
        return "?"  # a superscript or circled digit is a note about a number and not a part of it
    folded = "".join(map(_folded_character, unicodedata.normalize("NFKC", "".join(seen)))).strip()
    scheme = _scheme(folded)
    return folded[scheme.end() :] if scheme else folded


def _folded_character(character: str) -> str:
    if character.isascii():
        return character
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if character.isspace():
        return " "
    return "-" if unicodedata.category(character) == "Pd" or character in _DASHES else character


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) == "Cf" or _selectors.match(character) is not None


def _visible(character: str) -> str:
    if character == " " or (character.isprintable() and not _is_invisible(character)):
        return character
    return f"<U+{ord(character):04X}>"
