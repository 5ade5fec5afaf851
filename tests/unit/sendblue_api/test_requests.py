"""What each call puts on the wire (api-reference.md, "The nine operations")."""

import json
import platform
from types import MappingProxyType
from typing import Any
from uuid import UUID

import httpx2
import pytest

from sendblue_api import APIConnectionError, __version__, not_given, omit, types
from unit.sendblue_api.scripted_service import Driver

FIELDS = {
    "assigned_to_email": "ann@example.com",
    "company_name": "Engines",
    "custom_variables": {"plan": "pro"},
    "first_name": "Ada",
    "last_name": "Lovelace",
    "sendblue_number": "+15550000000",
    "tags": ["vip", "beta"],
}
NUMBER = "+15551234567"
ROW = {"phone": NUMBER, "company_name": "E", "custom_variables": {}, "first_name": "A", "last_name": "L", "tags": ["x"]}
FILTERS = {
    "cid": "c-1",
    "created_at_gte": "2026-01-01",
    "limit": 5,
    "offset": 10,
    "order_by": "phone",
    "order_direction": "asc",
    "phone_number": NUMBER,
    "cursor": "c",
    "tag": ["vip", "a,b"],
    "verified": True,
    "opt_out": False,
}
QUERY = (
    "cid=c-1&created_at_gte=2026-01-01&limit=5&offset=10&order_by=phone&order_direction=asc&phone_number=%2B15551234567"
    "&cursor=c&tag=vip&tag=a%2Cb&verified=true&opt_out=false"
)


@pytest.mark.parametrize(
    ("call", "kwargs", "line", "body"),
    [
        ("list", {}, "GET /api/v2/contacts", None),
        ("list", {"tag": "vip"}, "GET /api/v2/contacts?tag=vip", None),
        ("opt_out", {"number": NUMBER}, "POST /api/v2/contacts/opt-out", {"number": NUMBER}),
        (
            "opt_out",
            {"number": NUMBER, "opted_out": False},
            "POST /api/v2/contacts/opt-out",
            {"number": NUMBER, "opted_out": False},
        ),
        ("update", {"phone_number": NUMBER, "opt_out": True}, f"PUT /api/v2/contacts/{NUMBER}", {"opt_out": True}),
        ("list", FILTERS, f"GET /api/v2/contacts?{QUERY}", None),
        (
            "create",
            {"number": NUMBER, **FIELDS, "update_if_exists": True},
            "POST /api/v2/contacts",
            {"number": NUMBER, **FIELDS, "update_if_exists": True},
        ),
        ("count", {}, "GET /api/v2/contacts/count", None),
        ("verify", {"number": NUMBER}, "POST /api/v2/contacts/verify", {"number": NUMBER}),
        ("retrieve", {"phone_number": NUMBER}, f"GET /api/v2/contacts/{NUMBER}", None),
        ("update", {"phone_number": NUMBER, **FIELDS}, f"PUT /api/v2/contacts/{NUMBER}", FIELDS),
        ("update", {"phone_number": NUMBER}, f"PUT /api/v2/contacts/{NUMBER}", {}),
        ("delete", {"phone_number": NUMBER}, f"DELETE /api/v2/contacts/{NUMBER}", None),
        (
            "bulk.delete",
            {"contact_ids": (NUMBER,)},
            "DELETE /api/v2/contacts",
            {"contact_ids": [NUMBER]},
        ),
        ("bulk.create", {"contacts": [ROW]}, "POST /api/v2/contacts/bulk", {"contacts": [ROW]}),
    ],
)
async def test_each_operation_is_sent_as_the_specification_has_it(
    api: Driver, call: str, kwargs: dict[str, Any], line: str, body: object
) -> None:
    """Method, path, query and body are those of the specification's table, field by field."""
    await api(f"contacts.{call}", **kwargs)
    sent = api.request
    assert f"{sent.method} {sent.url.raw_path.decode()}" == line
    assert (json.loads(sent.content) if sent.content else None) == body


async def test_headers_of_a_request(api: Driver) -> None:
    """The key pair, who asks, and what is accepted; a body is announced with its type and length."""
    await api("contacts.verify", number=NUMBER)
    headers = dict(api.request.headers)
    agent = "SendblueAPI" if api.kind == "sync" else "AsyncSendblueAPI"
    assert headers.pop("user-agent").startswith(f"{agent}/Python ")
    assert headers.pop("accept-encoding").startswith("gzip")
    assert UUID(headers.pop("idempotency-key")).version == 4
    assert headers.pop("x-stainless-arch")
    assert headers == {
        "accept": "application/json",
        "connection": "keep-alive",
        "content-length": "25",
        "content-type": "application/json",
        "host": "service.test",
        "sb-api-key-id": "key-1",
        "sb-api-secret-key": "secret-1",
        "x-stainless-lang": "python",
        "x-stainless-package-version": __version__,
        "x-stainless-os": {"Darwin": "MacOS"}.get(platform.system(), platform.system()),
        "x-stainless-runtime": "CPython",
        "x-stainless-runtime-version": platform.python_version(),
        "x-stainless-async": "false" if api.kind == "sync" else "async:asyncio",
        "x-stainless-retry-count": "0",
        "x-stainless-read-timeout": "60",
    }


async def test_omit_leaves_out_and_none_is_null(api: Driver) -> None:
    """`None` clears a field on the service, so it must arrive as null; `omit` and `not_given` must not arrive."""
    await api("contacts.update", NUMBER, first_name=None, last_name=omit, tags=not_given)
    assert json.loads(api.request.content) == {"first_name": None}


@pytest.mark.parametrize(
    ("name", "arguments"), [("contacts.list", {}), ("contacts.retrieve", {"phone_number": NUMBER})]
)
async def test_a_get_has_no_body(api: Driver, name: str, arguments: dict[str, Any]) -> None:
    """Proxies refuse one, so `extra_body` counts for nothing there, as in the official client."""
    await api(name, **arguments, extra_body={"a": 1})
    assert (api.request.content, "content-type" in api.request.headers) == (b"", False)


async def test_rows_without_what_is_omitted(api: Driver) -> None:
    """A row may hold `omit`, or be a contact that was read: what it did not have is not sent."""
    row = {"phone": NUMBER, "first_name": omit, "last_name": None}
    await api("contacts.bulk.create", contacts=[row, types.Contact(phone="+1", tags=["a"])])
    assert json.loads(api.request.content) == {
        "contacts": [{"phone": NUMBER, "last_name": None}, {"phone": "+1", "tags": ["a"]}]
    }


@pytest.mark.parametrize("value", [None, 1, b"1"])
async def test_a_header_that_is_no_text_is_refused(api: Driver, value: Any) -> None:
    """By name; `omit` is what leaves one out."""
    with pytest.raises(TypeError, match="X-A must be a str or omit, not"):
        await api("contacts.count", extra_headers={"X-A": value})


@pytest.mark.parametrize(
    ("number", "path"),
    [
        ("+15551234567", "+15551234567"),
        ("a/b?c#d%e", "a%2Fb%3Fc%23d%25e"),
        ("../count", "..%2Fcount"),
        ("+1 555", "+1%20555"),
        ("é", "%C3%A9"),
    ],
)
async def test_a_path_argument_stays_in_its_segment(api: Driver, number: str, path: str) -> None:
    """`+` stays as it is; whatever could end the segment is percent-encoded, so that no number reaches another path."""
    await api("contacts.retrieve", number)
    assert api.request.url.raw_path.decode() == f"/api/v2/contacts/{path}"


@pytest.mark.parametrize("number", ["", ".", "..", None, omit])
@pytest.mark.parametrize("name", ["retrieve", "update", "delete"])
async def test_a_path_argument_that_names_another_path_is_refused(api: Driver, name: str, number: Any) -> None:
    """An empty number would delete by list, and dots are another path: nothing is sent."""
    with pytest.raises(ValueError, match="phone_number must be a phone number"):
        await api(f"contacts.{name}", number)
    assert api.service.requests == []


@pytest.mark.parametrize(
    ("name", "kwargs"),
    [
        ("contacts.create", {"number": NUMBER, "tags": "vip"}),
        ("contacts.update", {"phone_number": NUMBER, "tags": "vip"}),
        ("contacts.bulk.delete", {"contact_ids": NUMBER}),
        ("contacts.bulk.create", {"contacts": {"phone": NUMBER}}),
        ("contacts.bulk.create", {"contacts": [{"phone": NUMBER, "tags": "vip"}]}),
        ("contacts.bulk.create", {"contacts": [NUMBER]}),
    ],
)
async def test_one_text_where_a_list_belongs_is_refused(api: Driver, name: str, kwargs: dict[str, Any]) -> None:
    """A text is a sequence of letters to Python: it is refused, with how to write it, and nothing is sent."""
    with pytest.raises(TypeError, match=r"must (be a list, not a (str|dict): write \w+=\[\.\.\.\]|hold mappings)"):
        await api(name, **kwargs)
    assert api.service.requests == []


async def test_any_iterable_and_any_mapping_can_be_sent(api: Driver) -> None:
    """The types say Iterable, Sequence and Mapping, so generators, tuples and read-only mappings are taken."""
    row = {"phone": NUMBER, "tags": ("a",), "custom_variables": MappingProxyType({"é": "1"})}
    await api("contacts.bulk.create", contacts=(each for each in [row]))
    assert (
        api.request.content
        == '{"contacts":[{"phone":"+15551234567","tags":["a"],"custom_variables":{"é":"1"}}]}'.encode()
    )


async def test_extras_of_one_call(api: Driver) -> None:
    """Headers, query and body can be added to one call, over the client's own, and are gone with the next."""
    await api(
        "contacts.create",
        number=NUMBER,
        first_name="Ada",
        extra_headers={"X-Trace": "7", "Accept": omit, "sb-api-key-id": "other"},
        extra_query={"on_error": "skip"},
        extra_body={"number": "+15550000001", "new_field": 1},
    )
    sent = api.request
    assert sent.headers["x-trace"] == "7"
    assert "accept" not in sent.headers
    assert sent.headers.get_list("sb-api-key-id") == ["other"]
    assert sent.url.query == b"on_error=skip"
    assert json.loads(sent.content) == {"number": "+15550000001", "first_name": "Ada", "new_field": 1}
    await api("contacts.count")
    assert "x-trace" not in api.request.headers
    assert api.request.headers["sb-api-key-id"] == "key-1"


async def test_a_request_that_was_not_sent_can_be_read(api: Driver) -> None:
    """An error holds its request, whose content one may ask for, even where no connection was made."""

    class NoNetwork(httpx2.BaseTransport, httpx2.AsyncBaseTransport):
        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            raise httpx2.ConnectError("refused", request=request)

        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            raise httpx2.ConnectError("refused", request=request)

    family: Any = httpx2.Client if api.kind == "sync" else httpx2.AsyncClient
    api.client = api.client.copy(max_retries=0, http_client=family(transport=NoNetwork()))
    with pytest.raises(APIConnectionError) as caught:
        await api("contacts.verify", number=NUMBER)
    assert caught.value.request.content == b'{"number":"+15551234567"}'


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (not_given, {"connect": 5.0, "read": 60.0, "write": 60.0, "pool": 60.0}),
        (3, {"connect": 3, "read": 3, "write": 3, "pool": 3}),
        (None, {"connect": None, "read": None, "write": None, "pool": None}),
        (httpx2.Timeout(9, read=1), {"connect": 9, "read": 1, "write": 9, "pool": 9}),
        ((1, 2, 3, 4), {"connect": 1, "read": 2, "write": 3, "pool": 4}),
    ],
)
async def test_timeouts_of_one_call(api: Driver, seconds: Any, expected: dict[str, float | None]) -> None:
    """60 seconds, 5 of them to connect, unless the call says otherwise; None is no limit at all."""
    seen = []

    def note(request: httpx2.Request) -> httpx2.Response:
        seen.append((request.extensions["timeout"], request.headers.get("x-stainless-read-timeout")))
        return httpx2.Response(200, json={"count": 1})

    transport = httpx2.MockTransport(note)
    http_client = httpx2.Client(transport=transport) if api.kind == "sync" else httpx2.AsyncClient(transport=transport)
    api.client = api.client.copy(http_client=http_client)
    await api("contacts.count", timeout=seconds)
    read = expected["read"]
    assert seen == [(expected, None if read is None else f"{read:g}")]
