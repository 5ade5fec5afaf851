"""Services whose relay is to fail: started on a database and an inbox, and queried over HTTP."""

import asyncio
import contextlib
import json
import secrets
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, Final, Self

import httpx2

from support.inbox import Inbox
from support.process import PATIENCE, Serving, serving
from support.wire import Wire

CONTACTS: Final = "/api/v2/contacts"
KEY: Final = {"sb-api-key-id": "relay-key", "sb-api-secret-key": "relay-secret"}


class Services:
    """Starts services that send to an inbox, in threads, so that the inbox keeps answering."""

    def __init__(self, folder: Path, database: str, phones: Inbox) -> None:
        self._settings = {
            "NUMBERKEEP_API_KEY": KEY["sb-api-key-id"],
            "NUMBERKEEP_API_SECRET": KEY["sb-api-secret-key"],
            "NUMBERKEEP_DATABASE": database,
            "NUMBERKEEP_RESEND_SECONDS": "0",
            "NUMBERKEEP_SENDER": "webhook",
            "NUMBERKEEP_SENDER_URL": phones.url,
            "NUMBERKEEP_SENDER_SECRET": "sender-secret",
            "NUMBERKEEP_LEASE_SECONDS": "3",
            "NUMBERKEEP_ALLOWED_NETWORKS": "127.0.0.0/8",
        }
        self._folder = folder
        self._stack = contextlib.ExitStack()

    async def start(self, *arguments: str) -> Serving:
        """Start one more service on the database."""
        return await asyncio.to_thread(
            lambda: self._stack.enter_context(serving(self._folder, *arguments, **self._settings))
        )

    async def kill(self, running: Serving) -> None:
        """Kill a service, and wait until all of its processes are gone."""
        await asyncio.to_thread(running.kill)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self._stack.close)


def number(n: int) -> str:
    """Return one of many numbers."""
    return f"+1415600{n:04d}"


async def ask(running: Serving, method: str, path: str, body: Any = None) -> Any:
    """Return the answer to one request over a new connection."""
    async with Wire(running.url, KEY) as wire:
        answer = await wire.request(method, path, body)
    assert answer.status == 200, answer.content
    return answer.json()


async def create(running: Serving, *numbers: str) -> None:
    """Create contacts."""
    await ask(running, "POST", f"{CONTACTS}/bulk", {"contacts": [{"phone": each} for each in numbers]})


async def verify(running: Serving, *numbers: str, wires: int = 1) -> None:
    """Request verifications over this number of connections at once."""

    async def over_one(part: Sequence[str]) -> None:
        async with Wire(running.url, KEY) as wire:
            for each in part:
                assert (await wire.request("POST", f"{CONTACTS}/verify", {"number": each})).status == 200

    await asyncio.gather(*[over_one(numbers[place::wires]) for place in range(wires)])


async def outbox(running: Serving) -> dict[str, Any]:
    """Return the state of the outbox."""
    standing: dict[str, Any] = (await ask(running, "GET", "/health/ready"))["outbox"]
    return standing


async def until_outbox_is_empty(running: Serving) -> None:
    """Wait until the outbox is empty, without dead deliveries; polls, because nothing reports that."""
    async with asyncio.timeout(PATIENCE):
        while (standing := await outbox(running)) != {"waiting": 0, "oldest_seconds": 0, "dead": 0}:
            assert standing["dead"] == 0
            await asyncio.sleep(0.02)


async def events(running: Serving, *types: str) -> list[dict[str, Any]]:
    """Return the events of these types, or of all, up to now, oldest first."""
    found: list[dict[str, Any]] = []
    tag = secrets.token_hex(8)
    async with follow(running) as stream:
        await ask(running, "POST", CONTACTS, {"number": "+14155550100", "update_if_exists": True, "tags": [tag]})
        async for line in stream.aiter_lines():
            if line.startswith("data: "):
                event = json.loads(line.removeprefix("data: "))
                if event["data"].get("contact", {}).get("tags") == [tag]:
                    break
                found.append(event)
    return [event for event in found if not types or event["type"] in types]


@contextlib.asynccontextmanager
async def follow(running: Serving) -> AsyncIterator[httpx2.Response]:
    """Yield the stream of all events from the first one on."""
    async with (
        httpx2.AsyncClient(base_url=running.url, headers=KEY, timeout=PATIENCE) as client,
        client.stream("GET", "/api/v2/events", params={"after": 0}) as stream,
    ):
        assert stream.status_code == 200
        yield stream
