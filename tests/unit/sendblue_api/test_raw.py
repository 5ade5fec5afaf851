"""`with_raw_response` and `with_streaming_response` (client-facts.md, "Answers")."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest

import sendblue_api
from sendblue_api import (
    APIConnectionError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    NotFoundError,
    types,
)
from unit.sendblue_api.scripted_service import CONTACT, Driver, settled

NUMBER = "+15551234567"
PAIR: dict[str, Any] = {"api_key": "key-1", "api_secret": "secret-1", "base_url": "http://service.test"}


class Body(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """A body in pieces, which notes how much of it was asked for, and may break."""

    def __init__(self, *pieces: bytes | Exception) -> None:
        self.pieces = pieces
        self.taken = 0
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.pieces:
            self.taken += 1
            if isinstance(piece, Exception):
                raise piece
            yield piece

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece

    def close(self) -> None:
        """Note it."""
        self.closed = True

    async def aclose(self) -> None:
        """Note it."""
        self.closed = True


class Opened:
    """The answer of a streaming call, whichever client made it."""

    def __init__(self, context: Any) -> None:
        self.context = context

    async def __aenter__(self) -> Any:
        if hasattr(self.context, "__enter__"):
            return self.context.__enter__()
        return await self.context.__aenter__()

    async def __aexit__(self, *error: object) -> None:
        if hasattr(self.context, "__exit__"):
            self.context.__exit__(*error)
        else:
            await self.context.__aexit__(*error)


async def collected(pieces: Any) -> list[Any]:
    """All that an iterator gives, sync or async."""
    return list(pieces) if hasattr(pieces, "__iter__") else [piece async for piece in pieces]


def streaming(api: Driver, answer: httpx2.Response) -> Any:
    """A client whose service gives `answer` itself, not a copy that was read."""
    transport = httpx2.MockTransport(lambda _: answer)
    if api.kind == "sync":
        return sendblue_api.SendblueAPI(**PAIR, http_client=httpx2.Client(transport=transport))
    return sendblue_api.AsyncSendblueAPI(**PAIR, http_client=httpx2.AsyncClient(transport=transport))


async def test_a_raw_response(api: Driver) -> None:
    """All of the answer, how it came about, and what the plain method would have returned."""
    good = httpx2.Response(200, json={"contact": CONTACT, "status": "OK"}, headers={"x-request-id": "r-1"})
    api.answers(httpx2.Response(503), good)
    response = await api("contacts.with_raw_response.create", number=NUMBER, tags=["a"])
    kind = sendblue_api.APIResponse if api.kind == "sync" else sendblue_api.AsyncAPIResponse
    assert type(response) is kind
    assert (response.status_code, response.headers["x-request-id"], response.retries_taken) == (200, "r-1", 1)
    assert (response.method, str(response.url)) == ("POST", "http://service.test/api/v2/contacts")
    assert (response.http_version, response.is_closed) == ("HTTP/1.1", True)
    assert response.http_request is response.http_response.request
    assert repr(response) == f"<{kind.__name__} [200]>"
    parsed = await settled(response.parse)
    assert type(parsed) is types.ContactCreateResponse
    assert parsed == await api("contacts.create", number=NUMBER)
    assert (await settled(response.json))["contact"] == CONTACT
    assert await settled(response.parse, to=dict) == await settled(response.json)
    assert await settled(response.parse, to=str) == await settled(response.text) == good.text
    assert await settled(response.read) == good.content
    assert b"".join(await collected(response.iter_bytes(7))) == good.content
    assert "".join(await collected(response.iter_text())) == good.text
    assert await collected(response.iter_lines()) == [good.text]
    await settled(response.close)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("list", {}),
        ("count", {}),
        ("verify", {"number": NUMBER}),
        ("opt_out", {"number": NUMBER}),
        ("retrieve", {"phone_number": NUMBER}),
        ("update", {"phone_number": NUMBER}),
        ("delete", {"phone_number": NUMBER}),
        ("bulk.create", {"contacts": []}),
        ("bulk.delete", {"contact_ids": []}),
    ],
)
async def test_every_call_has_its_raw_and_streaming_variant(api: Driver, name: str, arguments: dict[str, Any]) -> None:
    """Reached from the group, the resource or the client, with the same request and the same model."""
    plain = await api(f"contacts.{name}", **arguments)
    group, _, method = f"contacts.{name}".rpartition(".")
    requests = [api.request.url]
    raw = [f"{group}.with_raw_response.{method}", f"contacts.with_raw_response.{name}"]
    for path in (*raw, f"with_raw_response.contacts.{name}"):
        assert await settled((await api(path, **arguments)).parse) == plain
        requests.append(api.request.url)
    for holder in (path.replace("raw", "streaming") for path in (*raw, f"with_raw_response.contacts.{name}")):
        async with Opened(await api(holder, **arguments)) as response:
            assert await settled(response.parse) == plain
        requests.append(api.request.url)
    assert len(set(requests)) == 1


async def test_a_raw_answer_that_is_an_error_raises(api: Driver) -> None:
    """An error status at once, a 200 that says ERROR or is no JSON when it is parsed."""
    api.answers(
        httpx2.Response(404), httpx2.Response(200, json={"status": "ERROR"}), httpx2.Response(200, content=b"<p>")
    )
    with pytest.raises(NotFoundError):
        await api("contacts.with_raw_response.retrieve", NUMBER)
    response = await api("contacts.with_raw_response.count")
    assert await settled(response.json) == {"status": "ERROR"}
    with pytest.raises(APIStatusError):
        await settled(response.parse)
    response = await api("contacts.with_raw_response.count")
    for function in (response.parse, response.json):
        with pytest.raises(APIResponseValidationError, match="not JSON"):
            await settled(function)


async def test_a_streaming_response_is_read_when_it_is_asked(api: Driver) -> None:
    """The block begins before the body came, and its end closes what was not read."""
    body = Body(b'[{"phone":"+1"},', b'{"phone":"+2"}]')
    client = streaming(api, httpx2.Response(200, stream=body))
    async with Opened(client.contacts.with_streaming_response.list()) as response:
        assert (body.taken, response.is_closed) == (0, False)
        if api.kind == "sync":
            next(response.iter_bytes())
        else:
            await anext(response.iter_bytes())
        assert body.taken == 1
    assert body.closed
    assert isinstance(response.elapsed, timedelta)
    body = Body(b'[{"phone":"+1"},', b'{"phone":"+2"}]')
    client = streaming(api, httpx2.Response(200, stream=body))
    async with Opened(client.contacts.with_streaming_response.list()) as response:
        assert [contact.phone for contact in await settled(response.parse)] == ["+1", "+2"]
        assert len(await settled(response.parse, to=list)) == 2
    body = Body(b"a\nb", b"\nc")
    client = streaming(api, httpx2.Response(200, stream=body))
    async with Opened(client.contacts.with_streaming_response.list()) as response:
        assert await collected(response.iter_lines()) == ["a", "b", "c"]


async def test_nothing_is_sent_before_the_block(api: Driver) -> None:
    """The `with` statement sends the call, and an error status is raised there, with its body."""
    context = await api("contacts.with_streaming_response.retrieve", NUMBER)
    assert api.service.requests == []
    api.answers(httpx2.Response(404, json={"message": "No"}))
    with pytest.raises(NotFoundError) as caught:
        await Opened(context).__aenter__()
    assert caught.value.body == {"message": "No"}


@pytest.mark.parametrize(
    ("failure", "kind"), [(httpx2.ReadError("cut"), APIConnectionError), (httpx2.ReadTimeout("slow"), APITimeoutError)]
)
async def test_a_body_that_breaks_off(api: Driver, failure: Exception, kind: type[Exception]) -> None:
    """The errors are ours where the body is read late too."""
    for read in ("parse", "read", "iter_bytes", "iter_text", "iter_lines"):
        client = streaming(api, httpx2.Response(200, stream=Body(b"[", failure)))
        async with Opened(client.contacts.with_streaming_response.list()) as response:
            with pytest.raises(kind) as caught:
                await (collected(getattr(response, read)()) if "iter" in read else settled(getattr(response, read)))
            assert type(caught.value) is kind
