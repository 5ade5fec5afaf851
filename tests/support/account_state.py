"""What an account of a service in test mode has, on the wire."""

import json
import threading
from collections.abc import Iterator, Mapping
from typing import Any, Final

import httpx2

from support.test_mode import CONTROL

PHONE: Final = "+14155552671"
OTHER: Final = "+14155552672"
CONTACTS: Final = "/api/v2/contacts"
EVENTS: Final = "/api/v2/events"


def done(answer: httpx2.Response) -> Any:
    """Return what a request answered that succeeded."""
    assert answer.status_code == 200, answer.text
    return answer.json()


def control(client: httpx2.Client, path: str, **given: Any) -> Any:
    """Return what the control API answers to a POST."""
    return done(client.post(f"{CONTROL}/{path}", json=given))


def create(client: httpx2.Client, number: str, **given: Any) -> Mapping[str, Any]:
    """Create a contact and return it."""
    contact: Mapping[str, Any] = done(client.post(CONTACTS, json={"number": number, **given}))["contact"]
    return contact


def everything(client: httpx2.Client) -> Mapping[str, Any]:
    """Return what an account has on the wire."""
    return {
        "contacts": done(client.get(CONTACTS)),
        "webhooks": done(client.get("/_numberkeep/webhooks")),
        "messages": done(client.get("/_numberkeep/messages")),
        "plain messages": [{**each, "accountEmail": ""} for each in done(client.get("/api/v2/messages"))["data"]],
        "opt-outs": done(client.get("/_numberkeep/consent/opt-outs")),
        "ledger": done(client.get("/_numberkeep/consent/verify")),
        "events": events(client),
    }


def events(client: httpx2.Client) -> list[Mapping[str, Any]]:
    """Return the events of an account."""
    with client.stream("GET", EVENTS) as stream:  # it begins with the position of the last event
        last = next(line for line in stream.iter_lines() if line.startswith("id: "))
    found: list[Mapping[str, Any]] = []
    with client.stream("GET", EVENTS, params={"after": 0}) as stream:
        reached = ""
        for line in stream.iter_lines():
            if line.startswith("data: "):
                found.append(json.loads(line[6:]))
            elif line.startswith("id: "):
                reached = line
            elif not line and reached == last:
                break
    return found


def following(client: httpx2.Client, after: int, begun: threading.Event | None = None) -> Iterator[Mapping[str, Any]]:
    """Yield the events of a stream until it ends; `begun` is set when it begins."""
    with client.stream("GET", EVENTS, params={"after": after}) as stream:
        assert stream.status_code == 200
        if begun:
            begun.set()
        yield from (json.loads(line[6:]) for line in stream.iter_lines() if line.startswith("data: "))


def until_type(client: httpx2.Client, type_: str) -> None:
    """Wait until there is an event of a type."""
    next(event for event in following(client, 0) if event["type"] == type_)
