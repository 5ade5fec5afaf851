"""Fictitious phone numbers, and how they are written in place of others.

North America reserves 555-0100 to 555-0199 of every area code for fiction; with all area codes that is enough for
71,000 numbers. Then numbers of the country code 999 follow, which nobody has.
https://nationalnanpa.com/number_resource_info/555_numbers.html
"""

import unicodedata
from collections.abc import Iterator
from typing import Final

from numberkeep.domain.phone import find_phone

_AREA_CODES: Final = tuple(
    f"{first}{second}{third}"
    for first in range(2, 10)
    for second in range(9)
    for third in range(10)
    if (second, third) != (1, 1) and (first, second, third) != (5, 5, 5)
)
_OF_AREA: Final = 100
FICTITIOUS: Final = len(_AREA_CODES) * _OF_AREA
_COUNTRY_CODE: Final = "1"


def fictitious_number(index: int) -> str:
    """Return the fictitious number of an index from 0 on, in E.164; different indexes have different numbers."""
    if index >= FICTITIOUS:
        return f"+999{index:012d}"
    area, last = divmod(index, _OF_AREA)
    return f"+1{_AREA_CODES[area]}55501{last:02d}"


def written_like(text: str, phone: str, region: str) -> str:
    """Return a number, written as far as possible as `text` writes another one.

    Args:
        text: how people write a number.
        phone: another number, in E.164.
        region: the region of numbers without `+`.
    """
    has_plus = any(unicodedata.normalize("NFKC", each) == "+" for each in text)
    slots = sum(each.isdecimal() for each in text)
    digits = phone.removeprefix("+")
    if not has_plus and slots < len(digits):
        digits = digits.removeprefix(_COUNTRY_CODE)
    made = "".join(_filled(text, digits))
    return made if find_phone(made, region) == phone else phone


def _filled(text: str, digits: str) -> Iterator[str]:
    """Yield the parts of `text` with these digits in place of its own, as many as there are."""
    rest = iter(digits)
    slots = sum(each.isdecimal() for each in text)
    for each in text:
        if not each.isdecimal():
            yield each
            continue
        slots -= 1
        yield next(rest, "")
        if not slots:
            yield "".join(rest)
