"""Imports over HTTP: a file is uploaded, mapped, planned, run and undone."""

import asyncio
import csv
import json
from collections.abc import AsyncIterator
from io import StringIO
from typing import Any

import httpx2
import pytest

from numberkeep.domain.jobs.job import RETAINED_DAYS
from numberkeep.http import upload
from numberkeep.service.imports import jobs, uploads
from numberkeep.service.job_runner import delete_old_parts
from numberkeep.store.queries import ListApiKeys, ListEvents
from support.api import CONTACTS, Service

IMPORTS = "/_numberkeep/imports"
FILE = "phone,Who,Out,tags\n+14155550101,Ada Lovelace,,vip\n+14155550102,Bob,yes,\n12,No,,\n"
COUNTS = {"rows": 3, "created": 2, "rejected": 1, "opted_out": 1, "contacts": 2}


async def uploaded(wire: httpx2.AsyncClient, content: str = FILE, name: str = "list.csv") -> str:
    """Upload a file, and return the path of its import."""
    answer = await wire.post(IMPORTS, params={"name": name}, content=content.encode())
    assert answer.status_code == 200, answer.text
    return f"{IMPORTS}/{answer.json()['import']['id']}"


async def ended(wire: httpx2.AsyncClient, path: str) -> Any:
    """Return an import when what was started has ended."""
    for _ in range(500):
        found = (await wire.get(path)).json()["import"]
        if found["status"] != "running":
            return found
        await asyncio.sleep(0.02)
    raise AssertionError("it runs for too long")


def counted(outcome: Any) -> dict[str, int]:
    """Return the counts of an outcome that are not 0."""
    return {name: count for name, count in outcome["counts"].items() if count}


async def phones(wire: httpx2.AsyncClient) -> list[str]:
    """Return the numbers of all contacts."""
    return sorted(each["phone"] for each in (await wire.get(CONTACTS)).json())


async def test_a_file_is_uploaded_mapped_planned_run_and_undone(wire: httpx2.AsyncClient) -> None:
    """The plan changes nothing and reports what the run does; what is left over can be corrected or deleted."""
    path = await uploaded(wire)
    found = (await wire.get(path)).json()["import"]
    assert (found["status"], found["task"], found["name"], found["bytes"]) == ("draft", None, "list.csv", len(FILE))
    columns = (await wire.get(f"{path}/columns")).json()
    assert (columns["has_phones"], columns["rows"]) == (True, 3)
    assert columns["columns"][1] == {
        "name": "Who",
        "field": "variable",
        "detected": "variable",
        "chosen": False,
        "samples": ["Ada Lovelace", "Bob", "No"],
        "notes": [],
    }
    assert (await wire.get(f"{path}/preview")).status_code == 409
    chosen = (await wire.put(path, json={"columns": {"Who": "name", "Out": "opt_out"}})).json()["import"]
    assert chosen["options"]["columns"] == {"who": "name", "out": "opt_out"}
    assert [each["field"] for each in (await wire.get(f"{path}/columns")).json()["columns"]][1:3] == ["name", "opt_out"]

    assert (await wire.post(f"{path}/plan", json={"differences": True})).json()["import"]["status"] == "running"
    planned = await ended(wire, path)
    assert (planned["status"], counted(planned["planned"])) == ("draft", COUNTS)
    assert await phones(wire) == []
    lines = [json.loads(line) for line in (await wire.get(f"{path}/differences")).text.splitlines()]
    assert lines[0] == {
        "number": "+14155550101",
        "created": True,
        "changes": {"first_name": [None, "Ada"], "last_name": [None, "Lovelace"], "tags": [None, ["vip"]]},
    }
    assert [line["number"] for line in lines] == ["+14155550101", "+14155550102"]

    preview = (await wire.get(f"{path}/preview")).json()
    assert [each["name"] for each in preview["created"]] == ["Ada Lovelace", "Bob"]
    assert [each["number"] for each in preview["opted_out"]] == ["+14155550102"]
    assert [each["line"] for each in preview["rejected"]] == [4]

    assert (await wire.post(f"{path}/run")).status_code == 200
    done = await ended(wire, path)
    assert (done["status"], counted(done["result"])) == ("done", COUNTS)
    assert (done["undoable"], done["undo_until"] > done["created_at"], done["by"]["type"]) == (True, True, "api_key")
    assert await phones(wire) == ["+14155550101", "+14155550102"]
    during = {"created_at_gte": done["begun_at"], "created_at_lt": done["updated_at"]}
    assert len((await wire.get("/api/v2/contacts", params=during)).json()) == counted(done["result"])["created"]
    rejects = await wire.get(f"{path}/rejects")
    assert rejects.headers["content-disposition"] == 'attachment; filename="import-1.rejects.csv"'
    [row] = csv.DictReader(StringIO(rejects.text))
    assert (row["phone"], row["Who"], row["line"], row["field"]) == ("12", "No", "4", "phone")

    await wire.put(f"{CONTACTS}/+14155550101", json={"company_name": "Analytical"})
    assert (await wire.post(f"{path}/undo", json={})).status_code == 200
    undone = await ended(wire, path)
    assert undone["undone"] == {"deleted": 1, "restored": 0, "left": 1, "lifted": 0, "opted_out": 1}
    assert await phones(wire) == ["+14155550101"]
    assert (await wire.post(f"{path}/undo", json={"lift_opt_outs": True})).status_code == 200
    assert (await ended(wire, path))["undone"]["lifted"] == 1

    assert (await wire.delete(path)).json() == {"status": "OK"}
    assert (await wire.get(path)).status_code == 404
    assert await phones(wire) == ["+14155550101"]


async def test_events_name_the_key_and_the_import(service: Service, wire: httpx2.AsyncClient) -> None:
    """Those of the undo have it as their cause too."""
    path = await uploaded(wire)
    await wire.post(f"{path}/run")
    await ended(wire, path)
    await wire.post(f"{path}/undo", json={})
    await ended(wire, path)
    [key] = await service.context.store.read(ListApiKeys())
    account_id = key.account.account_id
    events = await service.context.store.read(ListEvents(account_id, 0, 100))
    found = {
        (each.type.value, each.actor.kind.value, each.cause and f"{each.cause.kind.value}:{each.cause.id}")
        for each in events
    }
    assert found == {("contact.created", "api_key", "import:1"), ("contact.deleted", "api_key", "undo:1")}


async def test_imports_are_listed_newest_first_in_pages(service: Service, wire: httpx2.AsyncClient) -> None:
    """Another account sees none of them, and can do nothing with them."""
    paths = [await uploaded(wire, name=f"{n}.csv") for n in range(3)]
    page = await wire.get(IMPORTS, params={"limit": 2})
    assert [each["name"] for each in page.json()] == ["2.csv", "1.csv"]
    rest = await wire.get(page.links["next"]["url"])
    assert [each["name"] for each in rest.json()] == ["0.csv"]
    assert "next" not in rest.links
    async with service.wire(await service.new_account("other")) as other:
        assert (await other.get(IMPORTS)).json() == []
        for method, path in (
            ("GET", paths[0]),
            ("DELETE", paths[0]),
            ("GET", f"{paths[0]}/rejects"),
            ("POST", f"{paths[0]}/run"),
        ):
            answer = await other.request(method, path)
            assert (answer.status_code, answer.json()["message"]) == (404, "There is no import 1")
        assert (await other.post(f"{paths[0]}/undo", json={})).status_code == 404
        assert (await other.put(paths[0], json={})).status_code == 404


@pytest.mark.parametrize("act", ["plan", "run", "undo"])
async def test_a_request_that_is_repeated_under_its_key_runs_once(wire: httpx2.AsyncClient, act: str) -> None:
    """It gets the first answer, also when the work has ended."""
    path = await uploaded(wire)
    if act == "undo":
        await wire.post(f"{path}/run")
        await ended(wire, path)
    key = {"idempotency-key": f"key-{act}"}
    body: dict[str, Any] | None = None if act == "run" else {}
    first = await wire.post(f"{path}/{act}", json=body, headers=key)
    assert first.status_code == 200
    await ended(wire, path)
    again = await wire.post(f"{path}/{act}", json=body, headers=key)
    assert (again.status_code, again.json()) == (200, first.json())
    assert (await wire.get(path)).json()["import"]["status"] != "running"


@pytest.mark.parametrize("import_id", ["0", "7", "x", "9" * 30])
async def test_an_import_that_does_not_exist(wire: httpx2.AsyncClient, import_id: str) -> None:
    """404 on every path."""
    assert (await wire.get(f"{IMPORTS}/{import_id}")).status_code == 404
    assert (await wire.post(f"{IMPORTS}/{import_id}/plan", json={})).status_code == 404
    assert (await wire.get(f"{IMPORTS}/{import_id}/differences")).status_code == 404


async def test_what_the_state_does_not_allow_is_refused_with_the_fix(wire: httpx2.AsyncClient) -> None:
    """409, and nothing is changed."""
    path = await uploaded(wire)
    undo = await wire.post(f"{path}/undo", json={})
    assert (undo.status_code, "has not run" in undo.json()["message"]) == (409, True)
    await wire.post(f"{path}/run")
    await ended(wire, path)
    for answer in (
        await wire.post(f"{path}/run"),
        await wire.post(f"{path}/plan", json={}),
        await wire.put(path, json={}),
    ):
        assert (answer.status_code, "upload it again" in answer.json()["message"]) == (409, True)
        assert answer.headers["x-should-retry"] == "false"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"columns": {"Who": "nickname"}}, "columns"),
        ({"region": "XX"}, "region"),
        ({"encoding": "hex"}, "encoding"),
        ({"existing": "replace"}, "existing"),
        ({"tags": [" "]}, "tags"),
        ({"tag": "x"}, "tag"),
    ],
)
async def test_options_that_are_not_valid_name_the_field(
    wire: httpx2.AsyncClient, body: dict[str, Any], field: str
) -> None:
    """400."""
    answer = await wire.put(await uploaded(wire), json=body)
    assert answer.status_code == 400
    assert [each["field"].partition("[")[0] for each in answer.json()["errors"]] == [field]


async def test_a_column_that_the_file_does_not_have_fails_the_import(wire: httpx2.AsyncClient) -> None:
    """It says which columns there are, and can be started again with other options."""
    path = await uploaded(wire)
    await wire.put(path, json={"columns": {"Tel": "phone"}})
    await wire.post(f"{path}/run")
    failed = await ended(wire, path)
    assert (failed["status"], "it has phone, Who, Out, tags" in failed["error"]) == ("failed", True)
    assert (await wire.put(path, json={})).status_code == 200
    await wire.post(f"{path}/run")
    assert (await ended(wire, path))["status"] == "done"


async def test_an_empty_file_has_no_rows(wire: httpx2.AsyncClient) -> None:
    """And is no error."""
    path = await uploaded(wire, "")
    await wire.post(f"{path}/run")
    done = await ended(wire, path)
    assert (done["status"], counted(done["result"])) == ("done", {})


async def test_an_upload_is_limited_and_leaves_nothing_if_it_fails(
    wire: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In size, as declared and as sent, and in small pieces."""
    sized = await wire.post(IMPORTS, content=b"x", headers={"content-length": str(2**30)})
    assert sized.status_code == 413
    zipped = await wire.post(IMPORTS, content=b"x", headers={"content-encoding": "gzip"})
    assert zipped.status_code == 415
    monkeypatch.setattr(upload, "_MOST_SMALL", 3)

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(9):
            yield b"x"

    assert (await wire.post(IMPORTS, content=pieces())).status_code == 413
    assert (await wire.get(IMPORTS)).json() == []


async def test_old_files_are_deleted(service: Service, wire: httpx2.AsyncClient) -> None:
    """After 30 days; the import stays, and says so when it is started."""
    path = await uploaded(wire)
    await delete_old_parts(service.context)
    service.clock.pass_seconds(RETAINED_DAYS * 24 * 3600 + 1)
    young = await uploaded(wire)
    await delete_old_parts(service.context)
    old = await wire.post(f"{path}/run")
    assert (old.status_code, "30 days" in old.json()["message"]) == (409, True)
    rejects = await wire.get(f"{path}/rejects")
    assert (rejects.status_code, "30 days" in rejects.json()["message"]) == (409, True)
    assert (await wire.post(f"{young}/run")).status_code == 200


async def test_plans_of_a_file_are_limited(wire: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each keeps its differences."""
    path = await uploaded(wire)
    monkeypatch.setattr(jobs, "MAX_STORED_UPLOADS", 400)
    answer = await wire.post(f"{path}/plan", json={"differences": True})
    for _ in range(9):
        await ended(wire, path)
        answer = await wire.post(f"{path}/plan", json={"differences": True})
        if answer.status_code != 200:
            break
    assert (answer.status_code, "delete it" in answer.json()["message"]) == (409, True)


async def test_files_of_an_account_are_limited(wire: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """409 says how to make room; then there is."""
    monkeypatch.setattr(uploads, "MAX_STORED_UPLOADS", len(FILE) - 1)
    path = await uploaded(wire)
    refused = await wire.post(IMPORTS, content=FILE.encode())
    assert (refused.status_code, "delete" in refused.json()["message"]) == (409, True)
    await wire.delete(path)
    await uploaded(wire)
