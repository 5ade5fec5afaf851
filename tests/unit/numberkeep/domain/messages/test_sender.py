"""Which senders of messages are accepted without a telephone number."""

import pytest

from numberkeep.domain.limits import MAX_EMAIL
from numberkeep.domain.messages.sender import find_sender_id


@pytest.mark.parametrize(
    "text", ["72345", "262966", "MyBank", "A&B Ltd", "3M", "Cr\u00e9dit", "T-Mobile", "ada@example.com"]
)
def test_short_codes_names_and_addresses_are_senders(text: str) -> None:
    """As they are written, without the blanks around them."""
    assert find_sender_id(text) == text
    assert find_sender_id(f" {text}\n") == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "12",
        "123456789",
        "+1415555267",
        "+1415555O101",
        "twelve lettr",
        "a\0b",
        "a\nb",
        "@x",
        "x@",
        "a b@c",
        "-x",
        "---",
    ],
)
def test_anything_else_is_no_sender(text: str) -> None:
    """A number that is too long for a short code is a mistyped telephone number, not a name."""
    assert find_sender_id(text) is None


def test_an_address_ends_at_its_limit() -> None:
    """One character more is refused."""
    address = "a@" + "b" * (MAX_EMAIL - 2)
    assert find_sender_id(address) == address
    assert find_sender_id(address + "b") is None
