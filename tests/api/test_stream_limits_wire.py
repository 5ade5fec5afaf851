"""GET /api/v2/events: how many streams a key may have, and what a client that does not read costs."""

import asyncio
from typing import Any

import httpx2
import pytest

from numberkeep.http.application import Application
from numberkeep.http.closing import Closing
from numberkeep.http.endpoint import Api
from numberkeep.http.stream import Stream
from numberkeep.http.stream_limits import StreamLimits
from numberkeep.service import feed
from numberkeep.service.keys import Authenticator
from numberkeep.wire.decoding import Decoder
from support.api import CONTACTS, FIRST, Service
from support.stream import EVENTS, PATIENCE, listening

PHONE = "+14155552671"


def streaming(service: Service, limits: StreamLimits) -> Application:
    """Return the application of the stream alone, with these limits."""
    context = service.context
    decoder = Decoder(ignore_unknown=False)
    api = Api(context, Authenticator(context.store), decoder, service.notifier, Closing())
    return Application({EVENTS: Stream(api, limits)}, api.outage)


async def test_each_key_has_a_number_of_streams(service: Service) -> None:
    """One more is 429 with Retry-After; a stream that ends and another key are not counted."""
    application = streaming(service, StreamLimits(per_key=2))
    other = await service.new_account("other")
    async with listening(application, FIRST):
        async with listening(application, FIRST):
            async with listening(application, FIRST) as refused:
                assert (refused.status, refused.headers["retry-after"]) == (429, "5")
                assert "2 event streams" in (await refused.body())["message"]
            async with listening(application, other) as accepted:
                assert accepted.status == 200
        async with listening(application, FIRST) as accepted:
            assert accepted.status == 200
        async with listening(application, FIRST, "after=99") as invalid:
            assert invalid.status == 410
        async with listening(application, FIRST) as accepted:
            assert accepted.status == 200


async def test_a_stream_that_is_not_read_ends(
    service: Service, wire: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    """After the time of the setting, and without a warning."""
    await wire.post(CONTACTS, json={"number": PHONE})

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    async def send(message: Any) -> None:
        if b"data:" in message.get("body", b""):
            await asyncio.Event().wait()

    keys = [(b"sb-api-key-id", FIRST.key_id.encode()), (b"sb-api-secret-key", FIRST.secret.encode())]
    scope = {"type": "http", "method": "GET", "path": EVENTS, "query_string": b"after=0", "headers": keys}
    async with asyncio.timeout(PATIENCE):
        await streaming(service, StreamLimits(unread_seconds=0.05))(scope, receive, send)
    assert "warning" not in {record.levelname.lower() for record in caplog.records}


async def test_events_come_in_small_pieces(
    service: Service, wire: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server buffers several pieces, so none is large, even if an event is; nothing is lost between them."""
    monkeypatch.setattr(feed, "_PAGE_BYTES", 100_000)
    variables = {f"v{n}": "\N{SNOWMAN}" * 4000 for n in range(5)}
    for n in range(6):
        await wire.post(CONTACTS, json={"number": f"+1415555000{n}", "custom_variables": variables})
    async with listening(service.application, FIRST, "after=0") as listener:
        events = await listener.events(6)
    assert [event.id for event in events] == ["1", "2", "3", "4", "5", "6"]
    assert all(event.data["data"]["contact"]["custom_variables"] == variables for event in events)
    assert max(map(len, listener.sent)) <= 16 * 1024
