"""What clients see of the limits on memory and on bulk requests."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from numberkeep.domain import limits
from numberkeep.http import long_page, unread_body
from support.api import CONTACTS, Service

BULK = f"{CONTACTS}/bulk"
PHONES = [f"+1415555{n:04d}" for n in range(1000)]
TEXT = "x" * 4000
LARGE = {f"label {n}": TEXT for n in range(60)}


async def fill(wire: httpx2.AsyncClient, contacts: int) -> None:
    """Create contacts with much text."""
    rows = [{"phone": phone, "custom_variables": LARGE, "tags": ["a"]} for phone in PHONES[:contacts]]
    assert (await wire.post(BULK, json={"contacts": rows})).status_code == 200


@pytest.mark.parametrize("contacts", [1, 2, 12])
async def test_a_page_is_as_long_as_asked(wire: httpx2.AsyncClient, contacts: int) -> None:
    """Whatever its size: with all contacts in order, or with `limit` of them and a link to the others."""
    await fill(wire, contacts)
    answer = await wire.get(CONTACTS, params={"order_by": "phone", "order_direction": "asc"})
    assert [contact["phone"] for contact in answer.json()] == PHONES[:contacts]
    assert all(contact["custom_variables"] == LARGE for contact in answer.json())
    assert (answer.headers["content-type"], "link" in answer.headers) == ("application/json", False)
    one = await wire.get(f"{CONTACTS}/{PHONES[0]}")
    assert one.json()["contact"] == answer.json()[0]


async def test_a_long_page_links_to_the_next(wire: httpx2.AsyncClient) -> None:
    """Until the last, with the query as it was."""
    await fill(wire, 25)
    path: str | None = f"{CONTACTS}?order_by=phone&order_direction=asc&limit=10&tag=a"
    sizes, phones = [], []
    while path:
        answer = await wire.get(path)
        sizes.append(len(answer.json()))
        phones += [contact["phone"] for contact in answer.json()]
        path = answer.links.get("next", {}).get("url")
    assert (sizes, phones) == ([10, 10, 5], PHONES[:25])


async def test_a_long_page_has_no_body_for_head(wire: httpx2.AsyncClient) -> None:
    """As every other page."""
    await fill(wire, 12)
    assert (await wire.head(CONTACTS)).content == b""


async def test_a_reader_who_stops_loses_the_page(
    wire: httpx2.AsyncClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer then ends without its end, and the next request for it is answered."""
    await fill(wire, 12)
    monkeypatch.setattr("numberkeep.http.answer.SEND_SECONDS", 0.05)
    parts = await partial(service, wire, stop_after=2)
    assert parts[0]["status"] == 200
    assert all(part.get("more_body") for part in parts[1:])
    assert len((await wire.get(CONTACTS)).json()) == 12


async def test_a_client_who_is_gone_ends_the_page(wire: httpx2.AsyncClient, service: Service) -> None:
    """No further slices are read."""
    await fill(wire, 12)
    parts = await partial(service, wire, gone_after=2)
    assert len(parts) < 10
    assert all(part.get("more_body") for part in parts[1:])


async def partial(
    service: Service, wire: httpx2.AsyncClient, *, stop_after: int = 1000, gone_after: int = 1000
) -> list[dict[str, Any]]:
    """Return what is sent of a page to a client that stops reading, or disconnects, after so many parts."""
    parts: list[dict[str, Any]] = []
    gone = asyncio.Event()

    async def receive() -> dict[str, Any]:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if len(parts) > stop_after:
            await asyncio.Event().wait()
        parts.append(message)
        if len(parts) > gone_after:
            gone.set()
        await asyncio.sleep(0)

    headers = [(name.lower().encode(), value.encode()) for name, value in wire.headers.items()]
    scope = {"type": "http", "method": "GET", "path": CONTACTS, "query_string": b"", "headers": headers}
    await service.application(scope, receive, send)
    return parts


async def test_only_some_long_pages_are_sent_at_once(wire: httpx2.AsyncClient) -> None:
    """Others wait, and all are complete."""
    await fill(wire, 12)
    answers = await asyncio.gather(*(wire.get(CONTACTS) for _ in range(3 * long_page.LONG_PAGES)))
    assert [len(answer.json()) for answer in answers] == [12] * len(answers)


async def upload(size: int) -> AsyncIterator[bytes]:
    """Yield a body in parts, and never its last byte."""
    for _ in range(size // 65536):
        yield b" " * 65536
        await asyncio.sleep(0)
    await asyncio.Event().wait()


async def test_uploads_of_one_account_have_a_budget(
    wire: httpx2.AsyncClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond it the account gets 429 with Retry-After; small requests and other accounts go on."""
    monkeypatch.setattr(unread_body, "DISCARD_SECONDS", 0.0)  # this client gets an answer once all is done
    pair = await service.new_account("other")
    stuck = [asyncio.create_task(wire.post(CONTACTS, content=upload(900 * 1024))) for _ in range(80)]
    try:
        done, waiting = await asyncio.wait(stuck, timeout=2)
        refused = [task.result() for task in done]
        assert {answer.status_code for answer in refused} == {429}
        assert {answer.headers["retry-after"] for answer in refused} == {"1"}
        assert refused[0].json()["status"] == "ERROR"
        assert len(waiting) * 900 * 1024 <= 48 * 2**20
        assert (await wire.post(CONTACTS, json={"number": PHONES[0]})).status_code == 200
        async with service.wire(pair) as other:
            body = json.dumps({"contacts": [{"phone": PHONES[0], "custom_variables": LARGE}]})
            assert (await other.post(BULK, content=body)).status_code == 200
    finally:
        for task in stuck:
            task.cancel()
        await asyncio.gather(*stuck, return_exceptions=True)
    rows = [{"phone": phone, "custom_variables": LARGE} for phone in PHONES[:50]]
    assert (await wire.post(BULK, json={"contacts": rows})).status_code == 200


@pytest.mark.parametrize("skip", [False, True])
async def test_after_a_hundred_faults_each_row_has_one_in_short(wire: httpx2.AsyncClient, *, skip: bool) -> None:
    """Every bad row is still named, whatever is wrong with it."""
    kinds: list[Any] = [
        {"frist_name": "Ann"},
        {"first_name": 5},
        {"tags": ["a", 5]},
        {"custom_variables": {"plan": 5}},
        7,
        {"first_name": "x" * 201},
    ]
    rows: list[Any] = [{"first_name": 5} for _ in range(limits.MAX_ERRORS)]
    rows += [{"phone": PHONES[n], **kind} if isinstance(kind, dict) else kind for n, kind in enumerate(kinds)]
    answer = await wire.post(BULK, params={"on_error": "skip"} if skip else {}, json={"contacts": rows})
    assert answer.status_code == (200 if skip else 400)
    errors = answer.json()["errors"][limits.MAX_ERRORS :]
    assert [(error["index"], error["field"], error["message"]) for error in errors] == [
        (100, "frist_name", "is not a field of the API"),
        (101, "first_name", "must be a string or null, not a whole number"),
        (102, "tags[1]", "must be a string, not a whole number"),
        (103, "custom_variables[...]", "must be a string or null, not a whole number"),
        (104, "row", "must be an object, not a whole number"),
        (105, "first_name", "must have at most 200 characters"),
    ]
    assert [error.get("phone") for error in errors] == [*PHONES[:4], None, PHONES[5]]


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ('{"contacts": {"a": 1}}', "contacts", "must be an array or null, not an object"),
        ('{"contacts": 5}', "contacts", "must be an array or null, not a whole number"),
        ('{"contacts": [], "contcts": []}', "contcts", "is not a field of the API: did you mean contacts?"),
        (" [{}]", "body", "must be a JSON object, not an array"),
        ('"x"', "body", "must be a JSON object, not a string"),
        (f'{{"contacts": [{"1," * 10_000}1]}}', "contacts", "must have at most 10000 items"),
    ],
)
async def test_a_bulk_body_of_another_form_is_named(
    wire: httpx2.AsyncClient, body: str, field: str, message: str
) -> None:
    """By what is wrong with it, without decoding all of it."""
    answer = await wire.post(BULK, content=body)
    assert (answer.status_code, answer.json()["errors"]) == (400, [{"field": field, "message": message}])


@pytest.mark.parametrize(
    "row", ['{"phone": "\\u12"}', '{"phone": "\xff"}', '{"phone" 1}', "[" * 100_000 + "]" * 100_000]
)
async def test_a_row_that_is_not_json_refuses_the_body(wire: httpx2.AsyncClient, row: str) -> None:
    """Even if rows with other faults would be skipped."""
    body = f'{{"contacts": [{{"phone": "{PHONES[0]}"}}, {row}]}}'.encode("latin-1")
    answer = await wire.post(BULK, params={"on_error": "skip"}, content=body)
    assert (answer.status_code, "errors" in answer.json()) == (400, False)
    assert (await wire.get(f"{CONTACTS}/count")).json() == {"count": 0}


async def test_a_body_of_millions_of_values_is_refused(wire: httpx2.AsyncClient) -> None:
    """Because it would take too much memory as soon as it is decoded."""
    answer = await wire.post(BULK, content='{"contacts":[' + "1," * limits.MAX_BULK_COMMAS + "1,1]}")
    assert (answer.status_code, "commas" in answer.json()["message"]) == (400, True)
