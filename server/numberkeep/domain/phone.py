"""Phone numbers: what is taken, and the one form in which it is kept (E.164).

The rule (api-reference.md, "The nine operations"): a value that starts with `+` is taken when it is E.164 in form,
that is `+` and 7 to 15 digits, the first not 0. Anything else is read by libphonenumber's rules with the account's
default region and must be a possible number. https://www.itu.int/rec/T-REC-E.164
"""

import re

from numberkeep.domain.errors import InvalidPhone, MissingFields
from numberkeep.domain.limits import MAX_PHONE_INPUT

_e164 = re.compile(r"\+[1-9][0-9]{6,14}").fullmatch

# libphonenumber would find a number inside any text; here the whole text has to be one, in any script's digits.
# So no extension gets through: it cannot be dialled by a message, and dropping it would store another number.
_is_written_number = re.compile(r"[\d\s()+./\-\u2010-\u2015\uff0b]+").fullmatch


def find_phone(text: str, region: str) -> str | None:
    """The E.164 form of `text`, or None where no telephone can have such a number.

    Args:
        text: a number as people write it; surrounding white space does not count.
        region: the region (ISO 3166-1 alpha-2) whose national format a number without `+` is in.
    """
    if _e164(text):
        return text
    text = text.strip()
    if _e164(text):
        return text
    return _parse(text, region) if len(text) <= MAX_PHONE_INPUT and _is_written_number(text) else None


def parse_phone(text: str, region: str, *, field: str) -> str:
    """Return the E.164 form of a number that a request must contain.

    Args:
        text: as for `find_phone`.
        region: as for `find_phone`.
        field: the field's name, for the error.

    Raises:
        MissingFields: the text is blank.
        InvalidPhone: no telephone can have such a number.
    """
    if not text.strip():
        raise MissingFields(field)
    phone = find_phone(text, region)
    if phone is None:
        raise InvalidPhone(field)
    return phone


def _parse(text: str, region: str) -> str | None:
    # Its tables take a tenth of a second to load, and most numbers are E.164 already.
    import phonenumbers  # noqa: PLC0415

    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    # A number without its area code is possible to libphonenumber, but only within the area: as E.164 it is another.
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    phone = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return phone if _e164(phone) else None
