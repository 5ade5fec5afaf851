"""The grams by which words are found: parts of one to three characters, as numbers that an array in an index holds.

A text has each part of three characters, with a line break at its end. So a word of two ASCII characters is the
beginning of some part, and only characters beyond ASCII, of which too many could follow, need shorter parts.
"""

from collections.abc import Iterable, Sequence
from zlib import crc32

_LENGTH = 3
_BEYOND = "\x80"
"""Stands for any character beyond ASCII."""
_HALF = 2**31


def grams_of_text(account_id: int, text: str) -> list[int]:
    """Return the grams of a search text, sorted, each once."""
    ended = f"{text}\n"
    parts = {ended[place : place + _LENGTH] for place in range(len(text) - 1)}
    if not text.isascii():
        pairs = {text[place : place + 2] for place in range(len(text) - 1)}
        followed = {part[:2] + _BEYOND for part in parts if part[2] > "\x7f"}
        parts |= {part for part in (*pairs, *text) if not part.isascii()} | followed
    return _numbers(account_id, parts)


def grams_of_word(account_id: int, word: str) -> Sequence[int]:
    """Return grams that every text with the word has; none for one or two ASCII characters."""
    if len(word) >= _LENGTH:
        return _numbers(account_id, {word[place : place + _LENGTH] for place in range(len(word) - 2)})
    return [] if word.isascii() else _numbers(account_id, [word])


def grams_of_pair(account_id: int, pair: str) -> Sequence[int]:
    """Return grams of which every text with these two ASCII characters has at least one."""
    return _numbers(account_id, [*(pair + chr(code) for code in range(128)), pair + _BEYOND])


def _numbers(account_id: int, parts: Iterable[str]) -> list[int]:
    """Return a number for each part, another for each account, so that an account's rows are found by them alone.

    Different parts may have the same number, as what is found by them is compared again.
    """
    seed = crc32(account_id.to_bytes(8, "little", signed=True))
    return sorted({crc32(part.encode(), seed) - _HALF for part in parts})
