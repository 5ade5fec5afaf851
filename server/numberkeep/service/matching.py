"""Which contacts match custom variables and words: the one definition for exports, lists and searches."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from numberkeep.domain.contacts.contact import ContactRecord, composed
from numberkeep.domain.phone import canonical_phone
from numberkeep.domain.phone_spelling import read_spelling
from numberkeep.service.folding import fold

_decode_tags = msgspec.json.Decoder(list[str]).decode
_decode_variables = msgspec.json.Decoder(dict[str, str]).decode

_ABROAD: Final = ("00", "011")
"""What is dialed before the country code."""


def matcher(where: Mapping[str, str], q: str) -> Callable[[ContactRecord], bool]:
    """Return a function that says whether a contact matches.

    Args:
        where: custom variables, each with the value that it must have; `""` is a variable that the contact lacks.
        q: words, each of which must be a part of the first or last name, the company, `assigned_to_email`, a tag or the
            value of a custom variable, without regard to case and accents. A word of digits, or several in a row such
            as `(415) 555-0123`, may be the contact's number instead: its last digits, the national number with a trunk
            zero, or the number from its country code on. A word of characters that cannot be seen is a part of nothing.
            `""` matches every contact.
    """
    terms = list(_terms(q.split()))
    wanted = {composed(label): composed(value) for label, value in where.items()}
    if not wanted:
        return _found_by(terms) if terms else lambda _: True
    has_values = _with_values(wanted)
    if not terms:
        return has_values
    is_found = _found_by(terms)
    return lambda contact: has_values(contact) and is_found(contact)


def _with_values(wanted: Mapping[str, str]) -> Callable[[ContactRecord], bool]:
    def has_values(contact: ContactRecord) -> bool:
        variables = _decode_variables(contact.custom_variables)
        return all(composed(variables.get(label, "")) == value for label, value in wanted.items())

    return has_values


class _Number(NamedTuple):
    """The numbers that digits can mean: those that begin or end with them, and some as a whole."""

    begin: str
    end: str
    wholes: Collection[str]

    def is_of(self, phone: str) -> bool:
        """Return whether the digits can mean this number, E.164."""
        return phone.startswith(self.begin) or phone.endswith(self.end) or phone in self.wholes


class _Word(NamedTuple):
    """A word, folded, and the numbers that it can mean."""

    text: str
    number: _Number | None = None


class _Term(NamedTuple):
    """Words in a row, all of which a contact must have, and the numbers that they can mean together instead."""

    words: Sequence[_Word]
    number: _Number | None = None


_NOTHING: Final = "\0"
"""A text that begins and ends no number."""


def _found_by(terms: Sequence[_Term]) -> Callable[[ContactRecord], bool]:
    if not all(word.text for term in terms for word in term.words):
        return lambda _: False

    def is_found(contact: ContactRecord) -> bool:
        phone, text = contact.phone, ""
        for words, number in terms:
            if number is not None and number.is_of(phone):
                continue
            text = text or _text_of(contact)
            for word, of_word in words:
                if word not in text and (of_word is None or not of_word.is_of(phone)):
                    return False
        return True

    return is_found


def _text_of(contact: ContactRecord) -> str:
    """Return the texts in which words are found, folded, with line breaks between them, which no word contains."""
    texts = [contact.first_name, contact.last_name, contact.company_name, contact.assigned_to_email]
    if contact.tags != "[]":
        texts += _decode_tags(contact.tags)
    if contact.custom_variables != "{}":
        texts += _decode_variables(contact.custom_variables).values()
    return fold("\n".join(texts)) or "\n"


def _terms(words: Sequence[str]) -> Iterator[_Term]:
    """Yield a term for each word, and one for words in a row that can be one number."""
    run: list[str] = []
    for word in words:
        is_number = read_spelling(word) is not None
        if run and (not is_number or word.startswith("+")):
            yield _number_term(run)
            run = []
        if is_number:
            run.append(word)
        else:
            yield _Term([_Word(fold(word).strip())])
    if run:
        yield _number_term(run)


def _number_term(run: Sequence[str]) -> _Term:
    return _Term([_Word(fold(word), _number(word)) for word in run], _number(" ".join(run)))


def _number(text: str) -> _Number | None:
    spelling = read_spelling(text)
    if spelling is None:  # the words together are longer than any number
        return None
    digits = spelling.digits
    if spelling.plus:
        return _Number(f"+{digits}", _NOTHING, [canonical_phone(f"+{digits}")])
    wholes = {canonical_phone(f"+{digits.removeprefix(dialed)}") for dialed in _ABROAD if digits.startswith(dialed)}
    if digits.startswith("0"):
        from numberkeep.domain.numbering_plan import calling_codes  # noqa: PLC0415 - its tables load slowly

        wholes |= {f"+{code}{digits[1:]}" for code in calling_codes()}
    return _Number(_NOTHING, digits, wholes)
