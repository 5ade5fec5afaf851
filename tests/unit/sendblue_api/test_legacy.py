"""Clients, timeouts and URLs of httpx, the library before httpx2, of a caller who has it."""

import logging
import subprocess
import sys
from typing import Any

import httpx
import httpx2
import pytest

import sendblue_api
from sendblue_api import (
    APIConnectionError,
    APITimeoutError,
    AsyncSendblueAPI,
    NotFoundError,
    SendblueAPI,
    SendblueAPIError,
)
from unit.sendblue_api.scripted_service import Driver, settled

PAIR: dict[str, Any] = {"api_key": "key-1", "api_secret": "secret-1", "base_url": httpx.URL("http://service.test/gate")}


class Asked(list[httpx.Request]):
    """What the service was asked, through httpx."""


def connected(api: Driver, answer: Any, **settings: Any) -> tuple[Any, list[httpx.Request]]:
    """A client of ours on one of httpx, and what it sends."""
    asked: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    transport = httpx.MockTransport(handle)
    if api.kind == "sync":
        legacy: Any = httpx.Client(transport=transport, **settings)
        api.client = SendblueAPI(**PAIR, http_client=legacy)
    else:
        legacy = httpx.AsyncClient(transport=transport, **settings)
        api.client = AsyncSendblueAPI(**PAIR, http_client=legacy)
    api.client._sender.sleep = api.pauses.append if api.kind == "sync" else api._pause
    return legacy, asked


async def test_a_client_of_httpx_sends(api: Driver) -> None:
    """With the headers, the query and the timeout that its maker chose, below ours."""
    good = httpx.Response(200, json={"count": 3})
    _, asked = connected(api, good, headers={"X-Proxy": "p"}, params={"z": "1"}, timeout=7)
    assert (await api("contacts.count")).count == 3
    (sent,) = asked
    assert isinstance(sent, httpx.Request)
    assert str(sent.url) == "http://service.test/gate/api/v2/contacts/count?z=1"
    assert (sent.headers["x-proxy"], sent.headers["sb-api-secret-key"]) == ("p", "secret-1")
    assert sent.extensions["timeout"]["read"] == 7
    await api("contacts.create", number="+1", timeout=httpx.Timeout(3, connect=1))
    assert (asked[-1].content, asked[-1].method) == (b'{"number":"+1"}', "POST")
    assert asked[-1].extensions["timeout"] == {"connect": 1, "read": 3, "write": 3, "pool": 3}
    assert (await settled((await api("contacts.with_raw_response.count")).json)) == {"count": 3}
    response = await api("get", "/x", cast_to=httpx.Response)
    assert (type(response), response.json()) == (httpx2.Response, {"count": 3})


async def test_its_redirects_are_followed(api: Driver) -> None:
    """With their body, as on a client of httpx2."""
    transport = httpx.MockTransport(
        lambda request: (
            httpx.Response(200, content=request.content)
            if request.url.path == "/there"
            else httpx.Response(307, headers={"location": "/there"})
        )
    )
    legacy: Any = httpx.Client(transport=transport) if api.kind == "sync" else httpx.AsyncClient(transport=transport)
    api.client = api.client.copy(http_client=legacy)
    assert await api("post", "/here", cast_to=dict, body={"a": 1}) == {"a": 1}


async def test_its_log_loses_the_numbers_too(api: Driver, caplog: pytest.LogCaptureFixture) -> None:
    """Its lines hold whole URLs, at level INFO; nothing piles up with the number of clients."""
    caplog.set_level(logging.INFO)
    kind: Any = sendblue_api.DefaultHttpxClient if api.kind == "sync" else sendblue_api.DefaultAsyncHttpxClient
    good = httpx.Response(200, json={"status": "OK"})
    for _ in range(3):
        connected(api, good)
        await api("contacts.delete", "+15551234567")
        http_client = kind(transport=httpx.MockTransport(lambda _: good))
        api.client = api.client.copy(http_client=http_client)
        await api("contacts.list", phone_number="+15551234567")
    assert {record.name for record in caplog.records} == {"httpx", "httpx2", "sendblue_api"}
    assert "5551234567" not in caplog.text
    assert len(logging.getLogger("httpx").filters) == 1


async def test_its_errors_are_ours(api: Driver) -> None:
    """Statuses, lost connections and timeouts, after as many attempts as ever."""
    connected(api, httpx.Response(404))
    with pytest.raises(NotFoundError):
        await api("contacts.count")
    for failure, kind in ((httpx.ConnectError("x"), APIConnectionError), (httpx.ReadTimeout("x"), APITimeoutError)):
        _, asked = connected(api, failure)
        with pytest.raises(kind):
            await api("contacts.count")
        assert len(asked) == 3


async def test_it_is_closed_with_ours_and_ours_with_it(api: Driver) -> None:
    """Whoever closes which."""
    good = httpx.Response(200, json={"count": 3})
    legacy, _ = connected(api, good)
    await settled(api.client.close)
    assert legacy.is_closed
    legacy, _ = connected(api, good)
    await settled(legacy.close if api.kind == "sync" else legacy.aclose)
    assert api.client.is_closed()
    with pytest.raises(SendblueAPIError, match="closed"):
        await api("contacts.count")


async def test_a_transport_and_a_timeout_of_httpx_in_our_default_client(api: Driver) -> None:
    """The official client's own documentation shows it."""
    kind: Any = sendblue_api.DefaultHttpxClient if api.kind == "sync" else sendblue_api.DefaultAsyncHttpxClient
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={"count": 4}))
    http_client = kind(transport=transport, timeout=httpx.Timeout(9))
    api.client = type(api.client)(**PAIR, http_client=http_client)
    assert (await api("contacts.count")).count == 4
    assert http_client.timeout == httpx2.Timeout(9)
    with pytest.raises(TypeError, match="transport must be an httpx2 transport, not str"):
        kind(transport="http://proxy.test")


def test_the_wrong_family_is_refused() -> None:
    """As with httpx2."""
    with pytest.raises(TypeError, match=r"must be an httpx2\.Client, not AsyncClient"):
        SendblueAPI(**PAIR, http_client=httpx.AsyncClient())  # type: ignore[arg-type]


def test_httpx_is_not_imported() -> None:
    """Who does not have it does not need it."""
    program = (
        "import sys; sys.modules['httpx'] = None; import sendblue_api, httpx2\n"
        "http = httpx2.Client(transport=httpx2.MockTransport(lambda _: httpx2.Response(200, json=[])))\n"
        "client = sendblue_api.SendblueAPI(api_key='k', api_secret='s', http_client=http)\n"
        "print(list(client.contacts.iter()))\n"
        "try: sendblue_api.SendblueAPI(api_key='k', api_secret='s', http_client=5)\n"
        "except TypeError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[]", "http_client must be an httpx2.Client, not int."]
