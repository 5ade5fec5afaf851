"""`bulk.create_all`: any number of rows, a result for each."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import anyio.lowlevel
import httpx2
import pytest

from sendblue_api import APIResponseValidationError, InternalServerError, types
from unit.sendblue_api.scripted_service import Driver
from unit.sendblue_api.test_pages import collected, connected

BAD = "bad"


class Service:
    """Stores rows whose number is not "bad"; as numberkeep it skips the others, else it refuses all."""

    def __init__(self, *, skips: bool) -> None:
        self.skips = skips
        self.sizes: list[int] = []
        self.keys: list[str] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        """Answer a bulk create."""
        assert request.url.query == b"on_error=skip"
        rows = json.loads(request.content)["contacts"]
        self.sizes.append(len(rows))
        self.keys.append(request.headers["idempotency-key"])
        bad = [index for index, row in enumerate(rows) if BAD in row["phone"]]
        if bad and not self.skips:
            return httpx2.Response(400, json={"status": "ERROR", "message": "Invalid phone number"})
        stored = {f"+{row['phone'].strip('+ ')}": {**row, "phone": f"+{row['phone'].strip('+ ')}"} for row in rows}
        answer: dict[str, Any] = {
            "status": "OK",
            "contacts": [contact for phone, contact in stored.items() if BAD not in phone],
        }
        if self.skips:
            answer["errors"] = [{"field": "phone", "message": "Invalid", "index": index} for index in bad]
            answer["errors"] += [{"field": "tags", "message": "Too many", "index": index} for index in bad]
        return httpx2.Response(200, json=answer)


@pytest.mark.parametrize("skips", [True, False])
async def test_every_row_has_its_result(api: Driver, skips: bool) -> None:  # noqa: FBT001 - a case
    """In order, with the contact or with why not; a refused row stops no other, on either kind of service."""
    numbers = ["+1", BAD, "+3", "+4", "+5", BAD, "+7"]
    service = Service(skips=skips)
    results = await collected(
        connected(api, service).client.contacts.bulk.create_all([{"phone": number} for number in numbers], chunk=3)
    )
    assert [result.index for result in results] == list(range(7))
    assert [result.row["phone"] for result in results] == numbers
    assert [result.contact and result.contact.phone for result in results] == [
        None if number == BAD else number for number in numbers
    ]
    errors = [result.error for result in results if result.contact is None]
    if skips:
        assert errors == ["phone: Invalid; tags: Too many"] * 2
        assert service.sizes == [3, 3, 1]
    else:
        assert all("Invalid phone number" in error for error in errors)
        assert service.sizes[:3] == [3, 1, 2]
    assert len(set(service.keys)) == len(service.sizes)


async def test_the_rows_are_read_a_chunk_at_a_time(api: Driver) -> None:
    """No more than a chunk is in memory, nothing is sent before it is asked for, and progress is told."""
    read: list[int] = []

    def rows() -> Iterator[dict[str, str]]:
        for number in range(10):
            read.append(number)
            yield {"phone": BAD if number == 3 else f"+{number}"}

    progress: list[tuple[int, int]] = []
    service = Service(skips=True)
    results = connected(api, service).client.contacts.bulk.create_all(
        rows(), chunk=4, on_progress=lambda done, refused: progress.append((done, refused))
    )
    assert read == []
    first = next(results) if api.kind == "sync" else await anext(results)
    assert (first.index, len(read), progress, service.sizes) == (0, 4, [(4, 1)], [4])
    assert len(await collected(results)) == 9
    assert (progress, service.sizes) == ([(4, 1), (8, 1), (10, 1)], [4, 4, 2])


async def test_numbers_in_another_spelling_and_twice(api: Driver) -> None:
    """A contact is found by its number, else by its place; where that is unsure, it is left open."""
    create_all = connected(api, Service(skips=True)).client.contacts.bulk.create_all
    results = await collected(create_all([{"phone": " 1"}, {"phone": "+2"}]))
    assert [result.contact.phone for result in results] == ["+1", "+2"]
    results = await collected(create_all([{"phone": "+1", "first_name": "A"}, {"phone": "+1", "first_name": "B"}]))
    assert [result.contact.first_name for result in results] == ["B", "B"]
    results = await collected(create_all([{"phone": "+1"}, {"phone": " 1"}, {"phone": "+2"}]))
    assert [result.contact and result.contact.phone for result in results] == ["+1", None, "+2"]
    assert [result.error for result in results] == [None] * 3


async def test_rows_that_come_one_by_one(api: Driver) -> None:
    """The async client takes them from an async iterable too, a chunk at a time; the sync one refuses it at once."""
    given: list[int] = []

    async def rows() -> AsyncIterator[dict[str, str]]:
        for number in range(7):
            given.append(number)
            await anyio.lowlevel.checkpoint()
            yield {"phone": f"+{number}"}

    service = Service(skips=True)
    create_all = connected(api, service).client.contacts.bulk.create_all
    if api.kind == "sync":
        with pytest.raises(TypeError, match="not iterable"):
            create_all(rows())
        return
    results = create_all(rows(), chunk=3)
    assert ((await anext(results)).index, given, service.sizes) == (0, [0, 1, 2], [3])
    assert [result.index for result in await collected(results)] == [1, 2, 3, 4, 5, 6]
    assert service.sizes == [3, 3, 1]


async def test_contacts_as_rows(api: Driver) -> None:
    """A contact that was read can be given as a row, and is what its result holds."""
    rows = [types.Contact(phone="+1", tags=["a"]), types.Contact(phone=" 2")]
    results = await collected(connected(api, Service(skips=True)).client.contacts.bulk.create_all(rows))
    assert [result.row for result in results] == rows
    assert [result.contact.phone for result in results] == ["+1", "+2"]


@pytest.mark.parametrize("errors", [["odd"], {"a": 1}, "odd", [{"index": "0", "field": "a"}], [{"field": "a"}], 7])
async def test_errors_of_another_shape(api: Driver, errors: Any) -> None:
    """They are told with the rows that no contact came for, and with no other."""
    api.answers(httpx2.Response(200, json={"status": "OK", "contacts": [{"phone": "+1"}], "errors": errors}))
    good, bad = await collected(api.client.contacts.bulk.create_all([{"phone": "+1"}, {"phone": "+2"}]))
    assert (good.contact.phone, good.error) == ("+1", None)
    assert (bad.contact, bad.error) == (None, str(errors[0] if isinstance(errors, list) else errors))


@pytest.mark.parametrize("answer", [[], {"status": "OK", "contacts": "none"}, {"status": "OK", "contacts": [5]}, 7])
async def test_an_answer_without_contacts(api: Driver, answer: object) -> None:
    """It does not pass for rows that were stored."""
    api.answers(httpx2.Response(200, json=answer))
    with pytest.raises(APIResponseValidationError, match="has no list of contacts") as caught:
        await collected(api.client.contacts.bulk.create_all([{"phone": "+1"}]))
    assert caught.value.status_code == 200


async def test_other_errors_stop_it(api: Driver) -> None:
    """A service that fails says nothing about the rows."""
    api.answers(httpx2.Response(500))
    with pytest.raises(InternalServerError):
        await collected(api.client.contacts.bulk.create_all([{"phone": "+1"}]))
    assert await collected(api.client.contacts.bulk.create_all([])) == []


async def test_what_cannot_work_is_refused_at_once(api: Driver) -> None:
    """Before a row is read."""
    create_all = api.client.contacts.bulk.create_all
    for chunk in (0, 1001):
        with pytest.raises(ValueError, match="between 1 and 1000"):
            create_all([], chunk=chunk)
    with pytest.raises(ValueError, match="each chunk is sent with its own"):
        create_all([], extra_headers={"idempotency-KEY": "1"})
