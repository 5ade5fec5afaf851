"""`numberkeep listen` in this process, against simulated failures of a service."""

import asyncio
import json
import threading
import time

import pytest
from click.testing import CliRunner, Result

from numberkeep.cli import listen as listening
from numberkeep.cli.main import cli
from support.receiver import answer, receiving

ABOUT = answer(200, b'{"info": {"title": "numberkeep"}}')
"""The response to the first request of every command, which checks what the service is."""


def stream(n: int, *, open_ended: bool = False) -> bytes:
    """Return a stream of one event that then ends, or stays silent."""
    data = json.dumps({"id": str(n)})
    whole = answer(200, f"id: {n}\nevent: x\ndata: {data}\n\n".encode(), content_type="text/event-stream")
    return whole.replace(b"content-length: ", b"content-length: 9") if open_ended else whole


async def listen(port: int, *arguments: str) -> Result:
    """Run the command in a daemon thread, so that a command that does not end blocks nothing."""
    variables = {
        "SENDBLUE_API_BASE_URL": f"http://127.0.0.1:{port}",
        "SENDBLUE_API_API_KEY": "listen-key",
        "SENDBLUE_API_API_SECRET": "listen-secret",
    }
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[Result] = loop.create_future()

    def run() -> None:
        done = CliRunner().invoke(cli, ["listen", "--json", *arguments], env=variables)
        loop.call_soon_threadsafe(ended.set_result, done)

    threading.Thread(target=run, daemon=True).start()
    async with asyncio.timeout(10):
        return await ended


async def test_it_reconnects_to_an_unavailable_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also if a proxy responds for it: with pauses, starting after the last event."""
    monkeypatch.setattr(listening, "_AGAIN_SECONDS", 0.05)
    away = [answer(status) for status in (503, 429, 502, 504)]
    async with receiving(ABOUT, stream(1), *away, stream(2)) as receiver:
        began = time.monotonic()
        done = await listen(receiver.port, "--count", "2")
    assert time.monotonic() - began > 0.24, "there is a pause before each request but the first two"
    assert (done.exit_code, done.stdout) == (0, '{"id": "1"}\n{"id": "2"}\n')
    assert [request.headers.get("last-event-id") for request in receiver.requests[1:]] == [None, *["1"] * 5]


@pytest.mark.parametrize("status", [401, 403, 404, 410, 500])
async def test_a_permanent_error_ends_it(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    """A revoked key, or a position outside the retained log: an error, and no further request."""
    monkeypatch.setattr(listening, "_AGAIN_SECONDS", 0)
    async with receiving(ABOUT, stream(1), answer(status, b'{"message": "no more"}')) as receiver:
        done = await listen(receiver.port)
    assert (done.exit_code, done.stdout) == (4 if status in {401, 403} else 1, '{"id": "1"}\n')
    assert done.stderr.endswith("Error: no more\n")
    assert len(receiver.requests) == 3


@pytest.mark.parametrize("status", [429, 502, 503, 504])
async def test_an_unavailable_service_at_the_start_is_an_error(status: int) -> None:
    """A mistyped address is reported instead of retried."""
    async with receiving(ABOUT, answer(status)) as receiver:
        done = await listen(receiver.port)
    assert (done.exit_code, done.stdout, f"status {status}" in done.stderr) == (1, "", True)
    assert len(receiver.requests) == 2


async def test_a_silent_connection_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without heartbeats it is considered lost, for example dropped by a router."""
    monkeypatch.setattr(listening, "_SILENCE_SECONDS", 0.2)
    monkeypatch.setattr(listening, "_AGAIN_SECONDS", 0)
    async with receiving(ABOUT, stream(1, open_ended=True), stream(2)) as receiver:
        done = await listen(receiver.port, "--count", "2")
    assert (done.exit_code, done.stdout) == (0, '{"id": "1"}\n{"id": "2"}\n')
    assert [request.connection for request in receiver.requests] == [1, 1, 2]
