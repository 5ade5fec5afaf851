"""What the journal keeps and shows."""

from typing import Any

import pytest

from numberkeep.test_mode import journal
from numberkeep.test_mode.journal import Entry, Journal
from numberkeep.test_mode.redaction import redacted, redacted_header


def entry(call_id: int, body: bytes | None = b"") -> Entry:
    """Return a call."""
    return Entry(
        call_id=call_id,
        at=0,
        operation="contacts.create",
        method="POST",
        path="",
        query=b"",
        headers=(),
        body=body,
        phone=None,
        region="US",
        status=200,
        answer=b"",
        fault_id=None,
        seconds=0.0,
    )


def ids(calls: Journal, after: int = 0) -> list[int]:
    """Return the numbers of the calls after another."""
    return [each.call_id for each in calls.after(after)]


def test_the_newest_calls_are_kept() -> None:
    """1,000 of them."""
    calls = Journal()
    for call_id in range(1, journal.MOST_CALLS + 3):
        calls.add(entry(call_id))
    assert ids(calls) == [*range(3, journal.MOST_CALLS + 3)]
    assert ids(calls, after=journal.MOST_CALLS) == [journal.MOST_CALLS + 1, journal.MOST_CALLS + 2]


def test_large_calls_are_kept_up_to_a_number_of_bytes() -> None:
    """Memory is bounded by bytes too."""
    calls = Journal()
    for call_id in range(1, 10):
        calls.add(entry(call_id, b"x" * (journal.MOST_BYTES // 4)))
    assert ids(calls) == [6, 7, 8, 9]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"secret": "x", "url": "y"}, {"secret": "[redacted]", "url": "y"}),
        ({"webhooks": [{"secret": "x"}], "globalSecret": "y"}, None),
        ({"secret": None}, {"secret": None}),
        ({"secret": ["x"], "secrets": {"a": "x"}}, {"secret": "[redacted]", "secrets": "[redacted]"}),
        (["secret"], ["secret"]),
        (1, 1),
    ],
)
def test_members_named_as_secrets_are_redacted(value: Any, shown: Any) -> None:
    """At any depth, and under any spelling; null shows that there is none."""
    expected = {"webhooks": [{"secret": "[redacted]"}], "globalSecret": "[redacted]"} if shown is None else shown
    assert redacted(value) == expected


@pytest.mark.parametrize("name", ["authorization", "cookie", "sb-api-secret-key", "sb-signing-secret"])
def test_headers_with_credentials_are_redacted(name: str) -> None:
    """The id of the key is no secret."""
    assert redacted_header(name, "x") == "[redacted]"
    assert redacted_header("sb-api-key-id", "x") == "x"
