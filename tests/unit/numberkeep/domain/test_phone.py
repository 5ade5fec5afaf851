"""Which texts are phone numbers, and the one form in which they are kept."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from numberkeep.domain.errors import InvalidPhone, MissingFields
from numberkeep.domain.limits import MAX_PHONE_INPUT
from numberkeep.domain.phone import find_phone, parse_phone

NUMBERISH = st.text(st.sampled_from("0123456789+-() ./\u2010\uff0b\uff14\u0661\u00b2x;#\0\t\n"), max_size=20)
REGIONS = st.sampled_from(["US", "GB", "DE", "IN", "MX", "IT"])


@pytest.mark.parametrize(
    "written",
    [
        "+14155552671",
        " +14155552671",
        "\t+14155552671\r\n",
        "\u00a0+14155552671\u2003",
        "+1 (415) 555-2671",
        "4155552671",
        "14155552671",
        "(415) 555-2671",
        "415.555.2671",
        "1-415-555-2671",
        "415\u2010555\u20102671",
        "011 1 415 555 2671",
        "\uff14\uff11\uff15\uff15\uff15\uff15\uff12\uff16\uff17\uff11",
        "\uff0b\uff11\uff14\uff11\uff15\uff15\uff15\uff15\uff12\uff16\uff17\uff11",
        "\u0664\u0661\u0665\u0665\u0665\u0665\u0662\u0666\u0667\u0661",
    ],
)
def test_common_ways_to_write_a_number_are_one_number(written: str) -> None:
    """National formats, white space around it, and the digits of any script all give the same E.164 form."""
    assert find_phone(written, "US") == "+14155552671"


@pytest.mark.parametrize(
    ("region", "written", "found"),
    [
        ("GB", "020 7946 0958", "+442079460958"),
        ("US", "011 44 20 7946 0958", "+442079460958"),
        ("DE", "030 123456", "+4930123456"),
        ("DE", "0049 30 123456", "+4930123456"),
        ("IT", "06 1234 5678", "+390612345678"),
        ("US", "+44 20 7946 0958", "+442079460958"),
        ("US", "020 7946 0958", None),
        ("DE", "0301", None),
        ("DE", "03012", None),
        ("DE", "030123456789012", None),
    ],
)
def test_a_number_without_plus_is_read_in_its_region(region: str, written: str, found: str | None) -> None:
    """A national number means what its region makes of it, if that is E.164 in form; one with `+` is nobody's."""
    assert find_phone(written, region) == found


@pytest.mark.parametrize(
    ("number", "taken"),
    [
        ("+1234567890", True),
        ("+1234567", True),
        ("+123456789012345", True),
        ("+123456", False),
        ("+1234567890123456", False),
        ("+0123456789", False),
    ],
)
def test_a_number_with_plus_needs_only_the_form(number: str, *, taken: bool) -> None:
    """With `+`, 7 to 15 digits of which the first is not 0 are taken as they are, in use or not."""
    assert find_phone(number, "US") == (number if taken else None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "+",
        "12",
        "911",
        "415555267",
        "nobody",
        "1-800-FLOWERS",
        "call 415 555 2671",
        "tel:+14155552671",
        "+1415555267a",
        "4155552671 ext 9",
        "4155552671x9",
        "4155552671;9",
        "4155552671#9",
        "415555\x002671",
        "+14155552671\x00",
        "\ud800",
        "+1415\ud8005552671",
        "415\u00b2555267",
        "4155552671/4155552672",
        "1" * 17,
    ],
)
def test_what_no_telephone_can_have_is_not_found(text: str) -> None:
    """Letters, extensions, NUL, half a character, two numbers or too few digits are no number."""
    assert find_phone(text, "US") is None


@pytest.mark.parametrize(("region", "text"), [("US", "555-2671"), ("US", "5552671"), ("GB", "7946 0958")])
def test_a_number_without_its_area_code_is_not_found(region: str, text: str) -> None:
    """What can be dialled only within an area would be another number as E.164."""
    assert find_phone(text, region) is None


def test_an_over_long_text_is_not_read() -> None:
    """Beyond the limit a text is no number, whatever it holds; white space around it does not count."""
    filler = "(" * (MAX_PHONE_INPUT - 10)
    assert find_phone(f"{filler}4155552671", "US") == "+14155552671"
    assert find_phone(f"({filler}4155552671", "US") is None
    assert find_phone(f"{' ' * 10_000}4155552671 ", "US") == "+14155552671"


@settings(derandomize=True, max_examples=500)
@given(text=NUMBERISH | st.text(max_size=20), region=REGIONS)
@example(text="5552671", region="US")
def test_what_is_found_is_e164_and_found_again(text: str, region: str) -> None:
    """Whatever the text, what is found is in E.164 form, and is found again unchanged in every region."""
    found = find_phone(text, region)
    if found is not None:
        assert re.fullmatch(r"\+[1-9][0-9]{6,14}", found)
        assert {find_phone(found, other) for other in ("US", "GB", "DE")} == {found}


@settings(derandomize=True)
@given(
    digits=st.from_regex(r"[2-9][0-9]{9}", fullmatch=True), layout=st.sampled_from(["{}{}{}", "({}) {}-{}", "{}.{}.{}"])
)
def test_every_layout_of_a_national_number_is_found(digits: str, layout: str) -> None:
    """Ten digits are a US number in each of its usual layouts, with and without the country code."""
    written = layout.format(digits[:3], digits[3:6], digits[6:])
    assert find_phone(written, "US") == find_phone(f"+1 {written}", "GB") == f"+1{digits}"


def test_parse_phone_names_the_field_of_a_bad_number() -> None:
    """A number that is found is given; one that is not raises InvalidPhone with the field and an example."""
    assert parse_phone("415 555 2671", "US", field="number") == "+14155552671"
    with pytest.raises(InvalidPhone, match="Invalid phone number") as refused:
        parse_phone("12", "US", field="sendblue_number")
    (error,) = refused.value.fields
    assert error.field == "sendblue_number"
    assert "+14155552671" in error.message


@pytest.mark.parametrize("text", ["", " ", "\t\n"])
def test_a_blank_number_is_a_missing_field(text: str) -> None:
    """The error names the field as required, instead of calling nothing a bad number."""
    with pytest.raises(MissingFields) as refused:
        parse_phone(text, "US", field="phone")
    assert [error.field for error in refused.value.fields] == ["phone"]
