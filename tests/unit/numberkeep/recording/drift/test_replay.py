"""Which requests are repeated on a service that runs, and with what."""

import httpx2

from numberkeep.domain.identity import KeyPair
from numberkeep.recording.drift.replay import accepted_pairs
from numberkeep.recording.drift.sending import drift_on_service
from numberkeep.recording.exchange import Exchange
from numberkeep.recording.file import Recording
from support.exchanges import CONTACTS, contact, created, error, exchange

ADA = "+12125550142"
PAIR = KeyPair("our-key", "our-secret")


def repeated(*exchanges: Exchange) -> tuple[list[httpx2.Request], list[str]]:
    """Return the requests that a service gets, and why others were skipped."""
    got: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        got.append(request)
        return httpx2.Response(200, json={"contact": contact(ADA, created_at="2030-01-01T00:00:00.000Z")})

    recording = Recording("US", [*enumerate(exchanges, 2)])
    with httpx2.Client(transport=httpx2.MockTransport(answer), base_url="http://service.test/base") as client:
        outcomes = drift_on_service(recording, client, PAIR)
    return got, [each.skipped for each in outcomes if each.skipped]


def test_requests_have_the_key_of_the_empty_account() -> None:
    """Instead of the first pair that was accepted; one that was refused is replaced by another unknown one."""
    refused = exchange(f"GET {CONTACTS}", 401, error("Invalid Credentials"), pair="pair-2")
    nobody = exchange(f"GET {CONTACTS}", 403, error("Did not get inputs for authorization"), pair="")
    (first, second, third), skipped = repeated(created(ADA), refused, nobody)
    assert skipped == []
    assert (first.headers["sb-api-key-id"], first.headers["sb-api-secret-key"]) == ("our-key", "our-secret")
    assert second.headers["sb-api-key-id"] != "our-key"
    assert "sb-api-key-id" not in third.headers
    assert (first.method, str(first.url)) == ("POST", f"http://service.test/base{CONTACTS}")


def test_another_account_is_skipped() -> None:
    """There is only one key."""
    other = exchange(f"GET {CONTACTS}", 200, [], pair="pair-2")
    recording = Recording("US", [(2, created(ADA)), (3, other)])
    assert accepted_pairs(recording) == ["pair-1", "pair-2"]
    got, skipped = repeated(created(ADA), other)
    assert (len(got), skipped) == (1, ["another key pair than the first is used"])


def test_times_are_those_of_the_service() -> None:
    """One that an earlier answer named is translated; a request with another is skipped."""
    known = exchange(f"GET {CONTACTS}?created_at_gte=2026-01-01T00:00:00.000Z", 200, [])
    unknown = exchange(f"GET {CONTACTS}?created_at_gte=2026-01-02", 200, [])
    got, skipped = repeated(created(ADA), known, unknown)
    assert got[1].url.query == b"created_at_gte=2030-01-01T00%3A00%3A00.000Z"
    assert (len(got), len(skipped)) == (2, 1)
    assert "names a time" in skipped[0]
