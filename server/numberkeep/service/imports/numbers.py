"""The phone numbers of a row, and which of them its contact gets."""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from numberkeep.domain.phone import find_phone
from numberkeep.service.imports.column_names import FAX_WORDS, MOBILE_WORDS, words_of

_MOST: Final = 20
"""Numbers of one cell that are read."""

_LONGEST: Final = 100
"""Characters of a number with an extension."""

_between = re.compile(r":::|[;,\n\r|]|\s(?:/|or|oder|ou)\s").split
_extension = re.compile(r"(?i)\s*(?:;?\s*ext(?:ension)?\s*[.:=]?|x|#|p+|w+|,+|;+)\s*[0-9*#pw,; ]*$").sub


class Numbers(StrEnum):
    """Which numbers of a row become contacts."""

    MOBILE = "mobile"
    """The one that its column or label calls mobile, else the first."""
    FIRST = "first"
    BEST = "best"
    """The first that is a mobile number by the numbering plan, else as MOBILE."""
    EACH = "each"


class Number(NamedTuple):
    """A valid number of a row.

    Attributes:
        phone: the number, E.164.
        mobile: whether its column or label calls it mobile.
        shortened: whether an extension or a pause was left out.
    """

    phone: str
    mobile: bool
    shortened: bool


def is_fax(kind: str) -> bool:
    """Return whether the name of a column, or a label, is of a fax or a pager."""
    return not FAX_WORDS.isdisjoint(words_of(kind))


def numbers_in(cell: str, kind: str, region: str) -> list[Number]:
    """Return the valid numbers of a cell.

    Args:
        cell: one number, or several between commas, semicolons or ` ::: `.
        kind: the names of the column and the label.
        region: the region of numbers without `+`.
    """
    mobile = not MOBILE_WORDS.isdisjoint(words_of(kind))
    return [Number(phone, mobile, shortened) for phone, shortened in _read(cell, region)]


def chosen(numbers: Sequence[Number], which: Numbers) -> list[Number]:
    """Return the numbers of a row that become contacts, each once; one, unless `which` is EACH."""
    if which is Numbers.EACH:
        return list({number.phone: number for number in numbers}.values())
    if which is Numbers.FIRST:
        return [numbers[0]]
    called = next((number for number in numbers if number.mobile), numbers[0])
    from numberkeep.domain.numbering_plan import is_mobile  # noqa: PLC0415 - its tables load slowly

    if which is Numbers.BEST and not is_mobile(called.phone):
        return [next((number for number in numbers if is_mobile(number.phone)), called)]
    return [called]


def _read(cell: str, region: str) -> Iterator[tuple[str, bool]]:
    phone = find_phone(cell, region)
    if phone is not None:
        yield phone, False
        return
    found = [each for part in _between(cell)[:_MOST] if part.strip() for each in _shortened(part, region)]
    yield from found or _shortened(cell, region)


def _shortened(text: str, region: str) -> list[tuple[str, bool]]:
    phone = find_phone(text, region)
    if phone is not None:
        return [(phone, False)]
    phone = None if len(text) > _LONGEST else find_phone(_extension("", text), region)
    return [] if phone is None else [(phone, True)]
