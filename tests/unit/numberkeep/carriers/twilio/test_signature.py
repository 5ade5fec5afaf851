"""Verification of Twilio's request signatures."""

import pytest

from numberkeep.carriers.twilio.signature import is_signed

URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
PARAMS = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
    ("Caller", "+14158675309"),
]
SIGNATURE = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
TOKEN = "12345"


def test_the_documented_example_is_accepted() -> None:
    """The example of Twilio's documentation, with its parameters in any order."""
    assert is_signed(URL, PARAMS, SIGNATURE, TOKEN)
    assert is_signed(URL, PARAMS[::-1], SIGNATURE, TOKEN)


def test_a_repeated_parameter_is_signed_with_each_value() -> None:
    """The example of the tests of Twilio's library: values are sorted, and equal values count once."""
    params = [("Sid", "CA123"), ("SidAccount", "AC123"), ("Digits", "5678"), ("Digits", "1234"), ("Digits", "1234")]
    assert is_signed(URL, params, "IK+Dwps556ElfBT0I3Rgjkr1wJU=", TOKEN)


@pytest.mark.parametrize(
    ("url", "params", "signature", "token"),
    [
        (URL.replace("https", "http"), PARAMS, SIGNATURE, TOKEN),
        (URL + "3", PARAMS, SIGNATURE, TOKEN),
        (URL, PARAMS[1:], SIGNATURE, TOKEN),
        (URL, [*PARAMS, ("Body", "")], SIGNATURE, TOKEN),
        (URL, [*PARAMS[:-1], ("Caller", "+14158675300")], SIGNATURE, TOKEN),
        (URL, PARAMS, SIGNATURE.lower(), TOKEN),
        (URL, PARAMS, SIGNATURE[:-1], TOKEN),
        (URL, PARAMS, "", TOKEN),
        (URL, PARAMS, "\u00fc", TOKEN),
        (URL, PARAMS, "\ud800", TOKEN),
        (URL, PARAMS, SIGNATURE, "12346"),
        (URL, PARAMS, SIGNATURE, ""),
        (URL, [], "", ""),
    ],
)
def test_any_modification_is_rejected(url: str, params: list[tuple[str, str]], signature: str, token: str) -> None:
    """Of the URL, a parameter, the signature or the secret; an empty secret accepts nothing."""
    assert not is_signed(url, params, signature, token)


def test_an_empty_secret_is_rejected() -> None:
    """Anybody could sign with it, so even a correct signature is rejected."""
    assert not is_signed("", [], "+9sdGxiqbAgyS31ktx+3Y3BpDh0=", "")
