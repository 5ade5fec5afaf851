"""What words find: the text of a contact in which they are searched, and the conditions that they mean.

Stores keep the text of each contact, and find candidates by indexes of it. `Search.finds` is the one definition of what
is found; every index must return the same contacts.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from numberkeep.domain.contacts.contact import Contact
from numberkeep.domain.folding import fold
from numberkeep.domain.limits import MAX_SEARCH_TEXT
from numberkeep.domain.phone import canonical_phone
from numberkeep.domain.phone_spelling import read_spelling

_ABROAD: Final = ("00", "011")
"""What is dialed before the country code."""


def search_text(contact: Contact) -> str:
    """Return the text in which words are searched; see `joined` for its form.

    It has the first and last name, the company, `assigned_to_email`, the tags and the values of custom variables.
    """
    return joined(
        (
            contact.first_name,
            contact.last_name,
            contact.company_name,
            contact.assigned_to_email,
            *contact.tags,
            *contact.custom_variables.values(),
        )
    )


def joined(texts: Iterable[str]) -> str:
    r"""Return the texts that are not empty, folded, with line breaks between them, which no word contains.

    At most the first MAX_SEARCH_TEXT bytes in UTF-8 are returned, in whole characters.
    """
    given = "\n".join(filter(None, texts))
    if len(given) <= MAX_SEARCH_TEXT:
        return _cut(fold(given))
    folded: list[str] = []
    size = 0
    for text in given.split("\n"):  # folding a part is folding a part of the whole
        folded.append(fold(text))
        size += len(folded[-1]) + 1
        if size > MAX_SEARCH_TEXT:
            break
    return _cut("\n".join(folded))


def _cut(text: str) -> str:
    if text.isascii():
        return text[:MAX_SEARCH_TEXT]
    if 4 * len(text) <= MAX_SEARCH_TEXT:
        return text
    return text.encode()[:MAX_SEARCH_TEXT].decode(errors="ignore")


@dataclass(slots=True, frozen=True)
class Clause:
    """One condition of a search: a part of the text, or one of some numbers.

    Attributes:
        text: what the search text must contain, if the number is not meant; nothing meets a clause without it.
        begins: beginnings of numbers, E.164.
        ends: last digits of numbers.
        wholes: whole numbers, E.164.
    """

    text: str
    begins: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    wholes: tuple[str, ...] = ()

    @property
    def has_numbers(self) -> bool:
        """Whether a number can meet it."""
        return bool(self.begins or self.ends or self.wholes)

    def is_met(self, phone: str, text: str) -> bool:
        """Return whether a contact with this number (E.164) and this search text meets it."""
        return bool(self.text) and (
            self.text in text or phone.startswith(self.begins) or phone.endswith(self.ends) or phone in self.wholes
        )


@dataclass(slots=True, frozen=True)
class Search:
    """What words find: the contacts that meet every clause.

    Attributes:
        clauses: each word's, without duplicates.
    """

    clauses: tuple[Clause, ...]

    @property
    def is_void(self) -> bool:
        """Whether it can find nothing, because a word has nothing that can be seen."""
        return not all(clause.text for clause in self.clauses)

    def finds(self, phone: str, text: str) -> bool:
        """Return whether the contact with this number (E.164) and this search text is found."""
        return all(clause.is_met(phone, text) for clause in self.clauses)


def parse_search(q: str) -> Search | None:
    """Return what the words of `q` mean; None if it has none, so that every contact is meant.

    Each word must be a part of the search text, without regard to case and accents. A word of digits, or several in a
    row such as `(415) 555-0123`, may be the contact's number instead: its last digits, the national number with a trunk
    zero, or the number from its country code on. A word of characters that cannot be seen finds nothing.
    """
    words = q.split()
    return Search(tuple(dict.fromkeys(_clauses(words)))) if words else None


def _clauses(words: Sequence[str]) -> Iterator[Clause]:
    """Yield a clause for each word; words in a row that can be one number may each be met by that."""
    run: list[str] = []
    for word in words:
        is_number = read_spelling(word) is not None
        if run and (not is_number or word.startswith("+")):
            yield from _number_clauses(run)
            run = []
        if is_number:
            run.append(word)
        else:
            yield Clause(fold(word).strip())
    if run:
        yield from _number_clauses(run)


def _number_clauses(run: Sequence[str]) -> Iterator[Clause]:
    together = _number(" ".join(run))
    for word in run:
        begins, ends, wholes = (_without_duplicates(a, b) for a, b in zip(_number(word), together, strict=True))
        yield Clause(fold(word), begins, ends, wholes)


def _without_duplicates(*groups: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(chain(*groups)))


def _number(text: str) -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
    """Return the beginnings, the ends and the whole numbers that a text can mean."""
    spelling = read_spelling(text)
    if spelling is None:  # the words together are longer than any number
        return (), (), ()
    digits = spelling.digits
    if spelling.plus:
        return (f"+{digits}",), (), (canonical_phone(f"+{digits}"),)
    wholes = [canonical_phone(f"+{digits.removeprefix(dialed)}") for dialed in _ABROAD if digits.startswith(dialed)]
    if digits.startswith("0"):
        from numberkeep.domain.numbering_plan import calling_codes  # noqa: PLC0415 - its tables load slowly

        wholes += [f"+{code}{digits[1:]}" for code in calling_codes()]
    return (), (digits,), wholes
