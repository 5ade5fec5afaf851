"""Fictitious numbers, and how they are written in place of others."""

import pytest

from numberkeep.domain.phone import find_phone
from numberkeep.recording.numbers import FICTITIOUS, fictitious_number, written_like


def test_every_number_is_reserved_for_fiction_and_different() -> None:
    """555-0100 to 555-0199 of an area code, and a country code that nobody has once they are used up."""
    made = [fictitious_number(index) for index in range(FICTITIOUS)]
    assert len(set(made)) == FICTITIOUS
    assert all(number[5:10] == "55501" for number in made)
    assert not {number[2:5] for number in made} & {"555", "211", "911"}
    beyond = fictitious_number(FICTITIOUS)
    assert beyond.startswith("+999")
    assert find_phone(beyond, "US") == beyond


@pytest.mark.parametrize(
    ("text", "region", "expected"),
    [
        ("+14158675309", "US", "+12125550142"),
        ("(415) 867-5309", "US", "(212) 555-0142"),
        ("1 415 867 5309", "US", "1 212 555 0142"),
        ("tel:+1-415-867-5309", "US", "tel:+1-212-555-0142"),
        (" 14158675309", "US", " 12125550142"),
        ("\uff0b\uff11\uff14\uff11\uff15 8675309", "US", "\uff0b1212 5550142"),
        ("+44 20 7946 0958", "US", "+12 12 5550 142"),
        ("+376312345", "US", "+12125550142"),
        ("020 7946 0958", "GB", "+12125550142"),  # in that form, a British reader would find no number
    ],
)
def test_a_number_is_written_like_another(text: str, region: str, expected: str) -> None:
    """With its separators, and as a number that is read as the same."""
    assert written_like(text, "+12125550142", region) == expected
    assert find_phone(expected, region) == "+12125550142"
