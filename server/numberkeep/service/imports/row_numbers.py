"""The phone numbers of a row."""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from numberkeep.service.imports.column_names import Use, words_of
from numberkeep.service.imports.consent_words import says_no
from numberkeep.service.imports.content import Content, Fault
from numberkeep.service.imports.layout import Layout, PhoneColumn
from numberkeep.service.imports.number_text import LOST_DIGITS, has_lost_digits, read_number
from numberkeep.service.imports.numbers import Number, chosen, numbers_in
from numberkeep.service.imports.options import Options
from numberkeep.service.imports.phone_columns import is_fax, is_mobile

_INVALID: Final = "Invalid numbers left out, because their rows have a valid one"
_FURTHER: Final = "Further numbers left out (--numbers each imports them as contacts)"
_SHORTENED: Final = "Extensions and pauses left out of numbers"

_LONGEST_COUNTRY: Final = 50
_LONGEST_LABEL: Final = 100
_LONGEST_CODE: Final = len("+1234")


class NumberReader:
    """Finds the numbers of rows.

    Args:
        options: how the file is imported.
        notes: counts what is left out.
    """

    def __init__(self, options: Options, notes: Counter[str]) -> None:
        self._options = options
        self._notes = notes
        self._is_chosen = any(column.use is Use.PHONE for column in options.columns.values())

    def read(self, layout: Layout, cells: Sequence[str], content: Content) -> tuple[list[str], list[str]]:
        """Return the numbers that become contacts, and the others. A column such as `SMS` can opt out instead.

        Raises:
            Fault: there is none.
        """
        region, code = self._options.region, ""
        for place in (*layout.regions, *layout.calling_codes):
            if cell := cells[place]:
                region, code = self._told(cell, region, code)
        columns = [column for column in layout.phones if cells[column.place]]
        if len(columns) == 1 and not code and columns[0].label is None:
            found = read_number(cells[columns[0].place], region)
            if found is not None and not found[1]:
                return [found[0]], []
        numbers, bad, has_faxes = self._gathered(columns, cells, region, code, content)
        if not numbers and not bad:
            numbers = [] if self._is_chosen else self._elsewhere(layout, cells)
        if not numbers:
            raise _missing(bad, region, has_faxes=has_faxes)
        return self._chosen(numbers, len(bad))

    def _gathered(
        self, columns: Sequence[PhoneColumn], cells: Sequence[str], region: str, code: str, content: Content
    ) -> tuple[list[Number], list[tuple[str, str]], bool]:
        """Return the valid numbers, the columns and cells without one, and whether there are faxes."""
        numbers: list[Number] = []
        bad: list[tuple[str, str]] = []
        has_faxes = False
        for column in columns:
            cell = cells[column.place]
            label = _label(cells[column.label][:_LONGEST_LABEL]) if column.label is not None else ()
            if is_fax(label):
                has_faxes = True
                continue
            found = self._in_cell(cell, region, code, mobile=column.mobile or is_mobile(label))
            numbers += found
            if not found and column.is_channel and says_no(cell):
                content.opt_out = True
            elif not found:
                bad.append((column.name, cell))
        return numbers, bad, has_faxes

    def _in_cell(self, cell: str, region: str, code: str, *, mobile: bool) -> list[Number]:
        if code and not cell.lstrip("( ").startswith("+"):
            found = numbers_in(cell, _region_of_code(code) or region, mobile=mobile)
            return found or _with_code(cell, code, region, mobile=mobile)
        found = numbers_in(cell, region, mobile=mobile)
        if not found and region != self._options.region:  # the country of an address is not always that of a number
            return numbers_in(cell, self._options.region, mobile=mobile)
        return found

    def _elsewhere(self, layout: Layout, cells: Sequence[str]) -> list[Number]:
        """Return the numbers that a row without any other has for its name, or in a column such as `Home`."""
        return [
            Number(found[0], mobile=False, shortened=found[1])
            for place in (*layout.places, *(place for place, _ in layout.names))
            if (found := read_number(cells[place], self._options.region))
        ]

    def _chosen(self, numbers: Sequence[Number], invalid: int) -> tuple[list[str], list[str]]:
        kept = chosen(numbers, self._options.numbers)
        others = {number.phone: None for number in numbers}
        for number in kept:
            others.pop(number.phone, None)
        shortened = sum(number.shortened for number in kept)
        for note, count in ((_INVALID, invalid), (_FURTHER, len(others)), (_SHORTENED, shortened)):
            if count:
                self._notes[note] += count
        return [number.phone for number in kept], list(others)

    def _told(self, cell: str, region: str, code: str) -> tuple[str, str]:
        """Return the region and the calling code that a cell says, or those from before."""
        digits = cell.lstrip("+ ")
        if digits.isdecimal() and digits.isascii() and len(cell) <= _LONGEST_CODE:
            return region, code or digits
        if cell.upper() == region or region != self._options.region or len(cell) > _LONGEST_COUNTRY:
            return region, code
        from numberkeep.domain.countries import region_of  # noqa: PLC0415 - its table loads slowly

        return region_of(cell) or region, code


def _missing(bad: Sequence[tuple[str, str]], region: str, *, has_faxes: bool) -> Fault:
    """Return why a row without a valid number is rejected."""
    if not bad:
        return Fault(Use.PHONE, "", "is a fax or a pager only" if has_faxes else "is missing: the row has no number")
    if has_lost_digits(bad[0][1]):
        return Fault(*bad[0], LOST_DIGITS)
    reason = f"is not a phone number in {region}: write it with + and the country code, for example +14155552671"
    return Fault(*bad[0], reason)


def _with_code(cell: str, code: str, region: str, *, mobile: bool) -> list[Number]:
    """Return the numbers of a cell with the calling code before them, unless they can only be right without it."""
    from numberkeep.domain.numbering_plan import is_possible  # noqa: PLC0415 - its tables load slowly

    found = numbers_in(f"+{code} {cell}", region, mobile=mobile)
    if cell.lstrip("( ").startswith(code) and not all(is_possible(number.phone) for number in found):
        return numbers_in(f"+{cell}", region, mobile=mobile)
    return found


@lru_cache(1024)
def _label(cell: str) -> tuple[str, ...]:
    return tuple(words_of(cell))


@lru_cache(256)
def _region_of_code(code: str) -> str:
    """Return the main region of a calling code; `""` for a code that does not exist."""
    from numberkeep.domain.numbering_plan import region_of_code  # noqa: PLC0415 - its tables load slowly

    return region_of_code(int(code))
