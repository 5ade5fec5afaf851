"""Messages and webhooks of test mode: nothing reaches a phone, magic numbers fail, webhooks may lead to loopback."""

import asyncio
import time
from typing import Any

import httpx2
import pytest

from support.process import PATIENCE, Serving
from support.receiver import receiving
from support.test_mode import add_fault

CONTACTS = "/api/v2/contacts"
NUMBER = "+14155552671"


def verify(wire: httpx2.Client, number: str) -> None:
    """Request a verification message."""
    wire.post(CONTACTS, json={"number": number})
    assert wire.post(f"{CONTACTS}/verify", json={"number": number}).status_code == 200


def settled(wire: httpx2.Client, **wanted: Any) -> dict[str, Any]:
    """Wait until the newest message has these values, and return it."""
    give_up = time.monotonic() + PATIENCE
    while True:
        message: dict[str, Any] = wire.get("/_numberkeep/messages").json()[0]
        if all(message[name] == value for name, value in wanted.items()):
            return message
        assert time.monotonic() < give_up, message
        time.sleep(0.01)


def test_a_message_is_delivered_at_once_and_can_be_read(wire: httpx2.Client) -> None:
    """It is in the store, as delivered."""
    verify(wire, NUMBER)
    message = settled(wire, status="delivered")
    assert (message["to"], message["handle"]) == (NUMBER, f"test-{message['id']}")


@pytest.mark.parametrize(
    ("number", "error"),
    [
        ("+15005550001", "the carrier rejected the message"),
        ("+15005550003", "the recipient has opted out"),
        ("+15005550004", "the carrier does not know the number"),
    ],
)
def test_a_message_to_a_magic_number_fails(wire: httpx2.Client, number: str, error: str) -> None:
    """Permanently; the carrier's opt-out is recorded."""
    verify(wire, number)
    assert settled(wire, status="failed")["error"] == error
    assert wire.get(CONTACTS).json()[0]["opt_out"] is (number == "+15005550003")


def test_a_plain_message_is_delivered_or_fails_as_its_number_says(wire: httpx2.Client) -> None:
    """A program that polls the status sees the final one, by the hosted service's name."""
    ends = {}
    for number in (NUMBER, "+15005550001", "+15005550003", "+15005550004"):
        sent = wire.post("/api/send-message", json={"number": number, "content": "hi", "from_number": "+14155550100"})
        assert sent.status_code == 200, sent.text
        give_up = time.monotonic() + PATIENCE
        params = {"handle": sent.json()["message_handle"]}
        while (status := wire.get("/api/status", params=params).json())["status"] == "QUEUED":
            assert time.monotonic() < give_up
            time.sleep(0.01)
        ends[number[-4:]] = (status["status"], status["error_key"], status["error_message"])
    assert ends == {
        "2671": ("DELIVERED", None, None),
        "0001": ("ERROR", None, "the carrier rejected the message"),
        "0003": ("ERROR", "OPTED_OUT", "the recipient has opted out"),
        "0004": ("ERROR", None, "the carrier does not know the number"),
    }


def test_a_message_to_a_silent_number_is_retried(wire: httpx2.Client) -> None:
    """It is queued until then."""
    verify(wire, "+15005550002")
    give_up = time.monotonic() + PATIENCE
    while not (failing := wire.get("/_numberkeep/doctor").json()["messages"])["failing"]:
        assert time.monotonic() < give_up
        time.sleep(0.01)
    assert failing == {"failing": 1, "dead": 0, "error": "the carrier did not answer"}
    assert settled(wire)["status"] == "queued"


def test_doctor_knows_the_sender(wire: httpx2.Client) -> None:
    """It does not report that a sender is missing."""
    assert wire.get("/_numberkeep/doctor").json()["sender"] == "test"


async def test_a_webhook_leads_to_loopback_and_can_lose_events(test_mode: Serving, wire: httpx2.Client) -> None:
    """Without NUMBERKEEP_ALLOWED_NETWORKS; the event that is lost is not retried."""
    async with receiving() as receiver:
        url = f"http://127.0.0.1:{receiver.port}/hook"
        async with httpx2.AsyncClient(base_url=test_mode.url, headers=wire.headers, timeout=PATIENCE) as client:
            made = await client.post("/_numberkeep/webhooks", json={"url": url, "types": ["contact.created"]})
            assert made.status_code == 200, made.text
            await asyncio.to_thread(add_fault, wire, "webhooks", "lost", number=NUMBER)
            for number in (NUMBER, "+14155552672"):
                await client.post(CONTACTS, json={"number": number})
            async with asyncio.timeout(PATIENCE):
                while not receiver.requests:  # noqa: ASYNC110 - nothing reports it
                    await asyncio.sleep(0.01)
        assert [NUMBER.encode() in request.body for request in receiver.requests] == [False]
