"""`GET /_numberkeep/export`: files of contacts, streamed."""

import asyncio
import csv
import json
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

import httpx2
import pytest

from numberkeep.domain.errors import StoreUnavailable
from numberkeep.http import download
from numberkeep.http.openapi import document
from numberkeep.service.exports import spool
from support.api import CONTACTS, Service

EXPORT = "/_numberkeep/export"
BULK = f"{CONTACTS}/bulk"


@pytest.fixture
async def contacts(wire: httpx2.AsyncClient) -> None:
    """Create three contacts, one of which opted out."""
    rows = [
        {
            "phone": "+14155550101",
            "first_name": "Łukasz",
            "tags": ["vip", "north"],
            "custom_variables": {"Plan": "gold"},
        },
        {"phone": "+14155550102", "first_name": "Grace", "tags": ["vip"], "custom_variables": {"Plan": "silver"}},
        {"phone": "+491512345678", "first_name": "=Ada", "company_name": "Straße"},
    ]
    assert (await wire.post(BULK, json={"contacts": rows})).status_code == 200
    assert (await wire.post(f"{CONTACTS}/opt-out", json={"number": "+14155550102"})).status_code == 200


@pytest.mark.usefixtures("contacts")
@pytest.mark.parametrize(
    ("form", "media_type", "name", "begin"),
    [
        ("csv", "text/csv; charset=utf-8", "contacts.csv", "phone,first_name,"),
        ("vcard", "text/vcard; charset=utf-8", "contacts.vcf", "BEGIN:VCARD\r\nVERSION:3.0\r\n"),
        ("vcard4", "text/vcard; charset=utf-8", "contacts.vcf", "BEGIN:VCARD\r\nVERSION:4.0\r\n"),
        ("jsonl", "application/x-ndjson", "contacts.jsonl", '{"assigned_to_email":null,'),
    ],
)
async def test_an_export_is_a_file(wire: httpx2.AsyncClient, form: str, media_type: str, name: str, begin: str) -> None:
    """With its type, its name and the number of its contacts; the OpenAPI document has each type."""
    answer = await wire.get(EXPORT, params={"format": form})
    assert answer.status_code == 200
    assert answer.text.startswith(begin)
    headers = answer.headers
    assert (headers["content-type"], headers["numberkeep-contacts"]) == (media_type, "3")
    assert headers["content-disposition"] == f'attachment; filename="{name}"'
    assert headers["cache-control"] == "no-store"
    assert headers["x-request-id"]
    assert media_type in document()["paths"][EXPORT]["get"]["responses"]["200"]["content"]


@pytest.mark.usefixtures("contacts")
@pytest.mark.parametrize(
    ("program", "begin"),
    [
        ("google", "First Name,Last Name,Organization Name,Labels,Phone 1 - Label,Phone 1 - Value,Custom Field 1 -"),
        ("outlook", "First Name,Last Name,Company,Mobile Phone,"),
        ("hubspot", "First Name,Last Name,Phone Number,Company Name,Contact Owner,"),
    ],
)
async def test_csv_can_be_for_a_program(wire: httpx2.AsyncClient, program: str, begin: str) -> None:
    """With its columns, and a name of its own."""
    answer = await wire.get(EXPORT, params={"for": program})
    assert answer.text.startswith(begin)
    assert answer.headers["content-disposition"] == f'attachment; filename="{program}-contacts.csv"'


@pytest.mark.usefixtures("contacts")
async def test_csv_is_the_default(wire: httpx2.AsyncClient) -> None:
    """A column for each custom variable; formulas are escaped and numbers are not."""
    rows = list(csv.DictReader(StringIO((await wire.get(EXPORT)).text, newline="")))
    assert [row["phone"] for row in rows] == ["+14155550101", "+14155550102", "+491512345678"]
    assert [row["custom_variables.Plan"] for row in rows] == ["gold", "silver", ""]
    assert [row["opt_out"] for row in rows] == ["false", "true", "false"]
    assert rows[2]["first_name"] == "'=Ada"


@pytest.mark.usefixtures("contacts")
async def test_a_line_is_the_contact_as_the_api_shows_it(wire: httpx2.AsyncClient) -> None:
    """Oldest first."""
    lines = (await wire.get(EXPORT, params={"format": "jsonl"})).text.splitlines()
    listed = (await wire.get(CONTACTS, params={"order_direction": "asc"})).json()
    assert [json.loads(line) for line in lines] == listed


@pytest.mark.usefixtures("contacts")
@pytest.mark.parametrize(
    ("params", "numbers"),
    [
        ({"tag": "vip"}, [101, 102]),
        ({"tag": ["vip", "north"]}, [101]),
        ({"opted_out": "true"}, [102]),
        ({"opted_out": "false", "verified": "false"}, [101, 678]),
        ({"verified": "true"}, []),
        ({"created_after": "2100-01-01"}, []),
        ({"created_after": "2020-01-01T00:00:00+02:00"}, [101, 102, 678]),
        ({"where": "Plan=gold"}, [101]),
        ({"where": ["Plan=gold", "Other=x"]}, []),
        ({"where": "Plan="}, [678]),
        ({"q": "lukasz"}, [101]),
        ({"q": "VIP silver"}, [102]),
        ({"q": "strasse"}, [678]),
        ({"q": "555-0102"}, [102]),
        ({"q": "0151 2345678"}, [678]),
        ({"q": "\u200b"}, []),
        ({"q": "gold", "where": "Plan=gold", "tag": "vip", "opted_out": "false"}, [101]),
    ],
)
async def test_filters(wire: httpx2.AsyncClient, params: Mapping[str, Any], numbers: Sequence[int]) -> None:
    """All must match."""
    answer = await wire.get(EXPORT, params={"format": "jsonl", **params})
    assert answer.status_code == 200, answer.text
    assert [int(json.loads(line)["phone"][-3:]) for line in answer.text.splitlines()] == numbers
    assert answer.headers["numberkeep-contacts"] == str(len(numbers))


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"formt": "csv"}, "`formt` is not a field of the API: did you mean format?"),
        ({"format": "xml"}, "`format` must be one of csv, vcard, vcard4, jsonl."),
        ({"for": "null"}, "`for` must be one of numberkeep, google, outlook, hubspot."),
        ({"for": "google", "format": "vcard"}, "`for` is for CSV only: leave it out, or ask for format=csv."),
        ({"where": "Plan"}, "`where` must have the form LABEL=VALUE, for example Plan=gold."),
        ({"where": "=gold"}, "`where` must have the form LABEL=VALUE, for example Plan=gold."),
        (
            {"where": ["Plan=gold", "Plan=silver"]},
            "`where` has two values of Plan, but a contact has one: leave one out.",
        ),
        ({"q": " "}, "`q` must not be blank: name a word, or leave it out to have every contact."),
        (
            {"created_after": "yesterday"},
            "`created_after` must be a time in ISO 8601, for example 2026-01-31T09:30:00Z.",
        ),
        ({"verified": "maybe"}, "`verified` must be true or false."),
        ({"opted_out": "null"}, "`opted_out` must not be null: leave it out."),
    ],
)
async def test_errors_name_the_fix(wire: httpx2.AsyncClient, params: Mapping[str, Any], message: str) -> None:
    """As of any route."""
    for method in ("GET", "HEAD"):
        answer = await wire.request(method, EXPORT, params=params)
        assert answer.status_code == 400
    assert (await wire.get(EXPORT, params=params)).json()["message"] == message


async def test_an_export_needs_a_key_and_get(service: Service, wire: httpx2.AsyncClient) -> None:
    """And shows the contacts of the key's account only."""
    async with service.wire(None) as stranger:
        assert (await stranger.get(EXPORT)).status_code == 403
    assert (await wire.post(CONTACTS, json={"number": "+14155550101"})).status_code == 200
    assert (await wire.post(EXPORT)).status_code == 405
    async with service.wire(await service.new_account("other")) as other:
        answer = await other.get(EXPORT)
    assert (answer.headers["numberkeep-contacts"], answer.text.count("\n")) == ("0", 1)


async def test_head_reads_nothing(wire: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has the type and the name of the file."""
    monkeypatch.setattr(spool.Spool, "rewind", lambda _: pytest.fail("the contacts were read"))
    answer = await wire.head(EXPORT, params={"format": "vcard"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"] == "text/vcard; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="contacts.vcf"'


class Parts:
    """What is sent of an export to a client.

    Args:
        stop_after: parts after which the client reads no more, until `goes_on`.
        gone_after: parts after which it disconnects.
    """

    def __init__(self, *, stop_after: int = 1000, gone_after: int = 1000) -> None:
        self.sent: list[dict[str, Any]] = []
        self.stopped = asyncio.Event()
        self.goes_on = asyncio.Event()
        self._stop_after = stop_after
        self._gone_after = gone_after
        self._gone = asyncio.Event()
        if not gone_after:
            self._gone.set()

    async def ask(self, service: Service, wire: httpx2.AsyncClient, query: str = "format=jsonl") -> None:
        """Ask for an export."""
        headers = [(name.lower().encode(), value.encode()) for name, value in wire.headers.items()]
        scope = {"type": "http", "method": "GET", "path": EXPORT, "query_string": query.encode(), "headers": headers}
        await service.application(scope, self._receive, self._send)

    async def _receive(self) -> dict[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if len(self.sent) > self._stop_after:
            self.stopped.set()
            await self.goes_on.wait()
        self.sent.append(message)
        if len(self.sent) > self._gone_after:
            self._gone.set()
        await asyncio.sleep(0)

    def is_complete(self) -> bool:
        """Return whether the last part was sent."""
        return not self.sent[-1].get("more_body")


async def fill(wire: httpx2.AsyncClient, count: int) -> None:
    """Create contacts with much text."""
    large = {f"label {n}": "x" * 4000 for n in range(30)}
    rows = [{"phone": f"+1415555{n:04}", "custom_variables": large} for n in range(count)]
    assert (await wire.post(BULK, json={"contacts": rows})).status_code == 200


async def test_an_export_is_of_one_moment(service: Service, wire: httpx2.AsyncClient) -> None:
    """What changes while a slow client reads is not in it, and does not wait for the client."""
    await fill(wire, 12)
    parts = Parts(stop_after=2)
    asking = asyncio.create_task(parts.ask(service, wire))
    await parts.stopped.wait()
    assert (await wire.delete(f"{CONTACTS}/+14155550011")).status_code == 200
    assert (await wire.put(f"{CONTACTS}/+14155550010", json={"first_name": "Ada"})).status_code == 200
    assert (await wire.post(CONTACTS, json={"number": "+14155550099"})).status_code == 200
    parts.goes_on.set()
    await asking
    assert parts.is_complete()
    contacts = [json.loads(line) for line in b"".join(part["body"] for part in parts.sent[1:]).splitlines()]
    assert [each["phone"] for each in contacts] == [f"+1415555{n:04}" for n in range(12)]
    assert contacts[10]["first_name"] is None


async def test_a_client_who_does_not_read_is_dropped(
    service: Service, wire: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer then ends without its end."""
    await fill(wire, 3)
    monkeypatch.setattr("numberkeep.http.answer.SEND_SECONDS", 0.05)
    parts = Parts(stop_after=2)
    await parts.ask(service, wire)
    assert not parts.is_complete()
    assert (await wire.get(EXPORT)).headers["numberkeep-contacts"] == "3"


async def test_a_client_who_is_gone_ends_the_export(service: Service, wire: httpx2.AsyncClient) -> None:
    """While it is sent, and while it is made: then it is counted as such."""
    await fill(wire, 12)
    parts = Parts(gone_after=2)
    await parts.ask(service, wire)
    assert not parts.is_complete()
    assert len(parts.sent) < 10
    parts = Parts(gone_after=0)
    await parts.ask(service, wire)
    assert parts.sent[0]["status"] == 499
    metrics = (await wire.get("/metrics")).text
    [count] = [line for line in metrics.splitlines() if "seconds_count" in line and 'status="499"' in line]
    assert 'operation="contacts.export"' in count


async def test_an_export_that_fails_midway_is_not_complete(
    service: Service, wire: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clients notice that its end is missing."""
    await fill(wire, 12)
    read, count = spool.Spool.read, 0

    def failing(self: spool.Spool) -> bytes:
        nonlocal count
        count += 1
        if count > 2:
            raise OSError(5, "Input/output error")
        return read(self)

    monkeypatch.setattr(spool.Spool, "read", failing)
    parts = Parts()
    await parts.ask(service, wire)
    assert parts.sent[0]["status"] == 200
    assert not parts.is_complete()


async def test_an_error_before_the_first_part_is_an_answer(
    wire: httpx2.AsyncClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the store, and of a disk that is full."""
    await fill(wire, 1)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("tempfile.SpooledTemporaryFile.write", full)
        answer = await wire.get(EXPORT)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "room for temporary files" in answer.json()["message"]

    def unavailable(*_: object) -> None:
        raise StoreUnavailable("gone")

    with monkeypatch.context() as patched:
        patched.setattr(type(service.context.store), "page_in_slices", unavailable)
        answer = await wire.get(EXPORT)
    assert (answer.status_code, answer.json()["status"]) == (503, "ERROR")


async def test_only_some_exports_are_under_way_at_once(wire: httpx2.AsyncClient) -> None:
    """Others wait, and all are complete."""
    await fill(wire, 3)
    answers = await asyncio.gather(*(wire.get(EXPORT) for _ in range(3 * download.DOWNLOADS)))
    assert [answer.headers["numberkeep-contacts"] for answer in answers] == ["3"] * len(answers)
