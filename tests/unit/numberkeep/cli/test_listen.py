"""`numberkeep listen`, within this process, against services that do what a real one does rarely."""

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
"""What a service says of itself, as every command asks first."""


def stream(n: int, *, open_ended: bool = False) -> bytes:
    """A stream of one event, which ends behind it or says nothing more."""
    told = json.dumps({"id": str(n)})
    whole = answer(200, f"id: {n}\nevent: x\ndata: {told}\n\n".encode(), content_type="text/event-stream")
    return whole.replace(b"content-length: ", b"content-length: 9") if open_ended else whole


async def listen(port: int, *arguments: str) -> Result:
    """How the command ends, in a thread of its own; one that does not end keeps nothing else from it."""
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


async def test_a_service_that_is_away_for_a_while_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a proxy answers for it: now and then, from behind the last event."""
    monkeypatch.setattr(listening, "_AGAIN_SECONDS", 0.05)
    away = [answer(status) for status in (503, 429, 502, 504)]
    async with receiving(ABOUT, stream(1), *away, stream(2)) as receiver:
        began = time.monotonic()
        done = await listen(receiver.port, "--count", "2")
    assert time.monotonic() - began > 0.24, "there is a pause before each request but the first two"
    assert (done.exit_code, done.stdout) == (0, '{"id": "1"}\n{"id": "2"}\n')
    assert [request.headers.get("last-event-id") for request in receiver.requests[1:]] == [None, *["1"] * 5]


@pytest.mark.parametrize("status", [401, 403, 404, 410, 500])
async def test_what_will_not_pass_ends_it(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    """A key that is revoked, a log that does not reach back so far: with an error, and not asked again."""
    monkeypatch.setattr(listening, "_AGAIN_SECONDS", 0)
    async with receiving(ABOUT, stream(1), answer(status, b'{"message": "no more"}')) as receiver:
        done = await listen(receiver.port)
    assert (done.exit_code, done.stdout) == (4 if status in {401, 403} else 1, '{"id": "1"}\n')
    assert done.stderr.endswith("Error: no more\n")
    assert len(receiver.requests) == 3


@pytest.mark.parametrize("status", [429, 502, 503, 504])
async def test_a_service_that_is_away_from_the_first_ends_it(status: int) -> None:
    """A service that cannot be reached at first is an error, not a reason to wait."""
    async with receiving(ABOUT, answer(status)) as receiver:
        done = await listen(receiver.port)
    assert (done.exit_code, done.stdout, f"status {status}" in done.stderr) == (1, "", True)
    assert len(receiver.requests) == 2


async def test_a_connection_without_heartbeats_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """It broke without a word, as behind a router that forgot it: another one is made."""
    monkeypatch.setattr(listening, "_SILENCE_SECONDS", 0.2)
    monkeypatch.setattr(listening, "_AGAIN_SECONDS", 0)
    async with receiving(ABOUT, stream(1, open_ended=True), stream(2)) as receiver:
        done = await listen(receiver.port, "--count", "2")
    assert (done.exit_code, done.stdout) == (0, '{"id": "1"}\n{"id": "2"}\n')
    assert [request.connection for request in receiver.requests] == [1, 1, 2]
