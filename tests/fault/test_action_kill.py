"""kill -9 of a service that deletes many contacts, and of one that brings them back."""

import time
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from fault.engines import Engine, client_of, postgres, sqlite
from support.process import PATIENCE

COUNT = 10_000
BULK = 5000
ACTION = "/_numberkeep/actions/1"


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Return each engine, with an empty database."""
    folder = tmp_path_factory.mktemp("service")
    return (
        sqlite(folder) if request.param == "sqlite" else postgres(folder, request.getfixturevalue("durable_postgres"))
    )


def wait(wire: httpx2.Client, until: Callable[[Any], bool]) -> Any:
    """Return the action when it is so far."""
    give_up = time.monotonic() + 4 * PATIENCE
    while not until(action := wire.get(ACTION).json()["action"]):
        assert time.monotonic() < give_up, action
        time.sleep(0.01)
    return action


def test_a_deletion_and_its_undo_go_on_after_kills(engine: Engine) -> None:
    """Every contact is deleted once and returns once, with its tag; each change is recorded once."""
    with engine.serving() as running, client_of(running) as wire:
        for first in range(0, COUNT, BULK):
            rows = [{"phone": f"+1415{5_000_000 + n}", "tags": ["old"]} for n in range(first, first + BULK)]
            wire.post("/api/v2/contacts/bulk", json={"contacts": rows}).raise_for_status()
        wire.post("/_numberkeep/actions", json={"action": "delete", "matching": {}}).raise_for_status()
        wait(wire, lambda action: action["done"] > 0)
        running.kill()
    with engine.serving() as running, client_of(running) as wire:
        assert wait(wire, lambda action: action["status"] == "done")["changed"] == COUNT
        assert wire.get("/api/v2/contacts/count").json()["count"] == 0
        wire.post(f"{ACTION}/undo").raise_for_status()
        wait(wire, lambda action: action["done"] > 0)
        running.kill()
    with engine.serving() as running, client_of(running) as wire:
        undone = wait(wire, lambda action: action["status"] == "done")["undone"]
        assert undone == {"deleted": 0, "restored": COUNT, "left": 0, "lifted": 0, "opted_out": 0}
        assert wire.get("/api/v2/contacts/count").json()["count"] == COUNT
        types = [each["type"] for each in wire.get("/_numberkeep/contacts/+14155000007/history").json()]
        assert types == ["contact.created", "contact.deleted", "contact.created"]
    engine.examine()
