"""The control API of an account's state: reset, snapshot, restore, seed, and the end of an account."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest

from support.account_state import (
    CONTACTS,
    EVENTS,
    OTHER,
    PHONE,
    control,
    create,
    done,
    events,
    everything,
    following,
    until_type,
)
from support.process import PATIENCE, Serving, serving
from support.receiver import Trick, receiving
from support.test_mode import CONTROL, new_account


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """Return one service in test mode for all tests of this file."""
    with serving(tmp_path_factory.mktemp("state"), "--test") as service:
        yield service


@pytest.fixture
def ours(running: Serving) -> Iterator[httpx2.Client]:
    """Return a client of an account of its own."""
    with new_account(running.url) as client:
        yield client


def test_a_reset_account_is_empty_and_works_with_its_key(running: Serving, ours: httpx2.Client) -> None:
    """Its opt-outs, resend limits, faults and journal are deleted."""
    create(ours, PHONE, tags=["vip"])
    done(ours.post(f"{CONTACTS}/verify", json={"number": PHONE}))
    done(ours.post(f"{CONTACTS}/opt-out", json={"number": OTHER, "opted_out": True}))
    done(ours.post("/_numberkeep/webhooks", json={"url": "http://127.0.0.1:9/"}))
    control(ours, "faults", operation="contacts.list", kind="status", status=503)
    assert control(ours, "reset") == {"status": "OK"}
    with new_account(running.url) as new:
        assert everything(ours) == everything(new)
    assert [call["operation"] for call in done(ours.get(f"{CONTROL}/calls"))["calls"]][:1] == ["contacts.list"]
    assert create(ours, OTHER)["opt_out"] is False
    create(ours, PHONE)
    done(ours.post(f"{CONTACTS}/verify", json={"number": PHONE}))


def test_a_reset_touches_no_other_account(running: Serving, ours: httpx2.Client) -> None:
    """Each test resets its own."""
    with new_account(running.url) as other:
        create(other, PHONE)
        create(ours, PHONE)
        control(ours, "reset")
        assert done(other.get(f"{CONTACTS}/count")) == {"count": 1}


def test_a_stream_of_events_goes_on_after_a_reset(ours: httpx2.Client) -> None:
    """Event numbers continue."""
    create(ours, PHONE)
    stream = following(ours, 1)
    seen = _in_background(lambda: next(stream))
    control(ours, "reset")
    create(ours, OTHER)
    assert seen()["id"] == "2"


def test_a_stream_of_events_ends_when_numbers_start_again(ours: httpx2.Client) -> None:
    """Its position belongs to another log, so reconnecting returns an error."""
    for number in (PHONE, OTHER):
        create(ours, number)
    begun = threading.Event()
    rest = _in_background(lambda: list(following(ours, 2, begun)))
    assert begun.wait(PATIENCE)
    control(ours, "reset", deterministic=True)
    assert rest() == []
    refused = ours.get(EVENTS, headers={"last-event-id": "2"})
    assert refused.status_code in {409, 410}
    assert "begin after 0" in refused.json()["message"]
    create(ours, PHONE)
    assert [event["id"] for event in events(ours)] == ["1"]


def test_a_snapshot_restores_everything(running: Serving, ours: httpx2.Client) -> None:
    """In this account and in another one of the service, which keeps its key."""
    create(ours, PHONE, first_name="Ada", tags=["vip"], custom_variables={"a": "b"})
    done(ours.post(f"{CONTACTS}/verify", json={"number": PHONE}))
    done(ours.post(f"{CONTACTS}/opt-out", json={"number": OTHER, "opted_out": True}))
    done(ours.post("/_numberkeep/webhooks", json={"url": "http://127.0.0.1:9/", "types": ["contact.deleted"]}))
    until_type(ours, "message.updated")
    state, before = done(ours.get(f"{CONTROL}/snapshot")), everything(ours)
    create(ours, OTHER)
    done(ours.delete(f"{CONTACTS}/{PHONE}"))
    assert control(ours, "restore", **state) == {"status": "OK"}
    assert everything(ours) == before
    with new_account(running.url) as other:
        create(other, OTHER)
        control(other, "restore", **state)
        assert everything(other) == before
        done(other.delete(f"{CONTACTS}/{PHONE}"))
    assert everything(ours) == before


def test_a_changed_snapshot_is_refused_and_nothing_is_changed(ours: httpx2.Client) -> None:
    """The error says how to fix it."""
    create(ours, PHONE)
    state = done(ours.get(f"{CONTROL}/snapshot"))
    state["content"]["tables"]["contacts"]["rows"].clear()
    for document, fix in ((state, "take it again"), ({"contacts": []}, "GET /_numberkeep/test/snapshot")):
        refused = ours.post(f"{CONTROL}/restore", json=document)
        assert refused.status_code == 400
        assert fix in refused.json()["message"]
    assert done(ours.get(f"{CONTACTS}/count")) == {"count": 1}


async def test_what_a_snapshot_caught_under_way_is_done_after_the_restore(
    running: Serving, ours: httpx2.Client
) -> None:
    """As a delivery to a receiver that does not answer."""
    async with (
        receiving(Trick.STALL) as receiver,
        httpx2.AsyncClient(base_url=running.url, headers=ours.headers, timeout=PATIENCE) as client,
    ):
        hook = {"url": f"http://127.0.0.1:{receiver.port}/", "types": ["contact.created"]}
        done(await client.post("/_numberkeep/webhooks", json=hook))
        done(await client.post(CONTACTS, json={"number": PHONE}))
        for deliveries in (1, 2, 3):
            async with asyncio.timeout(PATIENCE):
                while len(receiver.requests) < deliveries:  # noqa: ASYNC110 - nothing reports it
                    await asyncio.sleep(0.01)
            state = done(await client.get(f"{CONTROL}/snapshot"))
            done(await client.post(f"{CONTROL}/restore", json=state))


def test_a_seed_is_added(ours: httpx2.Client) -> None:
    """Contacts as in a bulk request, opt-outs, and messages from the past."""
    create(ours, PHONE, last_name="Lovelace")
    seed = {
        "contacts": [{"phone": PHONE, "first_name": "Ada", "verified": True}],
        "opt_outs": [OTHER],
        "messages": [{"number": PHONE, "content": "Hi", "is_outbound": True}],
    }
    assert control(ours, "seed", **seed) == {"contacts": 1, "opt_outs": 1, "messages": 1, "status": "OK"}
    [message] = done(ours.get("/api/v2/messages"))["data"]
    assert (message["content"], message["status"]) == ("Hi", "DELIVERED")
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
    with new_account(running.url, name="gone") as client:
        create(client, PHONE)
        assert done(client.delete(f"{CONTROL}/account")) == {"status": "OK"}
        assert client.get(CONTACTS).status_code == 401
        assert client.post(f"{CONTROL}/reset").status_code == 401
    with new_account(running.url, name="gone") as client:
        assert done(client.get(CONTACTS)) == []


async def test_a_receiver_that_does_not_answer_keeps_no_request_waiting_for_long(
    running: Serving, ours: httpx2.Client
) -> None:
    """It may be making that request before it answers."""
    async with (
        receiving(Trick.STALL) as receiver,
        httpx2.AsyncClient(base_url=running.url, headers=ours.headers, timeout=5) as client,
    ):
        done(await client.post(f"{CONTROL}/reset", json={"deterministic": True}))
        hook = {"url": f"http://127.0.0.1:{receiver.port}/", "types": ["contact.created"]}
        done(await client.post("/_numberkeep/webhooks", json=hook))
        for number in (PHONE, OTHER):
            done(await client.post(CONTACTS, json={"number": number}))
        async with asyncio.timeout(PATIENCE):
            while not receiver.requests:  # noqa: ASYNC110 - nothing reports it
                await asyncio.sleep(0.01)


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
