"""Cells that a spreadsheet would run as a formula (https://owasp.org/www-community/attacks/CSV_Injection)."""

import re
from typing import Final

_ESCAPE: Final = "'"
_formula = re.compile(r"'*[=+\-@\t\r]").match
_escaped = re.compile(r"'+[=+\-@\t\r]").match
_number = re.compile(r"\+[0-9]+").fullmatch


def escaped(cell: str) -> str:
    """Return a cell that a spreadsheet shows as it is. A phone number, `+` and digits, stays readable."""
    return f"{_ESCAPE}{cell}" if _formula(cell) and not _number(cell) else cell


def without_escape(cell: str) -> str:
    """Return a cell without the mark that `escaped` adds."""
    return cell[1:] if _escaped(cell) else cell
