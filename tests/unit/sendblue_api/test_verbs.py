"""`client.get`, `post` and the rest, for paths that have no method of their own."""

import json
import logging
from typing import Any, Union

import httpx2
import pydantic
import pytest

from sendblue_api import (
    APIResponseValidationError,
    APIStatusError,
    BaseModel,
    ConflictError,
    NoneType,
    not_given,
    omit,
    types,
)
from unit.sendblue_api.scripted_service import Driver

VERBS = ["get", "post", "put", "patch", "delete"]
ANSWER = b'{"a":[1,2],"status":"OK"}'


class Odd(pydantic.BaseModel):
    """A model that is not of ours, with a field that the answer lacks."""

    a: list[int]
    missing: str


@pytest.mark.parametrize("verb", VERBS)
async def test_each_verb(api: Driver, verb: str) -> None:
    """Method, path, query, headers and body are what was asked for; the key pair goes along."""
    api.answers(httpx2.Response(200, content=ANSWER))
    body = {} if verb == "get" else {"body": {"n": 1}}
    options = {"params": {"b": [1, 2], "c": None, "d": True}, "headers": {"X-A": "1"}, "timeout": 3}
    assert await api(verb, "/x/y?a=%2B1", cast_to=dict, options=options, **body) == {"a": [1, 2], "status": "OK"}
    sent = api.request
    assert (sent.method, str(sent.url)) == (verb.upper(), "http://service.test/x/y?a=%2B1&b=1%2C2&d=true")
    assert (sent.headers["x-a"], sent.headers["x-stainless-read-timeout"]) == ("1", "3")
    assert sent.headers["sb-api-secret-key"] == "secret-1"
    assert (json.loads(sent.content) if sent.content else {"n": 1}) == {"n": 1}


@pytest.mark.parametrize(
    ("verb", "length"), [("get", None), ("post", "0"), ("put", "0"), ("patch", "0"), ("delete", None)]
)
async def test_no_body_is_said_to_be_none(api: Driver, verb: str, length: str | None) -> None:
    """A server may wait for the body of a POST that does not say that there is none (RFC 9110, 8.6)."""
    await api(verb, "x", cast_to=object)
    assert (api.request.headers.get("content-length"), api.request.headers.get("content-type")) == (length, None)
    assert str(api.request.url) == "http://service.test/x"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (dict, {"a": [1, 2], "status": "OK"}),
        (dict[str, object], {"a": [1, 2], "status": "OK"}),
        (object, {"a": [1, 2], "status": "OK"}),
        (str, ANSWER.decode()),
        (bytes, ANSWER),
        (NoneType, None),
        (BaseModel, BaseModel.construct(a=[1, 2], status="OK")),
        (types.Contact, types.Contact.construct(a=[1, 2], status="OK")),
        (list[int], {"a": [1, 2], "status": "OK"}),
        (Odd, Odd.model_construct({"a", "status"}, a=[1, 2], missing=None)),
        (types.Contact | None, types.Contact.construct(a=[1, 2], status="OK")),
        (Union[int, dict[str, object]], {"a": [1, 2], "status": "OK"}),  # noqa: UP007 - another class than `|`
    ],
)
async def test_what_an_answer_can_be_read_as(api: Driver, kind: Any, expected: object) -> None:
    """A bare `dict` too; what does not fit its type is handed on as far as it goes."""
    api.answers(httpx2.Response(200, content=ANSWER))
    answer = await api("get", "/x", cast_to=kind)
    assert answer == expected
    assert type(answer) is type(expected)


async def test_an_object_can_be_a_text(api: Driver) -> None:
    """Other paths may answer "OK" or nothing: that is an object too; broken JSON is none, and text no model."""
    for content, kind in ((b"OK", "text/plain"), (b"", "text/html")):
        api.answers(httpx2.Response(200, content=content, headers={"content-type": kind}))
        assert await api("post", "/x", cast_to=object) == content.decode()
        with pytest.raises(APIResponseValidationError):
            await api("post", "/x", cast_to=dict)
    api.answers(httpx2.Response(200, content=b"{", headers={"content-type": "application/json"}))
    with pytest.raises(APIResponseValidationError):
        await api("post", "/x", cast_to=object)


async def test_lists_and_whole_answers(api: Driver) -> None:
    """A list of models, and the answer as httpx2 has it."""
    api.answers(httpx2.Response(200, content=b'[{"phone":"+1"}]'))
    assert await api("get", "/x", cast_to=list[types.Contact]) == [types.Contact(phone="+1")]
    assert await api("get", "/x", cast_to=list) == [{"phone": "+1"}]
    response = await api("get", "/x", cast_to=httpx2.Response)
    assert (type(response), response.content) == (httpx2.Response, b'[{"phone":"+1"}]')


async def test_the_other_options(api: Driver) -> None:
    """More JSON, the number of attempts, the key of a POST, and redirects that are not followed."""
    await api("post", "/x", cast_to=object, options={"extra_json": {"a": 1}, "idempotency_key": "k-1"})
    assert (json.loads(api.request.content), api.request.headers["idempotency-key"]) == ({"a": 1}, "k-1")
    await api("post", "/x", cast_to=object, body={"a": 1, "b": 2}, options={"extra_json": {"a": 3}})
    assert json.loads(api.request.content) == {"a": 3, "b": 2}
    await api("post", "/x", cast_to=object, body={"a": 1}, options={"extra_json": None, "params": None})
    assert json.loads(api.request.content) == {"a": 1}
    await api("get", "/x", cast_to=object, options={"extra_json": {"a": 1}})
    assert api.request.content == b""
    sent = len(api.service.requests)
    api.answers(httpx2.Response(409))
    with pytest.raises(ConflictError):
        await api("get", "/x", cast_to=object, options={"max_retries": 4})
    assert len(api.service.requests) - sent == 5
    api.answers(httpx2.Response(302, headers={"location": "/y"}))
    with pytest.raises(APIStatusError, match="no more redirects"):
        await api("get", "/x", cast_to=object, options={"follow_redirects": False})
    assert len(api.service.requests) - sent == 6


async def test_a_model_as_body(api: Driver) -> None:
    """What was set of it is sent, by the names of the service; what is omitted of a mapping is not."""
    await api("post", "/x", cast_to=object, body=types.Contact(phone="+1", last_name=None))
    assert json.loads(api.request.content) == {"phone": "+1", "last_name": None}
    await api("put", "/x", cast_to=object, body={"a": omit, "b": not_given, "c": None})
    assert json.loads(api.request.content) == {"c": None}


async def test_bytes_are_a_body_as_they_are(api: Driver) -> None:
    """They are taken for JSON that is written already; an argument of another name is refused."""
    await api("put", "/x", cast_to=object, body=b"{}")
    assert (api.request.content, api.request.headers["content-type"]) == (b"{}", "application/json")
    with pytest.raises(TypeError, match="'json'"):
        await api("patch", "/x", cast_to=object, json={})


@pytest.mark.parametrize("options", [{}, {"headers": {"content-type": "multipart/form-data"}}])
async def test_an_upload(api: Driver, options: Any) -> None:
    """Files go with the body's fields as a form, whose boundary the header names."""
    files = {"file": ("a.txt", b"data", "a/b")}
    await api("post", "/x", cast_to=object, files=files, body={"number": "+1"}, options=options)
    (kind,) = api.request.headers.get_list("content-type")
    boundary = kind.removeprefix("multipart/form-data; boundary=")
    assert api.request.content.split(b"--" + boundary.encode()) == [
        b"",
        b'\r\nContent-Disposition: form-data; name="number"\r\n\r\n+1\r\n',
        b'\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: a/b\r\n\r\ndata\r\n',
        b"--\r\n",
    ]


@pytest.mark.parametrize(
    "path",
    [
        "http://evil.test/x",
        "https://service.test/x",
        "http://service.test.evil.test/x",
        "http://service.test@evil.test/x",
        "http://service.test:81/x",
        "HTTP://evil.test/x",
        "data:x",
    ],
)
@pytest.mark.parametrize("verb", VERBS)
async def test_the_secret_goes_to_no_other_host(api: Driver, verb: str, path: str) -> None:
    """A whole address elsewhere is refused before anything is sent."""
    with pytest.raises(ValueError, match="no other URL may receive the API secret"):
        await api(verb, path, cast_to=object)
    assert api.service.requests == []


@pytest.mark.parametrize("path", ["//evil.test/x", "@evil.test/x", "evil.test/x", "/http://evil.test/", "\\evil.test"])
async def test_no_path_leads_to_another_host(api: Driver, path: str) -> None:
    """What is no whole address is a path, however it looks."""
    await api("get", path, cast_to=object)
    assert (api.request.url.host, api.request.headers["host"]) == ("service.test", "service.test")


async def test_an_address_of_the_service_itself_is_taken(api: Driver) -> None:
    """With the path of the base URL in front."""
    api.connect(base_url="http://service.test/gate")
    await api("get", "http://service.test/gate/x?y=1", cast_to=object)
    assert str(api.request.url) == "http://service.test/gate/x?y=1"


async def test_the_log_does_not_show_the_path(api: Driver, caplog: pytest.LogCaptureFixture) -> None:
    """It may hold a phone number."""
    with caplog.at_level(logging.INFO, "sendblue_api"):
        await api("get", "/x/+15551234567", cast_to=object)
    assert [record.getMessage() for record in caplog.records if record.name == "sendblue_api"] == ["GET {path} 200"]
