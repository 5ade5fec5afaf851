"""Webhook signatures, verified by the libraries that receivers use."""

import base64
import hashlib
import hmac
import json
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from numberkeep.outbound.signing import event_delivery_id, key_of, message_delivery_id, signature, signed_headers

AT = 1_790_000_000
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_the_signature_matches_the_standard_webhooks_libraries() -> None:
    """The example in those libraries' tests has the same signature here."""
    id_, at, body = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, b'{"test": 2432232314}'
    expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert signature(SECRET, id_, at, body) == expected
    assert signed_headers(SECRET, id_, at, body) == {
        "webhook-id": id_,
        "webhook-timestamp": str(at),
        "webhook-signature": expected,
    }
    assert signed_headers(SECRET, id_, at, body, reveals=True)["sb-signing-secret"] == SECRET


@pytest.mark.parametrize("other", [("x", 1, b"b"), ("i", 2, b"b"), ("i", 1, b"c")])
def test_the_signature_covers_id_time_and_body(other: tuple[str, int, bytes]) -> None:
    """A change of any of them changes the signature."""
    assert signature(SECRET, *other) != signature(SECRET, "i", 1, b"b")


@pytest.mark.parametrize(
    ("secret", "key"),
    [
        ("whsec_YWJj", b"abc"),
        ("whsec_", b"whsec_"),
        ("whsec_YWJ", b"whsec_YWJ"),
        ("whsec_YW Jj", b"whsec_YW Jj"),
        ("whsec_\u00fc", b"whsec_\xc3\xbc"),
        ("YWJj", b"YWJj"),
        ("gr\u00fc\u00df", b"gr\xc3\xbc\xc3\x9f"),
    ],
)
def test_the_key_is_the_base64_part_or_the_text_itself(secret: str, key: bytes) -> None:
    """Only a base64 text after `whsec_` is decoded; the hosted service's secrets are arbitrary text."""
    assert key_of(secret) == key
    mac = base64.b64encode(hmac.digest(key, b"i.1.b", hashlib.sha256)).decode()
    assert signature(secret, "i", 1, b"b") == f"v1,{mac}"


def test_without_a_secret_nothing_is_signed() -> None:
    """The id and the time are sent anyway, so that receivers recognize a second attempt."""
    assert signed_headers("", "acme-7", 1, b"") == {"webhook-id": "acme-7", "webhook-timestamp": "1"}


def test_an_id_is_one_word_without_a_dot() -> None:
    """The scheme joins its parts with dots, and headers are ASCII; ids are unique."""
    assert event_delivery_id("acme", 7, 255) == "acme-7-ff"
    assert message_delivery_id("acme", 7, 255) == "acme/7-ff"
    odd = [event_delivery_id(name, 7, 1) for name in ("a.b", "a b", "a%2Eb", "b\u00fc", "a/b", "a-7")]
    assert len(set(odd)) == len(odd)
    assert all(id_.isascii() and id_.isprintable() and not set(". /") & set(id_) for id_ in odd)


@given(body=st.binary(max_size=200).filter(lambda body: body.isascii()), key=st.binary(min_size=1, max_size=64))
def test_the_library_of_the_scheme_accepts_what_is_signed(body: bytes, key: bytes) -> None:
    """For any body and key, it verifies our headers and rejects another body."""
    secret = f"whsec_{base64.b64encode(key).decode()}"
    sent = json.dumps(base64.b64encode(body).decode()).encode()
    headers = signed_headers(secret, event_delivery_id("acme", 7, 255), int(time.time()), sent)
    library = Webhook(secret)
    library.verify(sent, headers)
    with pytest.raises(WebhookVerificationError):
        library.verify(sent + b" ", headers)
    assert library.sign(headers["webhook-id"], datetime.fromtimestamp(AT, UTC), sent.decode()) == signature(
        secret, headers["webhook-id"], AT, sent
    )
