"""Every region's numbers have one form in any spelling, and the shortcuts agree with libphonenumber's tables."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneMetadata, PhoneNumber, PhoneNumberFormat, PhoneNumberType

from numberkeep.domain.phone import canonical_phone, find_phone

REGIONS: Final = sorted(phonenumbers.SUPPORTED_REGIONS)
OTHER_SPELLINGS: Final = {
    ("CA", "+1 1 3101234"): "+113101234",  # libphonenumber drops the trunk 1 of longer numbers only
    ("CO", "+57 0 3211234567"): "+5703211234567",  # here 0 may start a carrier's code, so it is not removed
}
"""Spellings that libphonenumber parses as another number than the example."""
TOO_SHORT: Final = {("IR", "+989601")}
"""Examples with fewer digits than a phone number must have."""


class Example(NamedTuple):
    """A number of a region in E.164 form, and its spellings."""

    region: str
    phone: str
    written: list[str]


def examples(region: str) -> Iterator[Example]:
    """Return libphonenumber's example of each type of number in a region."""
    metadata = PhoneMetadata.metadata_for_region(region)
    assert metadata is not None
    prefix = metadata.national_prefix
    numbers = [phonenumbers.example_number_for_type(region, kind) for kind in PhoneNumberType.values()]
    for number in {str(number): number for number in numbers if number is not None}.values():
        phone = formatted(number, PhoneNumberFormat.E164)
        if (region, phone) in TOO_SHORT:
            continue
        written = [*international(number)]
        if prefix:
            written.append(f"+{number.country_code} {prefix} {phonenumbers.national_significant_number(number)}")
        written += pasted(formatted(number, PhoneNumberFormat.NATIONAL))
        yield Example(region, phone, written)


def international(number: PhoneNumber) -> list[str]:
    """Return the spellings of a number with its country code."""
    return [
        formatted(number, PhoneNumberFormat.E164),
        formatted(number, PhoneNumberFormat.RFC3966),
        *pasted(formatted(number, PhoneNumberFormat.INTERNATIONAL)),
    ]


def pasted(text: str) -> list[str]:
    """Return a number as pasted from word processors, web pages and contact cards."""
    wide = {ord(" "): "\u3000", ord("-"): "\uff0d"} | {n: n + 0xFEE0 for n in b"0123456789+()"}
    return [
        text,
        f"\u202a{text}\u202c",
        f"\ufeff\u2068{text}\u2069\u200b",
        text.replace(" ", "\u202f").replace("-", "\u2011"),
        text.replace(" ", "\u00a0").replace("-", "\u2212"),
        "\u00ad".join(text),
        text.translate(wide),
        re.sub("[ -]", "", text),
        re.sub("[ -]", ".", text),
    ]


def formatted(number: PhoneNumber, form: int) -> str:
    """Return a number in one of libphonenumber's forms."""
    text: str = phonenumbers.format_number(number, form)
    return text


def parsed_by_libphonenumber(phone: str) -> str:
    """Return the normalized form according to libphonenumber alone."""
    mexican = re.fullmatch(r"\+521([0-9]{10})", phone)
    if mexican:
        return f"+52{mexican[1]}"
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return phone
    found = formatted(number, PhoneNumberFormat.E164)
    if not phonenumbers.is_possible_number(number) or phonenumbers.is_possible_number_with_reason(number):
        return phone
    return phone if found == phone or len(found) < len("+1234567") else parsed_by_libphonenumber(found)


@pytest.mark.parametrize("region", REGIONS)
def test_each_spelling_of_a_number_has_one_form(region: str) -> None:
    """The exceptions are libphonenumber's, and listed."""
    wrong = {
        (region, text): found
        for example in examples(region)
        for text in example.written
        if (found := find_phone(text, region)) != example.phone
    }
    assert wrong == {spelling: found for spelling, found in OTHER_SPELLINGS.items() if spelling[0] == region}


def test_numbers_of_no_region_have_one_form_too() -> None:
    """Such as international toll-free numbers."""
    for code in phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS:
        number = phonenumbers.example_number_for_non_geo_entity(code)
        assert number is not None
        forms = {find_phone(text, "US") for text in international(number)}
        assert forms == {formatted(number, PhoneNumberFormat.E164)}


@pytest.mark.parametrize("region", REGIONS)
def test_the_shortcuts_agree_with_the_tables(region: str) -> None:
    """For each example, and for it with every possible prefix digit after its country code."""
    for example in examples(region):
        number = phonenumbers.parse(example.phone)
        code, rest = f"+{number.country_code}", phonenumbers.national_significant_number(number)
        for phone in (example.phone, *(f"{code}{prefix}{rest}"[:16] for prefix in ("0", "1", "8", "00", "01", "06"))):
            assert canonical_phone(phone) == parsed_by_libphonenumber(phone)


@settings(derandomize=True, max_examples=2000)
@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True) | st.from_regex(r"\+1[0-9]{9,11}", fullmatch=True))
def test_the_shortcuts_agree_for_any_digits(phone: str) -> None:
    """Whether the number is valid or not; normalizing a result again does not change it."""
    found = canonical_phone(phone)
    assert found == parsed_by_libphonenumber(phone)
    assert canonical_phone(found) == found == find_phone(found, "GB")


@settings(derandomize=True, max_examples=2000)
@given(st.from_regex(r"1?[0-9]{10}", fullmatch=True))
def test_the_shortcut_for_national_numbers_agrees(digits: str) -> None:
    """A number dialed in the US is parsed as in Canada, which has no shortcut."""
    assert find_phone(digits, "US") == find_phone(digits, "CA")
