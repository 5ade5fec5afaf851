"""What becomes of a message depends on phones: it is said, and does not count."""

from typing import Any

from numberkeep.recording.drift.unsettled_messages import LINE, OLDER, OUTCOME, WORDING
from numberkeep.recording.exchange import Exchange
from support.exchanges import CONTACTS, created, differences, exchange, reasons

ADA, LINE_NUMBER = "+12125550142", "+12125550199"
OK = {"status": "OK"}


def response(handle: str, **fields: Any) -> dict[str, Any]:
    """Return a message as the hosted service answers it."""
    return {
        "account_email": "user@example.com",
        "content": "river",
        "date_created": "2026-01-01T00:00:00.000Z",
        "date_updated": "2026-01-01T00:00:00.000Z",
        "error_code": None,
        "error_key": None,
        "error_message": None,
        "from_number": None,
        "is_outbound": True,
        "media_url": None,
        "message_handle": handle,
        "message_type": "message",
        "number": ADA,
        "reply_to": None,
        "seat_id": None,
        "send_style": None,
        "status": "QUEUED",
        **fields,
    }


def row(handle: str, **fields: Any) -> dict[str, Any]:
    """Return a message as the hosted service lists it."""
    made = response(handle) | {"accountEmail": "user@example.com", "date_sent": None, "service": None}
    made |= {"opted_out": False, "sendblue_number": None, "to_number": ADA, **fields}
    del made["account_email"], made["date_created"]
    return made


def sent(handle: str, **fields: Any) -> Exchange:
    """Return the exchange that sends a message."""
    body = {"number": ADA, "content": "river"}
    return exchange("POST /api/send-message", 200, response(handle, **fields), body=body)


def listed(*rows: dict[str, Any], total: int | None = None, query: str = "") -> Exchange:
    """Return the exchange that lists messages."""
    size = len(rows) if total is None else total
    limit = 1 if "limit=1" in query else 100
    pagination = {"hasMore": size > len(rows), "limit": limit, "offset": 0, "total": size}
    return exchange(f"GET /api/v2/messages{query}", 200, {"status": "OK", "data": [*rows], "pagination": pagination})


def test_the_same_messages_have_no_difference() -> None:
    """Under other handles, of another account, and looked at by handle."""
    read = exchange("GET /api/status?handle=one-handle", 200, response("one-handle"))
    found = exchange("GET /api/v2/messages/one-handle", 200, {"status": "OK", "data": row("one-handle")})
    assert reasons(sent("one-handle"), sent("other"), read, found, listed(row("other"), row("one-handle"))) == []


def test_the_outcome_does_not_count() -> None:
    """Delivered, or failed at the phone; and the line from which it was sent."""
    delivered = response("one", status="DELIVERED", from_number=LINE_NUMBER)
    failed = response("one", status="ERROR", error_code=4000, error_message="failed")
    read = [exchange("GET /api/status?handle=one", 200, each) for each in (delivered, failed)]
    assert reasons(sent("one"), *read) == [LINE, OUTCOME, OUTCOME, OUTCOME, OUTCOME]


def test_a_message_that_numberkeep_refuses_to_send_counts() -> None:
    """It must not be the outcome at the phone that differs."""
    opted_out = exchange(
        f"POST {CONTACTS}/opt-out", 200, {"number": ADA, "opted_out": True, "status": "OK"}, body={"number": ADA}
    )
    assert (3, "value", "body.status") in differences(opted_out, sent("one"))


def test_what_a_message_says_counts() -> None:
    """If the recording sent it."""
    assert differences(sent("one", content="stone")) == [(2, "value", "body.content")]
    assert differences(sent("one"), listed(row("one", content="stone"))) == [(3, "value", "body.data[one].content")]


def test_the_wording_of_a_verification_does_not_count() -> None:
    """Each service has its own, which no request says."""
    asked = exchange(f"POST {CONTACTS}/verify", 200, OK, body={"number": ADA})
    assert reasons(created(ADA), asked, listed(row("theirs", content="please confirm"))) == [WORDING]


def test_a_message_that_a_service_did_not_send_counts() -> None:
    """A verification is a message."""
    asked = exchange(f"POST {CONTACTS}/verify", 200, OK, body={"number": ADA})
    found = differences(created(ADA), asked, listed())
    assert [(line, kind) for line, kind, _ in found] == [(4, "extra"), (4, "value")]


def test_messages_from_before_do_not_count() -> None:
    """In listings, in their totals, on pages, and by handle."""
    unknown = exchange("GET /api/status?handle=old", 200, response("old"))
    assert reasons(sent("one"), unknown, listed(row("one"), row("old"))) == [OLDER] * 3
    page = listed(row("old"), total=2, query="?limit=1&order_direction=asc")
    assert reasons(sent("one"), page) == [OLDER] * 4  # another row, no row, the total and `hasMore`
