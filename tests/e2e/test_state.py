"""The control API of an account's state: reset, snapshot, restore, seed, and the end of an account."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest

from support.process import PATIENCE, Serving, serving

PHONE, OTHER = "+14155552671", "+14155552672"
CONTACTS = "/api/v2/contacts"
EVENTS = "/api/v2/events"
CONTROL = "/_numberkeep/test"
FROZEN = "2026-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """Return one service in test mode for all tests of this file."""
    with serving(tmp_path_factory.mktemp("state"), "--test") as service:
        yield service


@pytest.fixture
def ours(running: Serving) -> Iterator[httpx2.Client]:
    """Return a client of an account of its own."""
    with account(running) as client:
        yield client


def account(running: Serving, **given: str) -> httpx2.Client:
    """Return a client of a new account."""
    made = done(httpx2.post(f"{running.url}{CONTROL}/accounts", json=given))
    headers = {"sb-api-key-id": made["api_key"], "sb-api-secret-key": made["api_secret"]}
    return httpx2.Client(base_url=running.url, headers=headers, timeout=PATIENCE)


def done(answer: httpx2.Response) -> Any:
    """Return what a request answered that succeeded."""
    assert answer.status_code == 200, answer.text
    return answer.json()


def control(client: httpx2.Client, path: str, **given: Any) -> Any:
    """Return what the control API answers to a POST."""
    return done(client.post(f"{CONTROL}/{path}", json=given))


def create(client: httpx2.Client, number: str, **given: Any) -> Mapping[str, Any]:
    """Create a contact and return it."""
    contact: Mapping[str, Any] = done(client.post(CONTACTS, json={"number": number, **given}))["contact"]
    return contact


def everything(client: httpx2.Client) -> Mapping[str, Any]:
    """Return what an account has on the wire."""
    return {
        "contacts": done(client.get(CONTACTS)),
        "webhooks": done(client.get("/_numberkeep/webhooks")),
        "ledger": done(client.get("/_numberkeep/consent/ledger")),
        "events": events(client),
    }


def events(client: httpx2.Client, after: int = 0, last: str = "") -> list[Mapping[str, Any]]:
    """Return the events after a number up to a type, or those that come at once."""
    found: list[Mapping[str, Any]] = []
    for event in following(client, after, until=0.0 if last else 0.5):
        found.append(event)
        if event["type"] == last:
            break
    return found


def following(client: httpx2.Client, after: int, until: float = 0.0) -> Iterator[Mapping[str, Any]]:
    """Yield the events of a stream until it ends, or none comes for some seconds."""
    limit = httpx2.Timeout(PATIENCE, read=until or PATIENCE)
    try:
        with client.stream("GET", EVENTS, params={"after": after}, timeout=limit) as stream:
            assert stream.status_code == 200
            yield from (json.loads(line[6:]) for line in stream.iter_lines() if line.startswith("data: "))
    except httpx2.ReadTimeout:
        return


def test_a_reset_account_is_empty_and_works_with_its_key(ours: httpx2.Client) -> None:
    """Opt-outs go too, and a verification may be asked for again at once; its faults and its journal are gone."""
    create(ours, PHONE, tags=["vip"])
    done(ours.post(f"{CONTACTS}/verify", json={"number": PHONE}))
    done(ours.post(f"{CONTACTS}/opt-out", json={"number": OTHER, "opted_out": True}))
    done(ours.post("/_numberkeep/webhooks", json={"url": "http://127.0.0.1:9/"}))
    control(ours, "faults", operation="contacts.list", kind="status", status=503)
    assert control(ours, "reset") == {"status": "OK"}
    assert everything(ours) | {"events": []} == {
        "contacts": [],
        "webhooks": {"webhooks": [], "status": "OK"},
        "ledger": {"entries": [], "status": "OK"},
        "events": [],
    }
    assert [call["operation"] for call in done(ours.get(f"{CONTROL}/calls"))["calls"]][:1] == ["contacts.list"]
    assert create(ours, OTHER)["opt_out"] is False
    create(ours, PHONE)
    done(ours.post(f"{CONTACTS}/verify", json={"number": PHONE}))


def test_a_reset_touches_no_other_account(running: Serving, ours: httpx2.Client) -> None:
    """Each test resets its own."""
    with account(running) as other:
        create(other, PHONE)
        create(ours, PHONE)
        control(ours, "reset")
        assert done(other.get(f"{CONTACTS}/count")) == {"count": 1}


def test_a_stream_of_events_goes_on_after_a_reset(ours: httpx2.Client) -> None:
    """Numbers go on."""
    create(ours, PHONE)
    stream = following(ours, 1)
    seen = _in_background(lambda: next(stream))
    control(ours, "reset")
    create(ours, OTHER)
    assert seen()["event_id"] == 2


def test_a_stream_of_events_ends_when_numbers_start_again(ours: httpx2.Client) -> None:
    """Its position is that of another log, which it is told when it reconnects."""
    for number in (PHONE, OTHER):
        create(ours, number)
    rest = _in_background(lambda: list(following(ours, 2)))
    time.sleep(0.2)
    control(ours, "reset", deterministic=True)
    assert rest() == []
    refused = ours.get(EVENTS, headers={"last-event-id": "2"})
    assert refused.status_code in {409, 410}
    assert "begin after 0" in refused.json()["message"]
    create(ours, PHONE)
    assert [event["event_id"] for event in events(ours, last="contact.created")] == [1]


def test_a_snapshot_restores_everything(running: Serving, ours: httpx2.Client) -> None:
    """In this account and in another one of the service, which keeps its key."""
    create(ours, PHONE, first_name="Ada", tags=["vip"], custom_variables={"a": "b"})
    done(ours.post(f"{CONTACTS}/verify", json={"number": PHONE}))
    done(ours.post(f"{CONTACTS}/opt-out", json={"number": OTHER, "opted_out": True}))
    done(ours.post("/_numberkeep/webhooks", json={"url": "http://127.0.0.1:9/", "types": ["contact.deleted"]}))
    events(ours, last="message.updated")
    state, before = done(ours.get(f"{CONTROL}/snapshot")), everything(ours)
    create(ours, OTHER)
    done(ours.delete(f"{CONTACTS}/{PHONE}"))
    assert control(ours, "restore", **state) == {"status": "OK"}
    assert everything(ours) == before
    with account(running) as other:
        create(other, OTHER)
        control(other, "restore", **state)
        assert everything(other) == before
        done(other.delete(f"{CONTACTS}/{PHONE}"))
    assert everything(ours) == before


def test_a_snapshot_is_for_other_services_too(running: Serving, ours: httpx2.Client, tmp_path: Path) -> None:
    """By the control API, and by --seed."""
    create(ours, PHONE, first_name="Ada")
    state, before = done(ours.get(f"{CONTROL}/snapshot")), everything(ours)
    (tmp_path / "state.json").write_text(json.dumps(state, indent=1))
    with serving(tmp_path, "--test", "--seed", "state.json") as second:
        second.read_export()
        with second.wire() as default, account(second) as other:
            assert everything(default) == before
            control(other, "restore", **state)
            assert everything(other) == before


def test_a_changed_snapshot_is_refused_and_nothing_is_changed(ours: httpx2.Client) -> None:
    """With the fix."""
    create(ours, PHONE)
    state = done(ours.get(f"{CONTROL}/snapshot"))
    state["content"]["tables"]["contacts"]["rows"].clear()
    for document, fix in ((state, "take it again"), ({"contacts": []}, "GET /_numberkeep/test/snapshot")):
        refused = ours.post(f"{CONTROL}/restore", json=document)
        assert refused.status_code == 400
        assert fix in refused.json()["message"]
    assert done(ours.get(f"{CONTACTS}/count")) == {"count": 1}


def test_what_a_snapshot_caught_under_way_is_done_after_the_restore(ours: httpx2.Client) -> None:
    """A delivery to a receiver that does not answer, for example."""
    with receiver() as (url, got):
        done(ours.post("/_numberkeep/webhooks", json={"url": url, "types": ["contact.created"]}))
        create(ours, PHONE)
        _until(lambda: len(got) == 1)
        state = done(ours.get(f"{CONTROL}/snapshot"))
        control(ours, "restore", **state)
        _until(lambda: len(got) == 2)


def test_a_seed_is_added(ours: httpx2.Client) -> None:
    """Contacts as in a bulk request, and opt-outs."""
    create(ours, PHONE, last_name="Lovelace")
    seed = {"contacts": [{"phone": PHONE, "first_name": "Ada", "verified": True}], "opt_outs": [OTHER]}
    assert control(ours, "seed", **seed) == {"contacts": 1, "opt_outs": 1, "status": "OK"}
    found = done(ours.get(f"{CONTACTS}/{PHONE}"))["contact"]
    assert (found["first_name"], found["last_name"], found["verified"]) == ("Ada", "Lovelace", True)
    assert create(ours, OTHER)["opt_out"] is True


def test_a_seed_that_is_not_valid_is_refused_as_a_whole(ours: httpx2.Client) -> None:
    """Its errors name entries and fields; a snapshot is sent elsewhere."""
    refused = ours.post(f"{CONTROL}/seed", json={"contacts": [{"phone": PHONE}, {"phone": "?"}]})
    assert refused.status_code == 400
    assert [error["field"] for error in refused.json()["errors"]] == ["contacts[1].phone"]
    assert done(ours.get(f"{CONTACTS}/count")) == {"count": 0}
    refused = ours.post(f"{CONTROL}/seed", json=done(ours.get(f"{CONTROL}/snapshot")))
    assert refused.status_code == 400
    assert "POST /_numberkeep/test/restore" in refused.json()["message"]


def test_a_deleted_account_is_gone_at_once(running: Serving) -> None:
    """With its keys; one of the same name has nothing of it."""
    with account(running, name="gone") as client:
        create(client, PHONE)
        assert done(client.delete(f"{CONTROL}/account")) == {"status": "OK"}
        assert client.get(CONTACTS).status_code == 401
        assert client.post(f"{CONTROL}/reset").status_code == 401
    with account(running, name="gone") as client:
        assert done(client.get(CONTACTS)) == []


def _in_background(work: Callable[[], Any]) -> Callable[[], Any]:
    """Run a function in a thread; return what waits for its result."""
    result: list[Any] = []
    thread = threading.Thread(target=lambda: result.append(work()))
    thread.start()

    def wait() -> Any:
        thread.join(PATIENCE)
        assert result, "it did not end"
        return result[0]

    return wait
