"""Server-sent events, which no call on contacts answers with, but other paths of a service may."""

from typing import Any

import httpx2
import pytest

from sendblue_api import (
    APIConnectionError,
    APIResponseValidationError,
    APITimeoutError,
    AsyncStream,
    NotFoundError,
    Stream,
    types,
)
from unit.sendblue_api.scripted_service import Driver
from unit.sendblue_api.test_raw import Body, Opened, collected, streaming

EVENTS = [b'data: {"phone": "+1"}\n\n', b'event: new\ndata: {"phone":\ndata: 2}\n\n']


class Contacts(Stream[types.Contact]):
    """A class of a program's own."""


class AsyncContacts(AsyncStream[types.Contact]):
    """The same for the async client."""


def answer(body: Body) -> httpx2.Response:
    """An answer of events."""
    return httpx2.Response(
        200, stream=body, headers={"content-type": "text/event-stream"}, request=httpx2.Request("GET", "http://a.test")
    )


async def test_the_events_of_an_answer(api: Driver) -> None:
    """A `Stream` reads those of any answer, and closes it."""
    body = Body(*EVENTS)
    kind: Any = Stream if api.kind == "sync" else AsyncStream
    async with Opened(kind(cast_to=types.Contact, response=answer(body))) as events:
        assert [contact.phone for contact in await collected(events)] == ["+1", 2]
    assert body.closed


@pytest.mark.parametrize("verb", ["get", "post"])
@pytest.mark.parametrize("given", ["alias", "class", "none"])
async def test_a_verb_gives_events(api: Driver, verb: str, given: str) -> None:
    """As they come, of the type that `stream_cls` names, else of the one that is cast to."""
    sync = api.kind == "sync"
    kinds: dict[str, Any] = {
        "alias": Stream[types.Contact] if sync else AsyncStream[types.Contact],
        "class": Contacts if sync else AsyncContacts,
        "none": None,
    }
    body = Body(*EVENTS)
    api.client = streaming(api, answer(body))
    cast_to = types.Contact if given == "none" else object
    events: Any = await api(verb, "/x", cast_to=cast_to, stream=True, stream_cls=kinds[given])
    assert type(events).__name__.removeprefix("Async") == ("Contacts" if given == "class" else "Stream")
    first = next(events) if sync else await anext(events)
    assert (type(first), first.phone, body.taken) == (types.Contact, "+1", 1)
    assert [contact.phone for contact in await collected(events)] == [2]
    assert body.closed


async def test_a_block_without_data_is_no_event(api: Driver) -> None:
    """A time to wait, an id or a comment alone is for the connection, not for who reads (HTML standard, 9.2.6)."""
    body = Body(b"retry: 1000\n\n", b": still here\n\n", b"id: 7\n\n", *EVENTS, b"event: end\n\n")
    kind: Any = Stream if api.kind == "sync" else AsyncStream
    async with Opened(kind(cast_to=types.Contact, response=answer(body))) as events:
        assert [contact.phone for contact in await collected(events)] == ["+1", 2]


async def test_no_events_come_of_an_error(api: Driver) -> None:
    """An error status raises at once, and without `stream` an answer is an answer."""
    api.answers(httpx2.Response(404, json={"message": "No"}), httpx2.Response(200, json={"a": 1}))
    with pytest.raises(NotFoundError) as caught:
        await api("get", "/x", cast_to=object, stream=True)
    assert caught.value.body == {"message": "No"}
    assert await api("get", "/x", cast_to=dict, stream=False) == {"a": 1}


async def test_what_is_no_event(api: Driver) -> None:
    """An answer of another type, or an event that is not JSON, is said to be so."""
    api.answers(httpx2.Response(200, json={"a": 1}))
    with pytest.raises(APIResponseValidationError, match="text/event-stream"):
        await collected(await api("get", "/x", cast_to=object, stream=True))
    api.client = streaming(api, answer(Body(b"data: [DONE\n\n")))
    with pytest.raises(APIResponseValidationError, match="event is not JSON") as caught:
        await collected(await api("get", "/x", cast_to=object, stream=True))
    assert caught.value.body == "[DONE"


@pytest.mark.parametrize(
    ("failure", "kind"), [(httpx2.ReadError("cut"), APIConnectionError), (httpx2.ReadTimeout("slow"), APITimeoutError)]
)
async def test_events_that_break_off(api: Driver, failure: Exception, kind: type[Exception]) -> None:
    """The error is ours."""
    api.client = streaming(api, answer(Body(EVENTS[0], failure)))
    events = await api("get", "/x", cast_to=types.Contact, stream=True)
    with pytest.raises(kind) as caught:
        await collected(events)
    assert caught.value.__cause__ is failure
