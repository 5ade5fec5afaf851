"""Replaces the letters and digits of texts, driven by a key: the same text and key always have the same result."""

import unicodedata
from collections.abc import Iterator
from hashlib import shake_256
from itertools import count
from string import ascii_lowercase, ascii_uppercase, digits, hexdigits
from typing import Final

_BLOCK: Final = 512
_MIN_HEX: Final = 8
_UPPER: Final = "ÀÉÎÖŠŽ"
_LOWER: Final = "àéîöšž"
_CASELESS: Final = "上下中大小山川口"
_SYMBOL: Final = "★"
_NUMERIC: Final = "²"
_MARK: Final = "\u0334"
"""A mark that no normalization joins with the letter before it. In many scripts marks are vowels."""
_HEX_LOWER: Final = "0123456789abcdef"
_HEX_UPPER: Final = "0123456789ABCDEF"


def choices(key: bytes, text: str, attempt: int = 0) -> Iterator[int]:
    """Yield random numbers below 65,536 without end that only the key, the text and the attempt determine."""
    seed = key + attempt.to_bytes(4) + text.encode("utf-8", "surrogatepass")
    for block in count():
        made = shake_256(block.to_bytes(4) + seed).digest(2 * _BLOCK)
        yield from (int.from_bytes(made[place : place + 2]) for place in range(0, 2 * _BLOCK, 2))


def scrambled(text: str, random: Iterator[int]) -> str:
    """Return a text of the same length and form in which other letters, digits and symbols stand.

    White space and punctuation stay. What consists of hexadecimal digits and dashes, like most
    ids, stays hexadecimal.
    """
    if len(text) >= _MIN_HEX and not set(text) - set(hexdigits) - {"-"} and set(text) & set(digits):
        alphabet = _HEX_UPPER if set(text) & set("ABCDEF") else _HEX_LOWER
        return "".join(each if each == "-" else _one_of(alphabet, random) for each in text)
    return "".join(_replaced(each, random) for each in text)


def scrambled_digits(text: str, random: Iterator[int]) -> str:
    """Return a text with other digits; the first one is never 0."""
    made = []
    is_first = True
    for each in text:
        if each in digits:
            made.append(_one_of(digits[1:] if is_first else digits, random))
            is_first = False
        else:
            made.append(each)
    return "".join(made)


def _replaced(character: str, random: Iterator[int]) -> str:
    if character.isascii():
        for alphabet in (ascii_lowercase, ascii_uppercase, digits):
            if character in alphabet:
                return _one_of(alphabet, random)
        return character
    category = unicodedata.category(character)
    match category[0]:
        case "L":
            return _one_of({"Lu": _UPPER, "Ll": _LOWER}.get(category, _CASELESS), random)
        case "N":
            return _one_of(digits, random) if category == "Nd" else _NUMERIC
        case "Z" | "C" | "P":
            return character
    return _MARK if category[0] == "M" else _SYMBOL


def _one_of(alphabet: str, random: Iterator[int]) -> str:
    return alphabet[next(random) % len(alphabet)]
