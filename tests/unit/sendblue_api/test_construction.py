"""Constructor, environment, copies (client-facts.md, "Surface")."""

from typing import Any

import httpx2
import pytest

from sendblue_api import AsyncSendblueAPI, InternalServerError, SendblueAPI, SendblueAPIError, omit
from unit.sendblue_api.scripted_service import Driver

PAIR = {"api_key": "key-1", "api_secret": "secret-1"}
clients = pytest.mark.parametrize("kind", [SendblueAPI, AsyncSendblueAPI])


@clients
@pytest.mark.parametrize("name", ["api_key", "api_secret"])
def test_a_missing_key_names_the_fix(kind: Any, name: str) -> None:
    """Without a key no call can succeed: the constructor says which argument or variable to give."""
    with pytest.raises(
        SendblueAPIError, match=rf"pass {name}=\.\.\. or set the environment variable SENDBLUE_API_{name.upper()}"
    ):
        kind(**{**PAIR, name: None})


@clients
@pytest.mark.parametrize("value", ["", "key\n", " key", "k\u00e9y", "a\r\nX-Evil: 1"])
def test_a_key_that_no_header_can_carry_is_refused(kind: Any, value: str) -> None:
    """A key read from a file often brings its line break: it is refused here, and not shown."""
    with pytest.raises(SendblueAPIError, match="api_secret must be ASCII text") as caught:
        kind(api_key="key-1", api_secret=value)
    assert not value.strip() or value.strip() not in str(caught.value)


@clients
def test_the_environment_fills_in(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Key, secret and address come from the environment where the constructor is told nothing."""
    monkeypatch.setenv("SENDBLUE_API_API_KEY", "key-e")
    monkeypatch.setenv("SENDBLUE_API_API_SECRET", "secret-e")
    assert str(kind().base_url) == "https://api.sendblue.co"
    monkeypatch.setenv("SENDBLUE_API_BASE_URL", "http://127.0.0.1:8181")
    client = kind()
    assert (client.api_key, client.api_secret, str(client.base_url)) == ("key-e", "secret-e", "http://127.0.0.1:8181")
    told = kind(api_key="key-a", api_secret="secret-a", base_url="http://a.test")
    assert (told.api_key, told.api_secret, str(told.base_url)) == ("key-a", "secret-a", "http://a.test")


async def test_default_headers_and_query(api: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    """`SENDBLUE_API_CUSTOM_HEADERS` below `default_headers`, both over the client's own; `omit` drops one."""
    monkeypatch.setenv("SENDBLUE_API_CUSTOM_HEADERS", "X-A: from: env\n\nX-B: env")
    api.connect(default_headers={"X-B": "told", "User-Agent": omit}, default_query={"team": "t", "limit": 1})
    api.answers(httpx2.Response(200, json=[]))
    await api("contacts.list", limit=2)
    headers = api.request.headers
    assert (headers["x-a"], headers["x-b"], headers.get("user-agent")) == ("from: env", "told", None)
    assert api.request.url.query == b"team=t&limit=2"


@clients
def test_custom_headers_that_are_none_are_refused(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line without a colon would be lost without a word."""
    monkeypatch.setenv("SENDBLUE_API_CUSTOM_HEADERS", "X-A=1")
    with pytest.raises(SendblueAPIError, match="Name: value"):
        kind(**PAIR)


@clients
def test_what_cannot_work_is_refused(kind: Any) -> None:
    """The wrong number of retries, the wrong family of HTTP client, an address that is none."""
    other = httpx2.AsyncClient if kind is SendblueAPI else httpx2.Client
    with pytest.raises(TypeError, match="pass 0 for no retries"):
        kind(**PAIR, max_retries=None)
    with pytest.raises(TypeError, match=r"http_client must be an httpx2\.(Async)?Client, not (Async)?Client"):
        kind(**PAIR, http_client=other(transport=httpx2.MockTransport(lambda _: httpx2.Response(200))))
    with pytest.raises(TypeError, match="not str"):
        kind(**PAIR).copy(http_client="http://proxy.test")
    with pytest.raises(TypeError, match="not str"):
        kind(**PAIR, http_client="http://proxy.test")
    for address in ("", "127.0.0.1:8181", "ftp://a.test", "/api"):
        with pytest.raises(SendblueAPIError, match="base_url must be an absolute URL"):
            kind(**PAIR, base_url=address)


@pytest.mark.parametrize(
    "base_url", ["http://service.test/gate", "http://service.test/gate/", "http://service.test/gate?x#y"]
)
async def test_the_path_of_the_base_url_is_kept(api: Driver, base_url: str) -> None:
    """Behind a gateway the service has a path in front, with or without a slash at its end."""
    await api.connect(base_url=base_url)("contacts.retrieve", "+15551234567")
    assert str(api.request.url) == "http://service.test/gate/api/v2/contacts/+15551234567"
    assert api.client.base_url.join("x").path == "/gate/x"


async def test_the_base_url_can_be_set(api: Driver) -> None:
    """Calls go to the new address at once, those of resources taken before too."""
    contacts = api.client.contacts
    api.client.base_url = "http://new.test:81"
    assert api.client.contacts is contacts
    await api("contacts.count")
    assert (str(api.request.url), api.request.headers["host"]) == (
        "http://new.test:81/api/v2/contacts/count",
        "new.test:81",
    )


async def test_the_other_settings_can_be_set(api: Driver) -> None:
    """A program may get a new key pair while it runs; what the constructor refuses is refused here too."""
    client = api.client
    client.api_key, client.api_secret, client.timeout, client.max_retries = "key-2", "secret-2", 7, 1
    assert (client.api_key, client.api_secret, client.timeout, client.max_retries) == ("key-2", "secret-2", 7, 1)
    api.answers(httpx2.Response(503))
    with pytest.raises(InternalServerError):
        await api("contacts.count")
    first, second = api.service.requests
    assert (first.headers["sb-api-key-id"], second.headers["sb-api-secret-key"]) == ("key-2", "secret-2")
    assert second.headers["x-stainless-read-timeout"] == "7"
    with pytest.raises(TypeError, match="pass 0 for no retries"):
        client.max_retries = None


async def test_what_goes_with_every_request_can_be_read(api: Driver) -> None:
    """For a call by other means; what is read is a copy."""
    api.connect(default_headers={"X-A": "1"}, default_query={"q": 1})
    client = api.client
    assert client.auth_headers == {"sb-api-key-id": "key-1", "sb-api-secret-key": "secret-1"}
    headers = dict(client.default_headers)
    assert (headers["x-a"], headers["sb-api-key-id"], client.default_query) == ("1", "key-1", {"q": 1})
    assert "host" not in headers
    client.default_headers["X-B"] = "1"
    client.default_query["r"] = 2
    await api("contacts.count")
    assert "x-b" not in api.request.headers
    assert api.request.url.query == b"q=1"


async def test_a_copy_differs_in_what_was_given(api: Driver) -> None:
    """A copy is a client of its own on the same connections; the original stays as it was."""
    api.connect(default_headers={"X-A": "1"}, default_query={"a": "1"})
    api.answers(httpx2.Response(200, json={"count": 1}))
    original, contacts, raw = api.client, api.client.contacts, api.client.with_raw_response
    api.client = original.with_options(api_key="key-2", timeout=None, max_retries=7, default_headers={"X-B": "2"})
    await api("contacts.count")
    sent = api.request
    assert (sent.headers["sb-api-key-id"], sent.headers["sb-api-secret-key"]) == ("key-2", "secret-1")
    assert (sent.headers["x-a"], sent.headers["x-b"], sent.url.query) == ("1", "2", b"a=1")
    assert (api.client.timeout, api.client.max_retries) == (None, 7)
    await api("with_raw_response.contacts.count")
    assert api.request.headers["sb-api-key-id"] == "key-2"
    api.client = original.copy(set_default_headers={}, set_default_query={"b": "2"}, base_url="http://b.test")
    await api("contacts.count")
    assert ("x-a" in api.request.headers, str(api.request.url)) == (False, "http://b.test/api/v2/contacts/count?b=2")
    assert (original.api_key, original.max_retries, original.contacts) == ("key-1", 2, contacts)
    assert original.with_raw_response is raw
    with pytest.raises(ValueError, match="default_headers and set_default_headers cannot be combined"):
        original.copy(default_headers={}, set_default_headers={})


async def test_a_given_http_client_keeps_its_settings(api: Driver) -> None:
    """The headers, query and timeout that its maker chose are used, below those of this client."""
    asked: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(200, json={"count": 1})

    family: Any = httpx2.Client if api.kind == "sync" else httpx2.AsyncClient
    http_client = family(
        transport=httpx2.MockTransport(answer), headers={"X-Proxy": "p", "Accept": "x/y"}, params={"z": "1"}, timeout=7
    )
    api.client = type(api.client)(**PAIR, base_url="http://service.test", http_client=http_client)
    await api("contacts.count")
    (sent,) = asked
    assert (sent.headers["x-proxy"], sent.headers.get_list("accept"), sent.url.query) == (
        "p",
        ["application/json"],
        b"z=1",
    )
    assert sent.extensions["timeout"]["read"] == 7


@clients
def test_repr_shows_no_secret(kind: Any) -> None:
    """A client ends up in logs and tracebacks; neither its key pair nor a password in its address may."""
    text = repr(kind(**PAIR, base_url="http://user:hunter2@a.test/x"))
    assert text == f"{kind.__name__}(base_url=URL('http://user:[secure]@a.test/x/'))"
