"""Error messages keep the words of APIs, and nothing else."""

import pytest

from numberkeep.http.errors import error_answer
from numberkeep.http.request_errors import NoCredentials
from numberkeep.recording.words import is_plain, masked


@pytest.mark.parametrize(
    "message",
    [
        "Contact already exists",
        "Contact not found",
        "Did not get inputs for authorization",
        "Invalid Credentials",
        "Invalid phone number",
        "Missing fields",
        "Recipient has opted out",
        "`first_name` is not a field of the API: did you mean last_name?",
        "must be at most 1000",
        "contacts[3].phone",
        "OPTED_OUT",
    ],
)
def test_what_apis_say_stays(message: str) -> None:
    """The messages that are documented, and those of our own errors."""
    assert masked(message) == message
    assert is_plain(message)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Contact Lovelace not found", "Contact … not found"),
        ('"Lovelace" is not valid', '"…" is not valid'),
        ("ada@corp.test is not an email", "… is not an email"),
        ("code 123456 expired", "code … expired"),
        ("no contact +1 (415) 867-5309.", "no contact …."),
        ("no contact 14158675309", "no contact …"),
        ("Lovelace-Hopper's phone", "… phone"),
        ("see https://corp.test/lovelace?x=1", "see …"),
        ("héllo contact", "… contact"),
        ("contact☎", "contact"),
        ("custom_variables.shoesize", "…"),
        (f"contact a{'!' * 100_000}a", "contact …"),
        (f"contact {'(1' * 50_000}x", "contact …(…"),
    ],
)
def test_what_they_repeat_is_masked(message: str, expected: str) -> None:
    """Names, addresses, codes, and words that are not English."""
    assert masked(message) == expected
    assert masked(expected) == expected


def test_numbers_can_be_replaced() -> None:
    """Phone numbers, and short numbers that were replaced before."""
    made = masked("no contact +14158675309 of 12 at 1000", lambda _: "+12125550142", {"12": "34"}.get)
    assert made == "no contact +12125550142 of 34 at 1000"


def test_our_own_errors_are_understood() -> None:
    """A message that were masked could not be compared."""
    answer = error_answer(NoCredentials(), "")
    assert answer is not None
    assert b"\xe2\x80\xa6" not in answer.body
