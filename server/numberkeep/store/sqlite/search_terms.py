"""What a search means to SQLite: a condition that decides, and expressions for the index that find candidates.

The index has trigrams of a contact's words, which are its search text, a line break, its number and two line breaks. So
every character of the text and of the number begins a trigram, and the index distinguishes the ends of a number from
its middle.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from numberkeep.domain.contacts.search import Clause, Search
from numberkeep.store.sqlite.search_index import ACCOUNT_BASE, ACCOUNT_FIRST
from numberkeep.store.stored_form import encode

_GRAM: Final = 3
_MOST_GRAMS: Final = 48
"""Trigrams of one expression; more would hardly find less."""

_AT_ONCE: Final = 50
"""Conditions in one pair of parentheses: SQLite nests expressions up to a thousand deep."""


class Condition(NamedTuple):
    """A condition and its values."""

    sql: str
    values: Sequence[str]


def condition_of(search: Search) -> Condition:
    """Return the condition on `c`, a row of contacts, that the search finds it: what `Search.finds` says."""
    if search.is_void:
        return Condition("0", ())
    each = list(map(_condition_of, _needed(search.clauses)))
    groups = [
        " AND ".join(condition.sql for condition in each[first : first + _AT_ONCE])
        for first in range(0, len(each), _AT_ONCE)
    ]
    return Condition(
        " AND ".join(f"({group})" for group in groups), [value for condition in each for value in condition.values]
    )


class Candidates(NamedTuple):
    """Two ways to find candidates by the index.

    Attributes:
        match: an expression for MATCH; None if no word has three characters.
        short: words of one or two characters, any of which may be looked up instead.
    """

    match: str | None
    short: Sequence[str]


def candidates_of(search: Search) -> Candidates:
    """Return how to find contacts that may be what a search finds, with all that are."""
    clauses = _needed(search.clauses)
    parts: list[str] = []
    left = _MOST_GRAMS
    for clause in sorted(clauses, key=lambda clause: -len(clause.text)):
        options = [_grams_of(text) for text in _alternatives(clause)]
        size = sum(map(len, options))
        if options and all(options) and size <= left:
            left -= size
            parts.append(_any_of(options))
    short = [each.text for each in clauses if len(each.text) < _GRAM and _alternatives(each) == [each.text]]
    return Candidates(" AND ".join(parts) or None, short)


def range_of(word: str) -> tuple[str, str]:
    """Return the first text that begins with a word, and the first one after all that do."""
    kept = word.rstrip("\U0010ffff")
    if not kept:
        return word, "\U0010ffff" * (_GRAM + 1)
    following = ord(kept[-1]) + 1
    return word, kept[:-1] + chr(0xE000 if following == 0xD800 else following)  # noqa: PLR2004 - surrogates


def account_term(account_id: int) -> str:
    """Return an expression for MATCH that finds the contacts of an account."""
    digits = (account_id // ACCOUNT_BASE**2, account_id // ACCOUNT_BASE, account_id)
    return _quoted("".join(chr(ACCOUNT_FIRST + digit % ACCOUNT_BASE) for digit in digits))


def _needed(clauses: Sequence[Clause]) -> Sequence[Clause]:
    """Return the clauses without those that are met whenever another one is."""
    texts = [clause.text for clause in clauses if not clause.has_numbers]
    return [clause for clause in clauses if not any(clause.text in text and clause.text != text for text in texts)]


def _condition_of(clause: Clause) -> Condition:
    options = ["instr(c.search_text, ?)"]
    values = [clause.text]
    for begin in clause.begins:
        options.append(f"substr(c.phone, 1, {len(begin)}) = ?")
        values.append(begin)
    for end in clause.ends:
        options.append(f"substr(c.phone, -{len(end)}) = ?")
        values.append(end)
    if clause.wholes:
        options.append("c.phone IN (SELECT value FROM json_each(?))")
        values.append(encode(clause.wholes).decode())
    return Condition(f"({' OR '.join(options)})", values)


def _alternatives(clause: Clause) -> Sequence[str]:
    """Return texts one of which is in the words of every contact that meets the clause."""
    texts = [
        clause.text,
        *(f"\n{begin}" for begin in clause.begins),
        *(f"{end}\n\n" for end in clause.ends),
    ]
    if clause.wholes:
        texts.append(_common_end([f"\n{whole}\n\n" for whole in clause.wholes]))
    # A text that contains another one is found with that.
    return [text for text in dict.fromkeys(texts) if not any(other in text and other != text for other in texts)]


def _common_end(texts: Sequence[str]) -> str:
    first = texts[0]
    start = next(n for n in range(len(first) + 1) if all(text.endswith(first[n:]) for text in texts))
    return first[start:]


def _grams_of(text: str) -> Sequence[str]:
    """Return trigrams that have every character of a text: every other one, and the last."""
    last = len(text) - _GRAM
    places = {*range(0, last, 2), last} if last >= 0 else set()
    return list(dict.fromkeys(text[place : place + _GRAM] for place in sorted(places)))


def _any_of(options: Sequence[Sequence[str]]) -> str:
    each = [f"({' AND '.join(map(_quoted, grams))})" for grams in options]
    return f"({' OR '.join(each)})"


def _quoted(gram: str) -> str:
    return '"' + gram.replace('"', '""') + '"'
