"""The form in which texts are compared when people search: without case and accents, and mostly in Latin letters.

Letters of most scripts become ASCII, so that `lukasz` finds Łukasz, `strasse` Straße and `ivan` Иван. Chinese, Japanese
and Korean stay as they are: different characters would become the same syllable. A part of a text becomes a part of the
folded text.
"""

from typing import Final
from unicodedata import category, combining, normalize

from anyascii import anyascii

_KEPT: Final = (
    range(0x1100, 0x1200),  # Hangul jamo
    range(0x2E80, 0xA000),  # radicals, kana, Hangul jamo again, unified ideographs
    range(0xA960, 0xA980),
    range(0xAC00, 0xD800),  # Hangul
    range(0xF900, 0xFB00),
    range(0x1AFF0, 0x1B170),  # older kana
    range(0x20000, 0x40000),
)
"""Characters of Chinese, Japanese and Korean."""

_MOST_CACHED: Final = 0x2E80
"""Characters from here on are rare, apart from those in _KEPT, and too many to remember."""


class _Characters(dict[int, str]):
    """What each character becomes, as `str.translate` takes it."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        folded = _folded_character(character)
        if code < _MOST_CACHED:
            self[code] = folded
        return folded


def fold(text: str) -> str:
    """Return the text in the form in which it is compared; `""` if nothing of it can be seen."""
    if text.isascii():
        return text.lower()
    # Decomposed first, so that each accent is a character of its own, which goes.
    folded = normalize("NFKD", text.casefold()).translate(_characters)
    return folded.lower() if folded.isascii() else normalize("NFC", folded).casefold()


def _folded_character(character: str) -> str:
    code = ord(character)
    if code < 0x80 or any(code in kept for kept in _KEPT):  # noqa: PLR2004 - ASCII
        return character
    if _is_accent(character) or category(character) == "Cf":
        return ""
    kind = category(character)[0]
    if kind in "SZC":  # the names of emoji are no words of a person
        return character
    unknown = "" if kind == "M" else character  # marks that are no accents choose between the forms of a character
    return anyascii(character) or unknown


def _is_accent(character: str) -> bool:
    """Return whether a mark is an accent, or a vowel point of Hebrew, Arabic or Syriac; those of India are letters."""
    return 10 <= combining(character) <= 36 or combining(character) >= 200  # noqa: PLR2004 - Unicode's classes


_characters: Final = _Characters()
