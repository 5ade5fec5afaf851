"""Cells that a spreadsheet would run as a formula (https://owasp.org/www-community/attacks/CSV_Injection)."""

import re
from typing import Final

_ESCAPE: Final = "'"
_FORMULA: Final = "=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20"
"""What formulas begin with, as in a pattern. The last are fullwidth: Japanese spreadsheets take them for the others."""

_FIRST: Final = frozenset(_FORMULA.replace("\\", "")) | {_ESCAPE}
_formula = re.compile(f"'*[{_FORMULA}]").match
_escaped = re.compile(f"'+[{_FORMULA}]").match


def escaped(cell: str) -> str:
    """Return a cell that a spreadsheet shows as it is. A phone number, `+` and digits, stays readable."""
    if not cell or cell[0] not in _FIRST:  # as nearly every cell, which takes a tenth of the time
        return cell
    is_number = cell[0] == "+" and cell[1:].isdecimal() and cell.isascii()
    return f"{_ESCAPE}{cell}" if not is_number and _formula(cell) else cell


def without_escape(cell: str) -> str:
    """Return a cell without the mark that `escaped` adds."""
    return cell[1:] if _escaped(cell) else cell
