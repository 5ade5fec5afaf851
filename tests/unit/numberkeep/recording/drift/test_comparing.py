"""Two answers are compared in everything that both services decide alike."""

from typing import Any

import pytest

from numberkeep.recording.drift.comparing import compared
from numberkeep.recording.drift.correspondence import Correspondence, times_in
from numberkeep.recording.drift.difference import Answer
from numberkeep.recording.exchange import RecordedAnswer


def found(recorded: Any, ours: Any, ids: Correspondence | None = None) -> list[tuple[str, str]]:
    """Return kind and place of the differences of two bodies."""
    answer = RecordedAnswer(status=200, body=recorded)
    differences = compared(answer, Answer(200, {}, ours), ids or Correspondence())
    return [(each.what.value, each.where) for each in differences]


@pytest.mark.parametrize(
    ("recorded", "ours", "expected"),
    [
        ({"count": 1}, {"count": 1}, []),
        ({"count": 1}, {"count": 1.0}, []),
        ({"count": 1}, {"count": "1"}, [("type", "body.count")]),
        ({"count": 1}, {"count": True}, [("type", "body.count")]),
        ({"a": None}, {"a": None}, []),
        ({"a": None}, {"a": ""}, [("type", "body.a")]),
        ({"a": 1}, {"b": 1}, [("missing", "body.a"), ("extra", "body.b")]),
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, [("value", "body.a.b[1]")]),
        ({"tags": ["a"]}, {"tags": ["a", "b"]}, [("extra", "body.tags[1]")]),
        ({"tags": ["a", "b"]}, {"tags": ["a"]}, [("missing", "body.tags[1]")]),
        ([], {}, [("type", "body")]),
        ({"created_at": "2026-01-01T00:00:00Z"}, {"created_at": "2020-02-02T01:01:01.5Z"}, []),
        ({"created_at": "2026-01-01T00:00:00Z"}, {"created_at": "2020-02-02 01:01:01"}, [("value", "body.created_at")]),
        ({"message": "no contact +14155550100"}, {"message": "no contact +12125550142"}, []),
        ({"message": "at most 100"}, {"message": "at most 1000"}, [("value", "body.message")]),
        ({"first_name": "A"}, {"first_name": "B"}, [("value", "body.first_name")]),
    ],
)
def test_bodies(recorded: Any, ours: Any, expected: list[tuple[str, str]]) -> None:
    """Types, fields, values; of times the form, of messages the words."""
    assert found(recorded, ours) == expected


def test_contacts_are_compared_by_number() -> None:
    """Wherever they are in the list."""
    one, other = {"phone": "+12125550142", "a": 1}, {"phone": "+12125550143", "a": 2}
    assert found([one, other], [other, one]) == []
    assert found([one], [{**one, "a": 2}, other]) == [
        ("value", "body[+12125550142].a"),
        ("extra", "body[+12125550143]"),
    ]


def test_an_id_must_stand_for_the_same_thing() -> None:
    """Whatever the two services call it."""
    ids = Correspondence()
    assert found({"contact_id": "a"}, {"contact_id": "x"}, ids) == []
    assert found({"contact_id": "b"}, {"contact_id": "y"}, ids) == []
    assert found({"contact_id": "a"}, {"contact_id": "x"}, ids) == []
    assert found({"contact_id": "a"}, {"contact_id": "y"}, ids) == [("identity", "body.contact_id")]
    assert found({"contact_id": "c"}, {"contact_id": "x"}, ids) == [("identity", "body.contact_id")]


def test_requests_get_our_ids() -> None:
    """In paths, queries and bodies, and nowhere else."""
    ids = Correspondence()
    ids.pair("0c66", "0d77")
    ids.pair("WyJh", "W+/x")
    ids.pair_times("2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z")
    assert ids.target("/api/v2/messages/0c66?cid=0c66&cursor=WyJh&tag=0c66") == (
        "/api/v2/messages/0d77?cid=0d77&cursor=W+%2Fx&tag=0c66"
    )
    assert ids.target("/x?created_at_gte=2026-01-01T00%3A00%3A00Z") == "/x?created_at_gte=2026-01-01T00%3A00%3A01Z"
    assert ids.body({"contact_id": "0c66", "tags": ["0c66"], "a": [{"id": "0c66"}]}) == {
        "contact_id": "0d77",
        "tags": ["0c66"],
        "a": [{"id": "0d77"}],
    }


def test_times_in_requests_are_found() -> None:
    """They cannot be repeated on a service that has another time."""
    assert times_in({"a": [{"created_at": "x"}], "b": "y"}, {"created_at_gte": "z", "limit": "1"}) == ["z", "x"]


def test_headers_that_matter_are_compared() -> None:
    """`Retry-After` only in that it is there."""
    recorded = RecordedAnswer(status=429, headers={"retry-after": "9", "x-should-retry": "true", "allow": "GET"})
    ours = Answer(429, {"retry-after": "40", "x-should-retry": "false", "date": "today", "link": "</x>"}, None)
    assert [(each.what.value, each.where) for each in compared(recorded, ours, Correspondence())] == [
        ("missing", "headers.allow"),
        ("value", "headers.x-should-retry"),
        ("extra", "headers.link"),
    ]


def test_another_status_is_the_only_difference() -> None:
    """What else differs follows from it; the messages are shown."""
    recorded = RecordedAnswer(status=200, body={"a": 1})
    [only] = compared(recorded, Answer(404, {}, {"message": "Contact not found"}), Correspondence())
    assert (only.where, only.recorded, only.numberkeep) == ("status", "200", "404 Contact not found")
