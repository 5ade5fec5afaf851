"""Phone numbers: what is taken, and the one form in which it is kept (E.164).

The rule (api-reference.md, "Numbers"): a number with `+` needs only the form, that is `+` and 7 to 15 digits, the first
not 0; trunk prefixes behind its country code are dropped where libphonenumber drops them. A number without `+` must be
valid in the account's region. https://www.itu.int/rec/T-REC-E.164
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Final

from numberkeep.domain.errors import FieldError, InvalidInput, InvalidPhone, MissingFields
from numberkeep.domain.phone_spelling import read_spelling

_e164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII).fullmatch

# North America has no trunk prefix behind its country code, so what these match is in its one form already: it needs
# no tables, whose loading takes a tenth of a second.
_north_american = re.compile(r"\+1[2-9][0-9]{9}", re.ASCII).fullmatch
_dialed_in_us = re.compile(r"1?((?!555)[2-9][0-9]{2}[2-9][0-9]{6})", re.ASCII).fullmatch
_US: Final = "US"


def find_phone(text: str, region: str) -> str | None:
    """Return the E.164 form of `text`, the same for each way of writing a number, or None if it is no number.

    Args:
        text: a number as people write it, with separators and with what comes along when it is pasted.
        region: the region (ISO 3166-1 alpha-2) in whose numbering plan a number without `+` is.
    """
    if _north_american(text):
        return text
    if _e164(text):
        return _canonical()(text)
    spelling = read_spelling(text)
    if spelling is None:
        return None
    if spelling.plus:
        phone = canonical_phone(f"+{spelling.digits}")  # which can make a number with a carrier code short enough
        return phone if _e164(phone) else None
    return _find_national(spelling.digits, region)


def canonical_phone(phone: str) -> str:
    """Return the one form of a number that is in E.164 form: without a trunk prefix behind the country code."""
    if _north_american(phone):
        return phone
    return _canonical()(phone)


def parse_phone(text: str, region: str, *, field: str) -> str:
    """Return the E.164 form of a number that a request must contain.

    Args:
        text: as for `find_phone`.
        region: as for `find_phone`.
        field: the field's name, for the error.

    Raises:
        MissingFields: the text is blank.
        InvalidPhone: it is no number.
    """
    phone = find_phone(text, region)
    if phone is None:
        if not text.strip():
            raise MissingFields(field)
        raise InvalidPhone(field, text)
    return phone


def known_region(text: str) -> str:
    """Return the region that a request names, in capitals.

    Raises:
        InvalidInput: there are no national numbers of such a region.
    """
    from numberkeep.domain.numbering_plan import regions  # noqa: PLC0415 - its tables load slowly

    region = text.strip().upper()
    if region not in regions():
        message = "must be a region with phone numbers of its own, as two letters of ISO 3166-1: for example US or GB"
        raise InvalidInput(f"`region` {message}", [FieldError("region", message)])
    return region


@cache  # an import statement takes a microsecond each time
def _canonical() -> Callable[[str], str]:
    from numberkeep.domain.numbering_plan import canonical  # noqa: PLC0415 - its tables load slowly

    return canonical


def _find_national(digits: str, region: str) -> str | None:
    if region == _US and (match := _dialed_in_us(digits)):
        return f"+1{match[1]}"
    from numberkeep.domain.numbering_plan import national  # noqa: PLC0415 - its tables load slowly

    phone = national(digits, region)
    return phone if phone and _e164(phone) else None
