"""Faults of a real process: each kind, and how a client sees it."""

import time
from typing import Any

import httpx2
import pytest

import sendblue_api
from sendblue_api import SendblueAPI
from support.ending import until
from support.process import PATIENCE, Serving
from support.test_mode import CONTROL, add_fault, new_account

CONTACTS = "/api/v2/contacts"
ONE, TWO = "+14155552671", "+14155552672"
CREATE = "contacts.create"


def create(wire: httpx2.Client, number: str = ONE) -> httpx2.Response:
    """Create a contact."""
    return wire.post(CONTACTS, json={"number": number})


def stored(wire: httpx2.Client) -> list[str]:
    """Return the numbers of the account, as they are without a fault."""
    assert wire.delete(f"{CONTROL}/faults").json() == {"status": "OK"}
    return [contact["phone"] for contact in wire.get(CONTACTS).json()]


def test_a_status_takes_the_place_of_the_call(wire: httpx2.Client) -> None:
    """Nothing is changed; the answer has the status, the message and Retry-After."""
    add_fault(wire, CREATE, "status", status=503, retry_after=2, message="down", times=1)
    answer = create(wire)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert answer.json()["message"] == "down"
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert stored(wire) == []


def test_a_client_that_retries_gets_through(wire: httpx2.Client, test_mode: Serving) -> None:
    """Two failures are within the retries of our client, three are not."""
    headers = wire.headers
    options: dict[str, Any] = {"api_key": headers["sb-api-key-id"], "api_secret": headers["sb-api-secret-key"]}
    with SendblueAPI(base_url=test_mode.url, max_retries=2, **options) as client:
        add_fault(wire, CREATE, "status", status=503, retry_after=0, times=2)
        client.contacts.create(number=ONE)
        add_fault(wire, CREATE, "status", status=503, retry_after=0, times=3)
        with pytest.raises(sendblue_api.InternalServerError):
            client.contacts.create(number=TWO)
    assert stored(wire) == [ONE]


def test_latency_delays_the_call(wire: httpx2.Client) -> None:
    """The call happens, after the time."""
    add_fault(wire, CREATE, "latency", seconds=0.2)
    begun = time.monotonic()
    assert create(wire).status_code == 200
    assert time.monotonic() - begun >= 0.2


def test_a_late_answer_follows_the_change(wire: httpx2.Client) -> None:
    """A client that gives up finds its change made."""
    add_fault(wire, CREATE, "late", seconds=30)
    with pytest.raises(httpx2.ReadTimeout):
        wire.post(CONTACTS, json={"number": ONE}, timeout=httpx2.Timeout(PATIENCE, read=0.5))
    until(lambda: wire.get(CONTACTS).json() != [])
    assert stored(wire) == [ONE]


def test_a_cut_call_changes_nothing(wire: httpx2.Client) -> None:
    """The head arrives with a length, the body ends before it."""
    add_fault(wire, CREATE, "cut")
    with wire.stream("POST", CONTACTS, json={"number": ONE}) as answer:
        assert answer.status_code == 200
        with pytest.raises(httpx2.RemoteProtocolError):
            answer.read()
    assert stored(wire) == []


def test_a_cut_read_has_half_of_its_answer(wire: httpx2.Client) -> None:
    """The beginning is that of the real answer."""
    create(wire)
    whole = wire.get(CONTACTS).content
    add_fault(wire, "contacts.list", "cut")
    pieces: list[bytes] = []
    with wire.stream("GET", CONTACTS) as answer, pytest.raises(httpx2.RemoteProtocolError):
        pieces.extend(answer.iter_raw())
    assert b"".join(pieces) == whole[: len(whole) // 2]


def test_a_cut_download_ends_early(wire: httpx2.Client) -> None:
    """A file that is sent in pieces has no length, and clients notice its early end all the same."""
    create(wire)
    path = "/_numberkeep/export?format=csv"
    assert wire.get(path).status_code == 200
    add_fault(wire, "contacts.export", "cut")
    with pytest.raises(httpx2.RemoteProtocolError):
        wire.get(path)


def test_a_malformed_answer_is_whole_but_not_json(wire: httpx2.Client) -> None:
    """Nothing is changed, and the connection stays open."""
    add_fault(wire, CREATE, "malformed", times=1)
    answer = create(wire)
    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r"delimiter|Unterminated"):
        answer.json()
    assert stored(wire) == []


def test_a_connection_is_cut_after_the_change(wire: httpx2.Client) -> None:
    """No byte of an answer arrives, and the change is made."""
    add_fault(wire, CREATE, "cut_after")
    with pytest.raises(httpx2.RemoteProtocolError, match="without sending a response"):
        create(wire)
    assert stored(wire) == [ONE]


def test_a_retry_after_a_cut_connection_does_not_change_twice(wire: httpx2.Client, test_mode: Serving) -> None:
    """An Idempotency-Key gets the first answer again, which is what the fault is for."""
    add_fault(wire, CREATE, "cut_after", times=1)
    key = {"idempotency-key": "once"}
    with pytest.raises(httpx2.RemoteProtocolError):
        wire.post(CONTACTS, json={"number": ONE}, headers=key)
    assert wire.post(CONTACTS, json={"number": ONE}, headers=key).status_code == 200
    with new_account(test_mode.url) as other:  # the other connections of the process are as they were
        assert create(other).status_code == 200


def test_other_connections_survive_a_cut(wire: httpx2.Client, test_mode: Serving) -> None:
    """Only the client's own connection is closed."""
    with httpx2.Client(base_url=test_mode.url, headers=wire.headers, timeout=PATIENCE) as other:
        assert other.get(CONTACTS).status_code == 200
        with other.stream("GET", "/api/v2/events") as stream:
            lines = stream.iter_lines()
            assert next(lines).startswith("retry")
            add_fault(wire, CREATE, "cut_after", times=1)
            with pytest.raises(httpx2.RemoteProtocolError):
                create(wire)
            assert next(line for line in lines if line.startswith("event")) == "event: contact.created"


def test_a_fault_is_limited_to_a_number(wire: httpx2.Client) -> None:
    """Wherever the call has it: in the body, in the path or in the query, however it is written."""
    for number in (ONE, TWO):
        create(wire, number)
    add_fault(wire, "*", "status", status=500, number="(415) 555-2671")
    assert [create(wire, number).status_code for number in ("4155552671", TWO)] == [500, 409]
    assert [wire.get(f"{CONTACTS}/{number}").status_code for number in (ONE, TWO)] == [500, 200]
    listed = [wire.get(CONTACTS, params={"phone_number": number}).status_code for number in (ONE, TWO)]
    assert listed == [500, 200]


def test_a_large_body_passes_a_fault_for_a_number(wire: httpx2.Client) -> None:
    """It is not read ahead beyond the limit, arrives whole, and concerns no number."""
    add_fault(wire, "*", "status", status=500, number=ONE)
    rows = [{"phone": f"+1415555{row:04d}", "first_name": "x" * 50} for row in range(2000)]
    answer = wire.post(f"{CONTACTS}/bulk", json={"contacts": rows})
    assert answer.status_code == 200
    assert len(answer.json()["contacts"]) == 2000


def test_faults_belong_to_an_account(wire: httpx2.Client, test_mode: Serving) -> None:
    """They do not apply to calls of another account."""
    add_fault(wire, "*", "status", status=500)
    assert create(wire).status_code == 500
    with new_account(test_mode.url) as other:
        assert create(other).status_code == 200


def test_faults_are_listed_and_removed(wire: httpx2.Client) -> None:
    """A fault shows how many calls it applied to."""
    first = add_fault(wire, CREATE, "status", status=500)
    second = add_fault(wire, "contacts.list", "latency", seconds=0.01, times=3)
    create(wire)
    listed = wire.get(f"{CONTROL}/faults").json()["faults"]
    assert listed == [
        {"operation": CREATE, "kind": "status", "status": 500, "fault_id": first, "applied": 1},
        {
            "operation": "contacts.list",
            "kind": "latency",
            "seconds": 0.01,
            "times": 3,
            "fault_id": second,
            "applied": 0,
        },
    ]
    assert wire.delete(f"{CONTROL}/faults/{first}").json() == {"status": "OK"}
    assert wire.delete(f"{CONTROL}/faults/{first}").status_code == 404
    assert create(wire).status_code == 200


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"operation": "contact.create", "kind": "cut"}, "operation"),
        ({"operation": CREATE, "kind": "lost"}, "kind"),
        ({"operation": "webhooks", "kind": "cut"}, "kind"),
        ({"operation": CREATE, "kind": "status"}, "status"),
        ({"operation": CREATE, "kind": "status", "status": 200}, "status"),
        ({"operation": CREATE, "kind": "late"}, "seconds"),
        ({"operation": CREATE, "kind": "cut", "seconds": 1}, "seconds"),
        ({"operation": CREATE, "kind": "cut", "nth": 0}, "nth"),
        ({"operation": CREATE, "kind": "cut", "number": "x"}, "number"),
        ({"operation": CREATE, "kind": "cut", "time": 1}, "time"),
        ({"operation": CREATE}, "kind"),
        ({"operation": CREATE, "kind": "cut", "probability": 0}, "probability"),
    ],
)
def test_a_fault_that_cannot_be_is_refused(wire: httpx2.Client, given: dict[str, Any], field: str) -> None:
    """The error names the field. A misspelled operation would never fail, so it is refused too."""
    refused = wire.post(f"{CONTROL}/faults", json=given)
    assert refused.status_code == 400
    assert [error["field"] for error in refused.json()["errors"]] == [field]
