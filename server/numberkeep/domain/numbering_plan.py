"""What libphonenumber knows of the world's numbers.

Its tables take a tenth of a second to load: import this module when a number needs it, and not before.
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Final

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumber, ValidationResult

_SHORTEST: Final = len("+1234567")

_abolished_mobile_prefix = re.compile(r"\+521([0-9]{10})").fullmatch
_is_north_american = re.compile(r"\+1(?!555)[2-9][0-9]{2}[2-9][0-9]{6}").fullmatch


def canonical(phone: str) -> str:
    """Return the one form of a number in E.164 form; a number that libphonenumber cannot place is left as it is.

    Trunk prefixes and carrier codes behind the country code are dropped, and so is the `1` of Mexico's mobile numbers,
    abolished in 2019.
    """
    # No country code begins with another.
    may_have_prefix = _prefix_of(phone[:3]) or _prefix_of(phone[:4]) or _prefix_of(phone[:2])
    if may_have_prefix is None or not may_have_prefix(phone):
        return phone
    for _ in phone:  # one prefix can hide another: +49 0 030
        shorter = _without_prefix(phone)
        if shorter == phone:
            break
        phone = shorter
    return phone


def national(digits: str, region: str) -> str | None:
    """Return the E.164 form of a number that is dialed in a region, or None if it is not valid there.

    Args:
        digits: the number as it is dialed: national, with the country code, or with the prefix of calls abroad.
        region: the region, ISO 3166-1 alpha-2.
    """
    number = _parsed(digits, region)
    if number is None:
        return None
    phone = canonical(_e164(number))
    abroad = number.country_code_source == phonenumbers.CountryCodeSource.FROM_NUMBER_WITH_IDD
    if not abroad and number.country_code != phonenumbers.country_code_for_region(region):
        return None
    if _is_north_american(phone):  # new area codes come faster than new tables
        return phone
    number = _parsed(phone)
    return phone if number is not None and phonenumbers.is_valid_number(number) else None


def regions_of(phone: str) -> tuple[str, ...]:
    """Return the regions that share the country code of a number in E.164 form, the main one first; `()` if unknown."""
    number = _parsed(phone)
    code = None if number is None else number.country_code
    return () if code is None else tuple(phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(code, ()))


def is_mobile(phone: str) -> bool:
    """Return whether a number in E.164 form is a mobile one, or may be: in North America that cannot be seen."""
    number = _parsed(phone)
    mobile = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
    return number is not None and phonenumbers.number_type(number) in mobile


def code_before_trunk_zero(region: str) -> str:
    """Return the country code of a region whose national numbers begin with 0 when they are dialed; `""` for others."""
    metadata = PhoneMetadata.metadata_for_region(region, None)
    return str(metadata.country_code) if metadata is not None and metadata.national_prefix == "0" else ""


def is_valid(phone: str) -> bool:
    """Return whether a number in E.164 form is valid by the numbering plan of its country."""
    number = _parsed(phone)
    return number is not None and phonenumbers.is_valid_number(number)


def is_possible(phone: str) -> bool:
    """Return whether a number in E.164 form is as long as numbers of its country are."""
    number = _parsed(phone)
    return number is not None and phonenumbers.is_possible_number(number)


def regions() -> Collection[str]:
    """Return the regions that have national numbers: ISO 3166-1 alpha-2, in capitals."""
    return phonenumbers.SUPPORTED_REGIONS


def calling_codes() -> Collection[int]:
    """Return the country codes of the world's numbers."""
    return phonenumbers.COUNTRY_CODE_TO_REGION_CODE.keys()


def region_of_code(code: int) -> str:
    """Return the main region of a country code, ISO 3166-1 alpha-2; `""` if there is none."""
    region = phonenumbers.region_code_for_country_code(code)
    return region if region in phonenumbers.SUPPORTED_REGIONS else ""


def _without_prefix(phone: str) -> str:
    mexican = _abolished_mobile_prefix(phone)
    if mexican:
        return f"+52{mexican[1]}"
    number = _parsed(phone)
    if number is None or phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return phone
    shorter = _e164(number)
    return phone if len(shorter) < _SHORTEST else shorter


def _parsed(text: str, region: str | None = None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region, keep_raw_input=True)
    except phonenumbers.NumberParseException:
        return None


def _e164(number: PhoneNumber) -> str:
    # Not `format_number`, which repeats what was parsed if all its digits are 0.
    return f"+{number.country_code}{phonenumbers.national_significant_number(number)}"


def _prefixes() -> Mapping[str, Callable[[str], object]]:
    """Return what matches the numbers that may have a prefix to drop, by the country codes that have prefixes.

    libphonenumber takes a hundred times as long to find out that there is none.
    """
    found = {"+52": _abolished_mobile_prefix}
    for code, (main, *_) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items():
        metadata = PhoneMetadata.metadata_for_region_or_calling_code(code, main)
        if metadata is not None and metadata.national_prefix_for_parsing:
            found[f"+{code}"] = re.compile(rf"\+{code}(?:{metadata.national_prefix_for_parsing})").match
    return found


_prefix_of: Final = _prefixes().get
