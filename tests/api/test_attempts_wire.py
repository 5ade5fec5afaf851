"""Attempts to deliver events, samples, retries and disabled webhooks over HTTP."""

from typing import Any

import httpx2
import pytest

from support.api import CONTACTS, running_service
from support.receiver import OK, answer, receiving

PHONE = "+14155552671"
WEBHOOKS = "/_numberkeep/webhooks"
RETRY = "/_numberkeep/deliveries/retry"


async def attempts(wire: httpx2.AsyncClient) -> list[dict[str, Any]]:
    """Return the attempts of the first webhook."""
    listed: list[dict[str, Any]] = (await wire.get(f"{WEBHOOKS}/1/attempts")).json()
    return listed


async def test_an_attempt_shows_request_and_answer() -> None:
    """Without the secret; a retry makes the next one at once."""
    async with (
        receiving(answer(500, b"out of order"), OK) as receiver,
        running_service() as service,
        service.wire() as wire,
    ):
        url = f"http://127.0.0.1:{receiver.port}/hook"
        made = await wire.post(WEBHOOKS, json={"url": url, "types": ["contact_created"]})
        secret = made.json()["webhook"]["secret"]
        await wire.post(CONTACTS, json={"number": PHONE})
        await service.relay.turn()
        [failed] = await attempts(wire)
        assert (failed["error"], failed["number"], failed["delivery"]) == ("answered 500", PHONE, "waiting")
        assert failed["response"] == {"status": 500, "body": "out of order"}
        assert failed["request"]["url"] == url
        assert failed["request"]["body"].encode() == receiver.requests[0].body
        assert failed["request"]["headers"]["sb-signing-secret"] == "(hidden)"
        assert secret not in str(failed)
        assert (await wire.post(RETRY, json={"webhook": 1, "attempt": failed["id"]})).status_code == 200
        await service.relay.turn()
        newest, _ = await attempts(wire)
        assert (newest["error"], newest["attempts"], newest["delivery"]) == (None, 2, None)
        again = await wire.post(RETRY, json={"webhook": 1, "attempt": failed["id"]})
        assert again.status_code == 400
        assert "nothing to retry" in again.json()["message"]


async def test_a_sample_is_answered_at_once() -> None:
    """With how it ended; it is marked, and no event of the log."""
    async with receiving(answer(204), answer(500)) as receiver, running_service() as service, service.wire() as wire:
        await wire.post(WEBHOOKS, json={"url": f"http://127.0.0.1:{receiver.port}/hook", "types": ["receive"]})
        first, second = [(await wire.post(f"{WEBHOOKS}/1/sample")).json()["attempt"] for _ in range(2)]
        assert (first["sample"], first["event"], first["error"], first["type"]) == (
            True,
            None,
            None,
            "message.received",
        )
        assert (second["error"], second["response"]["status"]) == ("answered 500", 500)
        assert receiver.requests[0].headers["numberkeep-sample"] == "true"
        answered = await wire.get(f"{WEBHOOKS}/1/attempts", params={"limit": 1})
        assert [each["id"] for each in answered.json()] == [2]
        rest = await wire.get(answered.links["next"]["url"])
        assert [each["id"] for each in rest.json()] == [1]


async def test_a_webhook_is_disabled_by_its_account(wire: httpx2.AsyncClient) -> None:
    """The log says so, and enabling it ends that; both may be repeated."""
    await wire.post(WEBHOOKS, json={"url": "http://127.0.0.1:9/", "types": ["webhook.disabled"]})
    for state in ("disabled", "disabled", "enabled", "enabled"):
        changed = (await wire.post(f"{WEBHOOKS}/1", json={"state": state})).json()["webhook"]
        assert (changed["disabled_at"] is None) == (state == "enabled")
    assert (await wire.post(f"{WEBHOOKS}/2", json={"state": "disabled"})).status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"webhook": 1}, 400),
        ({"attempt": 1}, 400),
        ({"webhook": 1, "attempt": 1}, 404),
        ({"webhook": 9, "attempt": 1}, 404),
    ],
)
async def test_only_an_attempt_that_is_kept_is_retried(
    wire: httpx2.AsyncClient, body: dict[str, int], status: int
) -> None:
    """The answer says what is missing."""
    await wire.post(WEBHOOKS, json={"url": "http://127.0.0.1:9/"})
    assert (await wire.post(RETRY, json=body)).status_code == status


async def test_a_missing_webhook_has_neither_attempts_nor_samples(wire: httpx2.AsyncClient) -> None:
    """As for every other operation on it."""
    assert (await wire.get(f"{WEBHOOKS}/7/attempts")).status_code == 404
    assert (await wire.post(f"{WEBHOOKS}/7/sample")).status_code == 404
    assert (await wire.post(f"{WEBHOOKS}/x/sample")).status_code == 404
