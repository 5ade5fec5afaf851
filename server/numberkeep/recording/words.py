"""The words that error messages may keep: those that APIs use, and no names.

A message of an unknown service may repeat anything, so whatever is not in the list is masked.
"""

import re
from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Final

MASK: Final = "…"
_LONGEST: Final = 200
"""A longer word is none, and matching it would take long."""
_MOST_DIGITS: Final = 4
"""Longer numbers in a message may be codes or parts of phone numbers."""

_phone = re.compile(r"(?<![\w@])\+?\(?\d[\d().\s-]{5,}\d(?![\w@])", re.ASCII)
_parts = re.compile(r"(\s+)")
_core = re.compile(r"(?P<before>[^\w]*)(?P<core>.*?)(?P<after>[^\w]*)", re.DOTALL).fullmatch
_pieces = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", re.ASCII).findall
_joined = re.compile(r"[A-Za-z0-9]+(?:[-_./'][A-Za-z0-9]+)*|\[\d{1,5}\]", re.ASCII).fullmatch
_indexed = re.compile(r"[A-Za-z0-9_.\[\]-]+", re.ASCII).fullmatch


@cache
def _vocabulary() -> frozenset[str]:
    return frozenset(resources.files("numberkeep.recording").joinpath("words.txt").read_text("ascii").split())


def _nothing(_: str) -> str | None:
    return None


def masked(
    message: str,
    phone: Callable[[str], str | None] = _nothing,
    number: Callable[[str], str | None] = _nothing,
) -> str:
    """Return an error message with a mask for everything that is no word of an API.

    Args:
        message: the text.
        phone: returns what replaces a text that looks like a phone number; None to mask it.
        number: returns what replaces a short number; None to leave it.
    """
    made: list[str] = []
    end = 0
    for match in _phone.finditer(message):
        made += [_masked_words(message[end : match.start()], number), phone(match[0]) or MASK]
        end = match.end()
    return "".join([*made, _masked_words(message[end:], number)])


def is_plain(text: str) -> bool:
    """Return whether a text consists of words of the list and short numbers only."""
    return masked(text) == text


def _masked_words(text: str, number: Callable[[str], str | None]) -> str:
    return "".join(part if index % 2 else _masked_word(part, number) for index, part in enumerate(_parts.split(text)))


def _masked_word(word: str, number: Callable[[str], str | None]) -> str:
    if len(word) > _LONGEST:
        return MASK
    found = _core(word)
    if found is None or not found["core"]:
        return _punctuation(word)
    core = found["core"]
    shown = (number(core) or core) if _is_known(core) else MASK
    return f"{_punctuation(found['before'])}{shown}{_punctuation(found['after'])}"


def _punctuation(text: str) -> str:
    return "".join(each for each in text if each.isascii() or each == MASK)


def _is_known(core: str) -> bool:
    if not (_joined(core) or _indexed(core)):
        return False
    return all(
        len(piece) <= _MOST_DIGITS if piece.isdigit() else piece.lower() in _vocabulary() for piece in _pieces(core)
    )
