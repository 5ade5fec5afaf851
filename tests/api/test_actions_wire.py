"""Actions on many contacts over HTTP: tag, untag, delete and export, and undo."""

import asyncio
import csv
from io import StringIO
from typing import Any

import httpx2
import pytest

from numberkeep.operations import actions
from support.api import CONTACTS, Service

ACTIONS = "/_numberkeep/actions"
NOTHING_UNDONE = {"deleted": 0, "restored": 0, "left": 0, "lifted": 0, "opted_out": 0}


def number(n: int) -> str:
    """Return the n-th number."""
    return f"+1415555{n:04}"


async def filled(wire: httpx2.AsyncClient, count: int = 4) -> None:
    """Create contacts; every second one has the tag `even`."""
    rows = [{"phone": number(n), "first_name": f"N{n}", "tags": ["even"] * (n % 2 == 0)} for n in range(count)]
    assert (await wire.post(f"{CONTACTS}/bulk", json={"contacts": rows})).status_code == 200


async def acted(wire: httpx2.AsyncClient, **body: Any) -> Any:
    """Start an action, and return it when it has ended."""
    answer = await wire.post(ACTIONS, json=body)
    assert answer.status_code == 200, answer.text
    return await ended(wire, answer.json()["action"])


async def ended(wire: httpx2.AsyncClient, action: Any) -> Any:
    """Return an action when it has ended."""
    for _ in range(500):
        if action["status"] != "running":
            return action
        await asyncio.sleep(0.02)
        action = (await wire.get(f"{ACTIONS}/{action['id']}")).json()["action"]
    raise AssertionError("it runs for too long")


async def undone(wire: httpx2.AsyncClient, action: Any) -> Any:
    """Undo an action, and return what was undone that is not 0."""
    answer = await wire.post(f"{ACTIONS}/{action['id']}/undo")
    assert answer.status_code == 200, answer.text
    found = (await ended(wire, answer.json()["action"]))["undone"]
    return {name: count for name, count in (found or {}).items() if count}


async def tagged(wire: httpx2.AsyncClient, tag: str) -> list[str]:
    """Return the numbers of the contacts with a tag."""
    return sorted(each["phone"] for each in (await wire.get(CONTACTS, params={"tag": tag})).json())


async def everybody(wire: httpx2.AsyncClient) -> list[Any]:
    """Return every contact."""
    return list((await wire.get(CONTACTS, params={"order_by": "phone", "order_direction": "asc"})).json())


async def test_numbers_are_tagged_and_untagged(wire: httpx2.AsyncClient) -> None:
    """The counts say what became of each number; numbers that are none are left out."""
    await filled(wire)
    action = await acted(
        wire, action="tag", tag="even", numbers=[number(0), "(415) 555-0001", number(1), number(9), "no number"]
    )
    assert (action["status"], action["total"], action["done"]) == ("done", 3, 3)
    assert action["undoable"]
    assert action["undo_until"] > action["created_at"]
    assert (action["changed"], action["unchanged"], action["not_found"]) == (1, 1, 1)
    assert await tagged(wire, "even") == [number(0), number(1), number(2)]
    assert await undone(wire, action) == {"restored": 1}
    assert await tagged(wire, "even") == [number(0), number(2)]

    action = await acted(wire, action="untag", tag="even", numbers=[number(0), number(1)])
    assert (action["changed"], action["unchanged"]) == (1, 1)
    assert await tagged(wire, "even") == [number(2)]
    assert await undone(wire, action) == {"restored": 1}
    assert await tagged(wire, "even") == [number(0), number(2)]


async def test_what_matches_is_deleted_and_returns_as_it_was(wire: httpx2.AsyncClient) -> None:
    """With its id and its time; who opted out in between stays opted out, and whose number is taken stays deleted."""
    await filled(wire)
    await wire.post(f"{CONTACTS}/opt-out", json={"number": number(0)})
    before = await everybody(wire)
    action = await acted(wire, action="delete", matching={"tag": ["even"]})
    assert (action["changed"], action["total"]) == (2, 2)
    assert [each["phone"] for each in await everybody(wire)] == [number(1), number(3)]
    assert await undone(wire, action) == {"restored": 2}
    assert await everybody(wire) == before

    action = await acted(wire, action="delete", matching={})
    assert await everybody(wire) == []
    await wire.post(f"{CONTACTS}/opt-out", json={"number": number(1)})
    await wire.post(CONTACTS, json={"number": number(2), "first_name": "New"})
    await wire.post(CONTACTS, json={"number": number(3)})
    await wire.delete(f"{CONTACTS}/{number(3)}")
    assert await undone(wire, action) == {"restored": 2, "left": 2}
    after = await everybody(wire)
    assert [(each["phone"], each["first_name"], each["opt_out"]) for each in after] == [
        (number(0), "N0", True),
        (number(1), "N1", True),
        (number(2), "New", False),
    ]


async def test_an_opt_in_in_between_holds(wire: httpx2.AsyncClient) -> None:
    """A contact that was opted out when it was deleted returns with what holds for its number now."""
    await filled(wire, 1)
    await wire.post(f"{CONTACTS}/opt-out", json={"number": number(0)})
    action = await acted(wire, action="delete", numbers=[number(0)])
    await wire.post(f"{CONTACTS}/opt-out", json={"number": number(0), "opted_out": False})
    await undone(wire, action)
    assert [each["opt_out"] for each in await everybody(wire)] == [False]
    ledger = (await wire.get("/_numberkeep/consent", params={"number": number(0)})).json()
    assert [each["opted_out"] for each in ledger] == [True, False]


async def test_an_export_has_a_file(wire: httpx2.AsyncClient) -> None:
    """Of the contacts that exist; it goes with the action."""
    await filled(wire)
    action = await acted(wire, action="export", numbers=[number(3), number(0), number(9)])
    assert (action["changed"], action["not_found"], action["done"]) == (2, 1, 3)
    path = f"{ACTIONS}/{action['id']}"
    answer = await wire.get(f"{path}/file")
    assert answer.headers["content-disposition"] == 'attachment; filename="contacts.csv"'
    assert sorted(row["phone"] for row in csv.DictReader(StringIO(answer.text))) == [number(0), number(3)]
    assert (await wire.post(f"{path}/undo")).status_code == 409
    assert (await wire.delete(path)).json() == {"status": "OK"}
    assert (await wire.get(f"{path}/file")).status_code == 404
    assert await acted(wire, action="export", format="jsonl", matching={"q": "n2"})
    assert (await wire.get(f"{ACTIONS}/2/file")).json()["phone"] == number(2)


async def test_many_contacts_are_left_to_the_runner(wire: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer says that it runs; in the end all are changed, and undo goes the same way."""
    monkeypatch.setattr(actions, "AT_ONCE", 10)
    await filled(wire, 40)
    answer = await wire.post(ACTIONS, json={"action": "delete", "matching": {}})
    started = answer.json()["action"]
    assert (started["status"], started["total"]) == ("running", 40)
    assert (await ended(wire, started))["changed"] == 40
    assert await undone(wire, started) == {"restored": 40}
    assert len(await everybody(wire)) == 40
    assert (await wire.post(f"{ACTIONS}/{started['id']}/undo")).status_code == 409
    [listed] = (await wire.get(ACTIONS)).json()
    assert (listed["task"], listed["undoable"], listed["undo_until"]) == ("undo", False, None)


async def test_events_say_which_action_caused_them(wire: httpx2.AsyncClient) -> None:
    """The changes and their undo name the action."""
    await filled(wire, 1)
    action = await acted(wire, action="tag", tag="x", numbers=[number(0)])
    await undone(wire, action)
    history = (await wire.get(f"/_numberkeep/contacts/{number(0)}/history")).json()
    assert [each["cause"] for each in history][:2] == [{"type": "undo", "id": "1"}, {"type": "action", "id": "1"}]
    tags = [each["changes"]["tags"] for each in history]
    assert tags == [[["even", "x"], ["even"]], [["even"], ["even", "x"]], [None, ["even"]]]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "action"),
        ({"action": "tag", "numbers": []}, "tag"),
        ({"action": "tag", "tag": " ", "numbers": []}, "tag"),
        ({"action": "delete"}, "numbers"),
        ({"action": "delete", "numbers": [], "matching": {}}, "numbers"),
        ({"action": "export", "format": "vcard", "for": "google", "matching": {}}, "for"),
        ({"action": "delete", "matching": {"where": ["x"]}}, "where"),
    ],
)
async def test_what_is_not_valid_starts_nothing(wire: httpx2.AsyncClient, body: Any, field: str) -> None:
    """The error names the field, and no action is left behind."""
    answer = await wire.post(ACTIONS, json=body)
    assert answer.status_code == 400, answer.text
    assert [each["field"] for each in answer.json()["errors"]] == [field]
    assert (await wire.get(ACTIONS)).json() == []


async def test_a_repeated_request_acts_once(wire: httpx2.AsyncClient) -> None:
    """With an idempotency key: the answer is the first one, and there is one action."""
    await filled(wire)
    body = {"action": "tag", "tag": "x", "matching": {}}
    answers = [await wire.post(ACTIONS, json=body, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert [each.json()["action"]["id"] for each in answers] == [1, 1]
    assert len((await wire.get(ACTIONS)).json()) == 1


async def test_other_accounts_see_nothing(service: Service, wire: httpx2.AsyncClient) -> None:
    """Their actions have their own numbers."""
    await filled(wire)
    await acted(wire, action="tag", tag="x", matching={})
    async with service.wire(await service.new_account("other")) as other:
        assert (await other.get(f"{ACTIONS}/1")).status_code == 404
        assert (await other.post(f"{ACTIONS}/1/undo")).status_code == 404
        assert (await acted(other, action="delete", matching={}))["total"] == 0
    assert len(await everybody(wire)) == 4
