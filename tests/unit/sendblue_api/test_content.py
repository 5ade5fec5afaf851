"""`content=` of `client.post` and the rest: a body that is sent as it is."""

import io
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx2
import pytest

from sendblue_api import AsyncStream, Stream
from unit.sendblue_api.scripted_service import Driver

OPTIONS = {"headers": {"Content-Type": "text/csv"}}
EVENT = httpx2.Response(200, content=b"data: 7\n\n", headers={"content-type": "text/event-stream"})


def pieces() -> Iterator[bytes]:
    """A body that can be read once."""
    yield b"a,"
    yield b"b"


async def async_pieces() -> AsyncIterator[bytes]:
    """The same, awaited."""
    for piece in pieces():
        yield piece


@pytest.mark.parametrize(
    "content",
    [
        lambda: b"a,b",
        lambda: "a,b",
        lambda: bytearray(b"a,b"),
        lambda: memoryview(b"a,b"),
        lambda: [b"a,", b"b"],
        lambda: io.BytesIO(b"a,b"),
        pieces,
    ],
    ids=["bytes", "str", "bytearray", "memoryview", "list", "file", "iterator"],
)
async def test_what_can_be_sent(api: Driver, content: Callable[[], Any]) -> None:
    """The type is the one that the headers name, the length is announced, and a retry sends all of it again."""
    await check_content(api, content())


async def test_an_async_iterable_can_be_sent() -> None:
    """By the async client."""
    await check_content(Driver("async").connect(), async_pieces())


async def check_content(api: Driver, content: Any) -> None:
    """Send it to a service that asks for a retry."""
    api.answers(httpx2.Response(503), httpx2.Response(200, json={}))
    await api("post", "/x", cast_to=object, content=content, options=OPTIONS)
    assert len(api.service.requests) == 2
    for request in api.service.requests:
        kind, length = request.headers["content-type"], request.headers["content-length"]
        assert (request.content, kind, length) == (b"a,b", "text/csv", "3")
        assert "transfer-encoding" not in request.headers


@pytest.mark.parametrize("verb", ["put", "patch", "delete"])
async def test_every_verb_takes_it(api: Driver, verb: str) -> None:
    """As `post` does."""
    await api(verb, "/x", cast_to=object, content=pieces() if api.kind == "sync" else async_pieces())
    assert (api.request.method, api.request.content) == (verb.upper(), b"a,b")


async def test_events_can_answer_it(api: Driver) -> None:
    """A streamed response takes the same content."""
    api.answers(EVENT)
    kind, content = (Stream[int], pieces()) if api.kind == "sync" else (AsyncStream[int], async_pieces())
    stream = await api("post", "/x", cast_to=object, content=content, stream=True, stream_cls=kind)
    assert api.request.content == b"a,b"
    assert (next(stream) if api.kind == "sync" else await anext(stream)) == 7


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"content": 5}, "content must be bytes, a str or an iterable of bytes, not int."),
        ({"content": {"a": 1}}, "content must be bytes, a str or an iterable of bytes, not dict."),
        ({"content": ["a"]}, "expected a bytes-like object, str found"),
        ({"content": b"a", "body": {}}, "content cannot be combined"),
        ({"content": b"a", "files": {"a": b"b"}}, "content cannot be combined"),
        ({"content": b"a", "options": {"extra_json": {"a": 1}}}, "content cannot be combined"),
    ],
)
async def test_what_is_refused(api: Driver, arguments: dict[str, Any], text: str) -> None:
    """Before anything is sent."""
    with pytest.raises(TypeError, match=text):
        await api("post", "/x", cast_to=object, **arguments)
    assert api.service.requests == []


def test_the_sync_client_cannot_wait_for_content() -> None:
    """It says which client can."""
    api = Driver("sync").connect()
    with pytest.raises(TypeError, match="pass an iterable of bytes, or use AsyncSendblueAPI"):
        api.client.post("/x", cast_to=object, content=async_pieces())
    assert api.service.requests == []
