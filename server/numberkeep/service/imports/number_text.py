"""What spreadsheets, phones and people write around a number in a cell, and how the number is read from it."""

import re
from functools import lru_cache
from typing import Final

from numberkeep.domain.phone import find_phone
from numberkeep.service.imports.phone_columns import is_fax, label_in

LOST_DIGITS: Final = (
    "is in scientific notation, in which a spreadsheet lost digits: format the column as text there, enter the number "
    "again, and export the file again"
)

_LONGEST: Final = 100
"""Characters of a number with what is written around it."""
_QUOTES: Final = "'\"=`\u00b4\u2018\u2019\u201c\u201d \t"
"""What makes a spreadsheet take a number as text: `'+14155550101`, `="14155550101"`."""

_plain = re.compile(r"\+?[0-9]{4,}", re.ASCII).fullmatch
_decimal = re.compile(r"(\+?[0-9]{7,15})[.,]0{1,2}", re.ASCII).fullmatch
_grouped = re.compile(r"\+?[0-9]{1,3}(?:,[0-9]{3}){2,4}", re.ASCII).fullmatch
_scientific = re.compile(r"\+?([0-9])(?:[.,]([0-9]{1,20}))?[eE]\+?([0-9]{1,2})", re.ASCII).fullmatch
_extension = re.compile(
    r"(?i)\s*(?:;?\s*\(?(?:ext(?:ension|n)?|poste|durchwahl|dw|anexo|ramal|int(?:erno)?)\s*[.:=]?|x|#|p+|w+|,+|;+)"
    r"\s*[0-9*#pw,; ]*\)?$"
).sub
_label_before = re.compile(r"([^\W\d_][^\d+(]*)(?=[+(0-9])").match
_label_after = re.compile(r"(?<=[0-9)])[\s(\[/:-]*([^\W\d_][^\d+(]*)$").search
_chat_link = re.compile(
    r"(?i)(?:https?://)?(?:wa\.me/|api\.whatsapp\.com/send/?\?phone=)\+?([0-9]{7,15})\b.*"
).fullmatch
_abroad = re.compile(r"\(?00\)?[\s.-]*([1-9][0-9\s().\-/]*)", re.ASCII).fullmatch
_REGION_OF_00: Final = "DE"
"""A region where calls abroad begin with 00, as in most of the world, so that its rules read such a number."""


def read_number(text: str, region: str) -> tuple[str, bool] | None:
    """Return the number in a text, E.164, and whether an extension or a pause was left out; None if it is not one.

    Args:
        text: a number as a cell has it.
        region: the region of numbers without `+`.
    """
    if _plain(text):
        return _found(text, region)
    if len(text) > _LONGEST:
        return None
    text = _undistorted(text)
    found = _found(text, region)
    if found is not None:
        return found
    phone = find_phone(_extension("", text), region)
    if phone is not None:
        return phone, True
    bare = _without_label(text)
    return None if bare == text else read_number(bare, region)


def has_lost_digits(text: str) -> bool:
    """Return whether a text is a number in scientific notation that does not show all its digits."""
    match = _scientific(text.strip(_QUOTES))
    return match is not None and len(match[2] or "") < int(match[3])


def _found(text: str, region: str) -> tuple[str, bool] | None:
    phone = _without_plus(text, region) or find_phone(text, region)
    if phone is None and (match := _abroad(text)):
        phone = find_phone(f"00{match[1]}", _REGION_OF_00)
    return None if phone is None else (phone, False)


def _without_plus(text: str, region: str) -> str | None:
    """Return a number whose country code lacks its `+`, in a region where national numbers begin with 0.

    Without this, `49 151 ...` could be a national number in Germany, whose numbers have many lengths.
    """
    code = _code_before_trunk_zero(region)
    if not code or not text.startswith(code):
        return None
    from numberkeep.domain.numbering_plan import is_valid  # noqa: PLC0415 - its tables load slowly

    phone = find_phone(f"+{text}", region)
    return phone if phone is not None and is_valid(phone) else None


@lru_cache(256)
def _code_before_trunk_zero(region: str) -> str:
    if region == "US":  # the usual one needs no tables
        return ""
    from numberkeep.domain.numbering_plan import code_before_trunk_zero  # noqa: PLC0415 - its tables load slowly

    return code_before_trunk_zero(region)


def _undistorted(text: str) -> str:
    """Return a number without what a spreadsheet added to it."""
    text = text.strip(_QUOTES)
    if match := _chat_link(text):
        return f"+{match[1]}"
    if match := _decimal(text):
        return match[1]
    if _grouped(text):
        return text.replace(",", "")
    if match := _scientific(text):
        digits, places = match[1] + (match[2] or ""), int(match[3])
        if len(digits) > places and not digits[places + 1 :].strip("0"):
            return digits[: places + 1]
        return ""
    return text


def _without_label(text: str) -> str:
    """Return a number without a word beside it that says what kind it is; nothing if that is a fax."""
    for match in (_label_before(text), _label_after(text)):
        words = match and label_in(match[1])
        if match and words:
            return "" if is_fax(words) or words == ["f"] else text[: match.start()] + text[match.end() :]
    return text
