"""The control API of an account's state: reset, snapshot, restore, seed, and the end of an account."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest

from support.process import PATIENCE, Serving, run, serving
from support.receiver import Trick, receiving
from support.test_mode import CONTROL, new_account

PHONE, OTHER = "+14155552671", "+14155552672"
CONTACTS = "/api/v2/contacts"
EVENTS = "/api/v2/events"


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
        "messages": done(client.get("/_numberkeep/messages")),
        "plain messages": [{**each, "accountEmail": ""} for each in done(client.get("/api/v2/messages"))["data"]],
        "opt-outs": done(client.get("/_numberkeep/consent/opt-outs")),
        "ledger": done(client.get("/_numberkeep/consent/verify")),
        "events": events(client),
    }


def events(client: httpx2.Client) -> list[Mapping[str, Any]]:
    """Return the events of an account."""
    with client.stream("GET", EVENTS) as stream:  # it begins with the position of the last event
        last = next(line for line in stream.iter_lines() if line.startswith("id: "))
    found: list[Mapping[str, Any]] = []
    with client.stream("GET", EVENTS, params={"after": 0}) as stream:
        reached = ""
        for line in stream.iter_lines():
            if line.startswith("data: "):
                found.append(json.loads(line[6:]))
            elif line.startswith("id: "):
                reached = line
            elif not line and reached == last:
                break
    return found


def following(client: httpx2.Client, after: int) -> Iterator[Mapping[str, Any]]:
    """Yield the events of a stream until it ends."""
    with client.stream("GET", EVENTS, params={"after": after}) as stream:
        assert stream.status_code == 200
        yield from (json.loads(line[6:]) for line in stream.iter_lines() if line.startswith("data: "))


def until_type(client: httpx2.Client, type_: str) -> None:
    """Wait until there is an event of a type."""
    next(event for event in following(client, 0) if event["type"] == type_)


def test_a_reset_account_is_empty_and_works_with_its_key(running: Serving, ours: httpx2.Client) -> None:
    """Opt-outs go too, and a verification may be asked for again at once; its faults and its journal are gone."""
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
    """Numbers go on."""
    create(ours, PHONE)
    stream = following(ours, 1)
    seen = _in_background(lambda: next(stream))
    control(ours, "reset")
    create(ours, OTHER)
    assert seen()["id"] == "2"


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


def test_a_snapshot_is_for_other_services_too(ours: httpx2.Client, tmp_path: Path) -> None:
    """By the control API, and by --seed."""
    create(ours, PHONE, first_name="Ada")
    state, before = done(ours.get(f"{CONTROL}/snapshot")), everything(ours)
    (tmp_path / "state.json").write_text(json.dumps(state, indent=1))
    with serving(tmp_path, "--test", "--seed", "state.json") as second:
        second.read_export()
        with second.wire() as default, new_account(second.url) as other:
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
    """Contacts as in a bulk request, opt-outs, and messages of earlier."""
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


def test_the_same_calls_get_the_same_ids_and_times_on_every_run(tmp_path: Path) -> None:
    """In new services, and after a reset in the same one; also if other accounts have the same."""

    def repeat(client: httpx2.Client) -> Mapping[str, Any]:
        done(client.post(f"{CONTROL}/clock", json={"freeze": "2026-01-01T00:00:00Z"}))
        control(client, "reset", deterministic=True)
        for number in (PHONE, OTHER):
            create(client, number, tags=["vip"])
            done(client.post(f"{CONTACTS}/verify", json={"number": number}, headers={"x-request-id": "mine"}))
            done(client.post("/_numberkeep/inbound", json={"from": number, "content": "yes"}))
            done(client.get(CONTACTS))
            done(client.post("/api/send-message", json={"number": number, "content": "Hi", "from_number": PHONE}))
        control(client, "seed", contacts=[{"phone": "+14155550101"}], opt_outs=[PHONE])
        done(client.post(f"{CONTROL}/clock", json={"advance_seconds": 3600}))
        create(client, "+14155550102")
        found = everything(client)
        for event in found["events"]:
            del event["cause"], event["actor"]  # which name the request and the key, unless they are chosen
        return found

    found: list[Mapping[str, Any]] = []
    for _ in range(2):
        with serving(tmp_path, "--test") as service:
            for _ in range(2):
                with new_account(service.url) as client:
                    found += [repeat(client), repeat(client)]
    assert [each for each in found if each != found[0]] == []
    assert len(found[0]["contacts"]) == 4
    assert found[0]["events"][0]["id"] == "1"


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
        assert receiver.requests


def test_a_database_in_a_file_is_served_again_in_test_mode_alone(tmp_path: Path) -> None:
    """With what it had; a seed is for a new one."""
    (tmp_path / "seed.json").write_text(json.dumps({"contacts": [{"phone": PHONE}], "opt_outs": [OTHER]}))
    arguments = ("--test", "--database", "sqlite:///tests.db", "--seed", "seed.json")
    pair = {"NUMBERKEEP_API_KEY": "key", "NUMBERKEEP_API_SECRET": "a-secret-of-some-length-0123456789"}
    headers = {"sb-api-key-id": "key", "sb-api-secret-key": pair["NUMBERKEEP_API_SECRET"]}
    for _ in range(2):
        with serving(tmp_path, *arguments, **pair) as service, httpx2.Client(base_url=service.url) as client:
            client.headers.update(headers)
            assert [each["phone"] for each in done(client.get(CONTACTS))] == [PHONE]
            create(client, OTHER)
            done(client.delete(f"{CONTACTS}/{OTHER}"))
            service.stop()
    refused = run("serve", "--database", "sqlite:///tests.db", cwd=tmp_path)
    assert refused.returncode == 1
    assert "was made by --test" in refused.stderr


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (
            json.dumps({"contacts": [{"phone": PHONE}, {"phone": "12"}, {"nane": PHONE}]}),
            "`contacts[1].phone` is not a phone number, `contacts[2].nane` is not a field of the API",
        ),
        ('{"numberkeep_snapshot": 7}', "version 7"),
        ("contacts", "must be a JSON object"),
    ],
)
def test_a_seed_file_that_is_not_valid_ends_the_start(tmp_path: Path, content: str, reason: str) -> None:
    """Before it listens; a file that is corrected can be tried on the same database."""
    (tmp_path / "seed.json").write_text(content)
    arguments = ("--test", "--database", "sqlite:///tests.db", "--seed", "seed.json")
    refused = run("serve", *arguments, cwd=tmp_path)
    assert refused.returncode == 1
    assert reason in refused.stderr
    (tmp_path / "seed.json").write_text(json.dumps({"contacts": [{"phone": PHONE}]}))
    with serving(tmp_path, *arguments) as service:
        service.read_export()
        with service.wire() as default:
            assert [each["phone"] for each in done(default.get(CONTACTS))] == [PHONE]


def test_a_seed_is_refused_without_test_mode(tmp_path: Path) -> None:
    """It would be forgotten that it fills new databases alone."""
    (tmp_path / "seed.json").write_text("{}")
    refused = run("serve", "--seed", "seed.json", cwd=tmp_path)
    assert refused.returncode == 2
    assert "give --test too" in refused.stderr


def test_state_is_the_same_on_postgresql(tmp_path: Path, postgres_url: str, ours: httpx2.Client) -> None:
    """A snapshot of one engine is for the other too."""
    create(ours, PHONE, first_name="Ada", tags=["vip"])
    done(ours.post(f"{CONTACTS}/verify", json={"number": PHONE}))
    until_type(ours, "message.updated")
    state, before = done(ours.get(f"{CONTROL}/snapshot")), everything(ours)
    for _ in range(2):
        with serving(tmp_path, "--test", "--database", postgres_url) as service, new_account(service.url) as other:
            control(other, "restore", **state)
            assert everything(other) == before
            assert done(other.get(f"{CONTROL}/snapshot")) == state
            control(other, "reset", deterministic=True)
            assert done(other.get(CONTACTS)) == []
            done(other.delete(f"{CONTROL}/account"))
            assert other.get(CONTACTS).status_code == 401
