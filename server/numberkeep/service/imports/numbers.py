"""The phone numbers of a row, and which of them its contact gets."""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from numberkeep.service.imports.column_names import words_of
from numberkeep.service.imports.number_text import read_number
from numberkeep.service.imports.phone_columns import is_mobile

_MOST: Final = 20
"""Numbers of one cell that are read."""

_between = re.compile(r":::|[;,\n\r\t|]|\s(?:/|&|or|oder|ou|o|and|und|et|y|e)\s|\s{2,}|<br */?>").split


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


def numbers_in(cell: str, region: str, *, mobile: bool) -> list[Number]:
    """Return the valid numbers of a cell.

    Args:
        cell: one number, or several between commas, semicolons, slashes or ` ::: `.
        region: the region of numbers without `+`.
        mobile: whether its column or label calls them mobile.
    """
    whole = read_number(cell, region)
    if whole is not None and not whole[1]:
        return [Number(whole[0], mobile, shortened=False)]
    found = _each(_between(cell), region, mobile=mobile)
    if not found and whole is None:
        found = _each(cell.split("/"), region, mobile=mobile)
    return found or ([] if whole is None else [Number(whole[0], mobile, shortened=True)])


def chosen(numbers: Sequence[Number], which: Numbers) -> list[Number]:
    """Return the numbers of a row that become contacts, each once; one, unless `which` is EACH."""
    if which is Numbers.EACH:
        return list({number.phone: number for number in numbers}.values())
    if which is Numbers.FIRST:
        return [numbers[0]]
    called = next((number for number in numbers if number.mobile), numbers[0])
    if which is Numbers.BEST:
        from numberkeep.domain import numbering_plan  # noqa: PLC0415 - its tables load slowly

        if not numbering_plan.is_mobile(called.phone):
            return [next((number for number in numbers if numbering_plan.is_mobile(number.phone)), called)]
    return [called]


def _each(parts: Sequence[str], region: str, *, mobile: bool) -> list[Number]:
    """Return the numbers of the parts of a cell, each of which may say itself that it is a mobile one."""
    if len(parts) == 1:
        return []
    return [
        Number(found[0], mobile or is_mobile(words_of(part)), shortened=found[1])
        for part in parts[:_MOST]
        if (found := read_number(part.strip(), region))
    ]
