"""The form in which texts are compared when people search: without case and accents, and mostly in Latin letters.

Letters of most scripts become ASCII, so that `lukasz` finds Łukasz, `strasse` Straße and `ivan` Иван. Chinese, Japanese
and Korean stay as they are: different characters would become the same syllable. A part of a text becomes a part of the
folded text.
"""

import re
from typing import Final
from unicodedata import category, combining, normalize

_KEPT: Final = (
    "\u1100-\u11ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U0001aff0-\U0001b16f\U00020000-\U0003ffff"
)
"""Characters of Chinese, Japanese and Korean, as in a pattern."""
_others = re.compile(f"[^\0-\x7f{_KEPT}]+")

_MOST_REMEMBERED: Final = 20_000
"""Characters that are looked up once; living scripts apart from _KEPT have less."""


class _Characters(dict[int, str]):
    """What each character becomes, as `str.translate` takes it."""

    def __missing__(self, code: int) -> str:
        folded = _folded_character(chr(code))
        if len(self) < _MOST_REMEMBERED:
            self[code] = folded
        return folded


def fold(text: str) -> str:
    """Return the text in the form in which it is compared; `""` if nothing of it can be seen."""
    if text.isascii():
        return text.lower()
    # Decomposed first, so that each accent is a character of its own, which goes.
    folded = _others.sub(_translated, normalize("NFKD", text.casefold()))
    return folded.lower() if folded.isascii() else normalize("NFC", folded).casefold()


def _translated(match: re.Match[str]) -> str:
    return match[0].translate(_characters)


def _folded_character(character: str) -> str:
    if _is_accent(character) or category(character) == "Cf":
        return ""
    kind = category(character)[0]
    if kind in "SZC":  # the names of emoji are no words of a person
        return character
    from anyascii import anyascii  # noqa: PLC0415 - its tables load slowly, and most texts need none

    unknown = "" if kind == "M" else character  # marks that are no accents choose between the forms of a character
    return anyascii(character) or unknown


def _is_accent(character: str) -> bool:
    """Return whether a mark is an accent, or a vowel point of Hebrew, Arabic or Syriac; those of India are letters."""
    return 10 <= combining(character) <= 36 or combining(character) >= 200  # noqa: PLR2004 - Unicode's classes


_characters: Final = _Characters()
