"""Invalid input is refused with a clear error on every route, and nothing is lost."""

from typing import Any

import httpx2
import pytest

from numberkeep.domain import limits
from numberkeep.domain.errors import StoreUnavailable
from numberkeep.store.queries import GetTallies
from support.api import CONTACTS, Service, running_service
from support.faults import fail_reads

PHONE = "+14155552671"


async def refusal(wire: httpx2.AsyncClient, body: bytes | dict[str, Any]) -> dict[str, Any]:
    """Return the error of a create that must be refused."""
    content = {"content": body} if isinstance(body, bytes) else {"json": body}
    answer = await wire.post(CONTACTS, **content)
    assert answer.status_code == 400
    refused_with: dict[str, Any] = answer.json()
    assert refused_with["status"] == "ERROR"
    assert refused_with["request_id"] == answer.headers["x-request-id"]
    assert (await wire.get(f"{CONTACTS}/count")).json() == {"count": 0}
    return refused_with


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nonsense",
        b"number=%2B14155552671",
        b'{"number": "+14155552671",}',
        b'{"number": "+1415555\xff"}',
        b'{"number": "\\ud800"}',
        b'{"number": "+14155552671", "first_name": "\xed\xa0\x80"}',
        b'{\xef\xbb\xbf"number": "+14155552671"}',
        b'{"number": "+14155552671"} {}',
        b'{"number": NaN}',
        b"1" * 5000,
    ],
)
async def test_invalid_json_is_refused(wire: httpx2.AsyncClient, body: bytes) -> None:
    """Malformed JSON, lone surrogates and invalid UTF-8 are 400, and the message says so."""
    assert "must be a JSON object" in (await refusal(wire, body))["message"]


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"1", b"1.5", b"null", b"true"])
async def test_a_body_that_is_not_an_object_is_refused(wire: httpx2.AsyncClient, body: bytes) -> None:
    """400; the message names the type of the body."""
    assert "must be a JSON object, not" in (await refusal(wire, body))["message"]


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"number": ' + b"[" * 100_000,
        b'{"custom_variables": ' + b'{"a":' * 100_000,
        b'{"unknown": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
async def test_deeply_nested_json_is_refused(wire: httpx2.AsyncClient, body: bytes) -> None:
    """400 beyond the maximum depth."""
    assert "nested too deep" in (await refusal(wire, body))["message"]


@pytest.mark.parametrize("depth", [300, 480, 600, 900, 990])
@pytest.mark.parametrize("start", [b'{"first_name": ', b'{"custom_variables": {"a": ', b'{"unknown": '])
async def test_nesting_within_the_limit_is_validated_normally(
    wire: httpx2.AsyncClient, start: bytes, depth: int
) -> None:
    """It is 400 like any invalid value, also in a bulk row, with or without NUL."""
    ends = b"}" * start.count(b"{")
    for innermost in (b"1", b'"\\u0000"'):
        body = start + b"[" * depth + innermost + b"]" * depth + ends
        await refusal(wire, body)
        bulk = await wire.post(f"{CONTACTS}/bulk", content=b'{"contacts": [' + body + b"]}")
        assert bulk.status_code == 400


@pytest.mark.parametrize("body", [b'{"x":' + b"[" * 100_000, b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}"])
async def test_the_depth_of_ignored_fields_is_limited_too(body: bytes) -> None:
    """They are still parsed."""
    async with running_service(ignore_unknown=True) as service, service.wire() as wire:
        await refusal(wire, body)


@pytest.mark.parametrize(
    ("field", "value", "place"),
    [
        ("first_name", 5, "first_name"),
        ("first_name", ["x"], "first_name"),
        ("lastName", {"a": 1}, "lastName"),
        ("tags", "vip", "tags"),
        ("tags", [1], "tags[0]"),
        ("tags", ["a", None], "tags[1]"),
        ("tags", [""], "tags[0]"),
        ("custom_variables", [], "custom_variables"),
        ("custom_variables", {"age": 5}, "custom_variables.age"),
        ("custom_variables", {"": "x"}, "custom_variables."),
        ("update_if_exists", "yes", "update_if_exists"),
        ("number", 14155552671, "number"),
        ("first_name", "a\0b", "first_name"),
        ("custom_variables", {"a\0": "b"}, "custom_variables"),
        ("tags", ["a\0"], "tags"),
        ("first_name", "x" * (limits.MAX_NAME + 1), "first_name"),
        ("assigned_to_email", "x" * (limits.MAX_EMAIL + 1), "assigned_to_email"),
        ("tags", ["x" * (limits.MAX_TAG + 1)], "tags[0]"),
        ("tags", [str(n) for n in range(limits.MAX_TAGS + 1)], "tags"),
        ("custom_variables", {"x": "y" * (limits.MAX_VALUE + 1)}, "custom_variables.x"),
        ("custom_variables", {str(n): "y" for n in range(limits.MAX_VARIABLES + 1)}, "custom_variables"),
        ("number", "4" * 65, "number"),
    ],
)
async def test_an_invalid_value_is_named(wire: httpx2.AsyncClient, field: str, value: Any, place: str) -> None:
    """Wrong types, NUL characters and long values are 400, with the place and what is required."""
    refused_with = await refusal(wire, {"number": PHONE, field: value})
    assert [error["field"] for error in refused_with["errors"]] == [place]
    assert refused_with["errors"][0]["message"].startswith("must ")


async def test_the_longest_values_are_accepted(wire: httpx2.AsyncClient) -> None:
    """Limits are inclusive, and count characters instead of bytes."""
    given = {
        "number": PHONE,
        "first_name": "é" * limits.MAX_NAME,
        "assigned_to_email": "😀" * limits.MAX_EMAIL,
        "tags": [f"{n:0{limits.MAX_TAG}d}" for n in range(limits.MAX_TAGS)],
        "custom_variables": {str(n): "ü" * limits.MAX_VALUE for n in range(limits.MAX_VARIABLES)},
    }
    answer = await wire.post(CONTACTS, json=given)
    assert answer.status_code == 200
    contact = answer.json()["contact"]
    assert {name: contact[name] for name in given if name != "number"} == {
        name: value for name, value in given.items() if name != "number"
    }


async def test_merged_variables_do_not_exceed_their_limit(wire: httpx2.AsyncClient) -> None:
    """The limit applies to the contact, not only to one request."""
    await wire.post(CONTACTS, json={"number": PHONE, "custom_variables": {f"a{n}": "y" for n in range(60)}})
    more = {f"b{n}": "y" for n in range(60)}
    answer = await wire.put(f"{CONTACTS}/{PHONE}", json={"custom_variables": more})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "custom_variables"


async def test_all_errors_are_reported_at_once(wire: httpx2.AsyncClient) -> None:
    """A body with several errors gets all of them, and unknown fields the nearest name."""
    refused_with = await refusal(wire, {"numbr": PHONE, "first_name": 1, "tags": ["a", 2]})
    assert [error["field"] for error in refused_with["errors"]] == ["numbr", "first_name", "tags[1]"]
    assert "did you mean number?" in refused_with["errors"][0]["message"]


async def test_the_number_of_reported_errors_is_limited(wire: httpx2.AsyncClient) -> None:
    """But a bulk request reports at least one for each invalid row."""
    unknown = {f"x{n}": 0 for n in range(limits.MAX_ERRORS + 50)}
    assert len((await refusal(wire, unknown))["errors"]) == limits.MAX_ERRORS
    rows = [{"phone": PHONE, **unknown}, {"phone": PHONE, **unknown}, {"phone": PHONE, "last_name": "\0", **unknown}]
    refused_with = (await wire.post(f"{CONTACTS}/bulk", json={"contacts": rows})).json()
    assert [error["index"] for error in refused_with["errors"]] == [0] * limits.MAX_ERRORS + [1, 2]


@pytest.mark.parametrize(
    ("unknown", "meant"),
    [("frist_name", "first_name"), ("firstNme", "first_name"), ("tag", "tags"), ("phone", "number")],
)
async def test_an_unknown_field_is_named_with_the_nearest(wire: httpx2.AsyncClient, unknown: str, meant: str) -> None:
    """400; the suggestion is the current name of the nearest field."""
    refused_with = await refusal(wire, {"number": PHONE, unknown: "x"})
    assert f"did you mean {meant}?" in refused_with["errors"][0]["message"]


async def test_unknown_fields_are_ignored_on_request() -> None:
    """With NUMBERKEEP_UNKNOWN_FIELDS=ignore, in bodies, rows and queries, even if they contain NUL."""
    async with running_service(ignore_unknown=True) as service, service.wire() as wire:
        body = {"number": PHONE, "first_name": "Ada", "future": {"x": "\0"}}
        assert (await wire.post(CONTACTS, json=body)).json()["contact"]["first_name"] == "Ada"
        rows = {"contacts": [{"phone": "+14155550001", "future": 1}, {"phone": "+14155550002", "x": "\0"}], "future": 1}
        assert len((await wire.post(f"{CONTACTS}/bulk", json=rows)).json()["contacts"]) == 2
        assert len((await wire.get(CONTACTS, params={"future": "1"})).json()) == 3
        assert (await wire.post(CONTACTS, json={"number": PHONE, "first_name": 1})).status_code == 400


async def test_an_escaped_backslash_is_not_nul(wire: httpx2.AsyncClient) -> None:
    r"""The six characters `\u0000` are ordinary text."""
    answer = await wire.post(CONTACTS, json={"number": PHONE, "first_name": "\\u0000"})
    assert answer.json()["contact"]["first_name"] == "\\u0000"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/contacts", 404),
        ("POST", "/", 405),
        ("GET", "/api/v2/contact", 404),
        ("GET", "/api/v2/contacts/", 404),
        ("POST", f"{CONTACTS}/{PHONE}/notes", 404),
        ("PATCH", CONTACTS, 405),
        ("PUT", CONTACTS, 405),
        ("PATCH", f"{CONTACTS}/{PHONE}", 405),
        ("BREW", f"{CONTACTS}/count", 405),
        ("POST", "/health/live", 405),
    ],
)
async def test_unknown_paths_and_methods_have_the_common_error_shape(
    wire: httpx2.AsyncClient, method: str, path: str, status: int
) -> None:
    """404 and 405 of the router look like other errors, and 405 names the allowed methods."""
    answer = await wire.request(method, path)
    assert answer.status_code == status
    assert answer.json()["status"] == "ERROR"
    assert answer.json()["message"]
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert (status == 405) == ("allow" in answer.headers)


async def test_a_405_names_every_method_of_the_path(wire: httpx2.AsyncClient) -> None:
    """In the header Allow (RFC 9110, section 15.5.6)."""
    answer = await wire.put(CONTACTS)
    assert answer.headers["allow"] == "DELETE, GET, HEAD, POST"
    assert (await wire.head(CONTACTS)).status_code == 200


async def test_a_valid_request_id_is_echoed(wire: httpx2.AsyncClient) -> None:
    """An x-request-id with other characters or too long is replaced."""
    for path in (f"{CONTACTS}/count", "/nowhere", "/health/live", "/health/ready", "/openapi.json"):
        for given, kept in [("abc-1", True), ("a b", False), ("x" * 200, False), ("", False)]:
            answer = await wire.get(path, headers={"x-request-id": given})
            assert (answer.headers["x-request-id"] == given) is kept


async def test_a_store_failure_is_logged_with_its_reason(
    service: Service, wire: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The operator sees the reason of a 503; the client sees only that it may retry."""
    fail_reads(monkeypatch, service.context.store, StoreUnavailable("database or disk is full"), GetTallies)
    answer = await wire.get(f"{CONTACTS}/count")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "disk" not in answer.text
    assert [record.getMessage() for record in caplog.records if record.name == "numberkeep.http"] == [
        f"request {answer.headers['x-request-id']} failed: the store says database or disk is full"
    ]


@pytest.mark.parametrize("encoding", ["gzip", "br", "identity, gzip"])
async def test_a_compressed_body_is_refused(wire: httpx2.AsyncClient, encoding: str) -> None:
    """415, instead of an error about invalid JSON; `identity` is accepted."""
    body = b'{"number": "+14155552671"}'
    refused = await wire.post(CONTACTS, content=body, headers={"content-encoding": encoding})
    assert (refused.status_code, encoding in refused.json()["message"]) == (415, True)
    assert (await wire.post(CONTACTS, content=body, headers={"content-encoding": "Identity"})).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"{CONTACTS}/count?tag=vip"),
        ("GET", f"{CONTACTS}/+14155552671?x=1"),
        ("POST", f"{CONTACTS}/verify?x=1"),
        ("DELETE", f"{CONTACTS}/+14155552671?x=1"),
        ("POST", "/_numberkeep/webhooks?types=receive"),
        ("PUT", "/api/account/webhooks?x="),
    ],
)
async def test_an_unknown_parameter_is_named(wire: httpx2.AsyncClient, method: str, path: str) -> None:
    """400 even if a request has no parameters: a filter without effect would go unnoticed."""
    await wire.post(CONTACTS, json={"number": "+14155552671"})
    answer = await wire.request(method, path, json={"number": "+14155552671"})
    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {
            "field": path.partition("?")[2].partition("=")[0],
            "message": "is not a field of the API: this request has none",
        }
    ]
    assert (await wire.get(f"{CONTACTS}/count")).json()["count"] == 1
