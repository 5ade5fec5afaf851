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
        "tel:+14155552671",
        "TEL: 415-555-2671",
        "sms:+1 415 555 2671",
        "whatsapp:+14155552671",
        "rcs:+14155552671",
        "\u202a+1 415-555-2671\u202c",
        "\u200e+14155552671",
        "\u2068(415) 555-2671\u2069",
        "\ufeff4155552671",
        "415\u200b555\u00ad2671",
        "4\ufe0f155552671",
        "\uff08415\uff09555\uff0d2671",
        "415\u22125552671",
        "415\u202f555\u20092671",
        "415\u30fc555\u20432671",
        "++14155552671",
        "(+1) 415 555 2671",
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
        ("GB", "442079460958", "+442079460958"),
        ("GB", "01534 456789", "+441534456789"),
        ("MX", "55 1234 5678", "+525512345678"),
        ("MX", "00 52 1 55 1234 5678", "+525512345678"),
        ("BB", "429 1234", "+12464291234"),
        ("CA", "310-1234", "+13101234"),
        ("CA", "(999) 234-5678", "+19992345678"),
        ("US", "(999) 234-5678", "+19992345678"),
        ("US", "415 155 2671", None),
        ("US", "011 44 0 0", None),
        ("US", "442079460958", None),
        ("AU", "0412 345 678", "+61412345678"),
        ("ZZ", "4155552671", None),
        ("DE", "0301", None),
        ("DE", "03012", None),
        ("DE", "030123456789012", None),
    ],
)
def test_a_number_without_plus_is_read_in_its_region(region: str, written: str, found: str | None) -> None:
    """A national number means what its region makes of it, if it is valid there; one with `+` belongs to no region."""
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
        ("+1415555010", True),
        ("+19999999999", True),
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
        "tel:+14155552671;ext=9",
        "fax:+14155552671",
        "+1+4155552671",
        "(000) 000-0000",
        "555-555-5555",
        "0412 345 678",
        "4155552671\u00b2",
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
    digits=st.from_regex(r"(?!555)[2-9][0-9]{2}[2-9][0-9]{6}", fullmatch=True),
    layout=st.sampled_from(["{}{}{}", "({}) {}-{}", "{}.{}.{}"]),
)
def test_every_layout_of_a_national_number_is_found(digits: str, layout: str) -> None:
    """Ten digits are a US number in each of its usual layouts, with and without the country code."""
    written = layout.format(digits[:3], digits[3:6], digits[6:])
    assert find_phone(written, "US") == find_phone(f"+1 {written}", "GB") == f"+1{digits}"


@pytest.mark.parametrize(
    ("kept", "written"),
    [
        ("+442079460018", ["+44 020 7946 0018", "+4402079460018", "+44 (0)20 7946 0018", "(+44) 20 7946 0018"]),
        ("+33142685300", ["+33 01 42 68 53 00", "+330142685300"]),
        ("+4930123456", ["+49 030 123456", "+49030123456", "+49 0 030 123456"]),
        ("+61412345678", ["+61 0412 345 678", "+610412345678"]),
        ("+79123456789", ["+7 8 912 345-67-89", "+789123456789"]),
        ("+819012345678", ["+81 090-1234-5678", "+8109012345678"]),
        ("+390612345678", ["+39 06 1234 5678", "+39 (06) 1234 5678"]),
        ("+525512345678", ["+52 1 55 1234 5678", "+5215512345678", "+52 55 1234 5678"]),
        ("+5491123456789", ["+54 9 11 2345 6789", "+54 11 15 2345 6789", "+54 011 15 2345 6789"]),
        ("+5511912345678", ["+55 11 91234 5678", "+55 011 91234 5678", "+55 0 15 11 91234 5678"]),
        ("+551112345678", ["+55 11 1234 5678"]),
        ("+1415555010", ["+1 (415) 555-010"]),
        ("+80012345678", ["+800 1234 5678"]),
        ("+52015512345678", ["+52 01 55 1234 5678"]),
    ],
)
def test_a_number_with_a_country_code_has_one_form(kept: str, written: list[str]) -> None:
    """Separators count for nothing, a trunk prefix is dropped where there is one, and Mexico's old mobile prefix."""
    assert {text: find_phone(text, "US") for text in (kept, *written)} == dict.fromkeys((kept, *written), kept)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("12", '"12"'),
        ("\u202a12\u202c", '"<U+202A>12<U+202C>"'),
        ("1\u00a02\ufe0f\0", '"1<U+00A0>2<U+FE0F><U+0000>"'),
        ("é" * 65, f'"{"é" * 64}…"'),
    ],
)
def test_the_error_shows_what_was_written(text: str, shown: str) -> None:
    """With names for the characters that cannot be seen, and no more of it than a number can be long."""
    with pytest.raises(InvalidPhone) as refused:
        parse_phone(text, "US", field="number")
    assert refused.value.fields[0].message.startswith(f"is not a phone number: {shown}; write it in E.164 form")
    assert shown not in str(refused.value)


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
