"""Recordings that are written by hand, and what comes of them on numberkeep."""

from datetime import UTC, datetime, timedelta
from typing import Any

from numberkeep.recording.drift.difference import Outcome
from numberkeep.recording.drift.sending import drift_in_memory
from numberkeep.recording.exchange import Exchange, RecordedAnswer, RecordedRequest
from numberkeep.recording.file import Recording

CONTACTS = "/api/v2/contacts"
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def judged(*exchanges: Exchange, region: str = "US") -> list[Outcome]:
    """Return what comes of these exchanges, recorded a second apart, in the lines from 2 on."""
    for second, each in enumerate(exchanges):
        each.at = _BEGIN + timedelta(seconds=second)
    return drift_in_memory(Recording(region, [*enumerate(exchanges, 2)]))


def differences(*exchanges: Exchange) -> list[tuple[int, str, str]]:
    """Return line, kind and place of each difference that counts."""
    found = judged(*exchanges)
    return [(each.line, one.what.value, one.where) for each in found for one in each.differences]


def reasons(*exchanges: Exchange) -> list[str]:
    """Return why differences cannot be judged; nothing else may differ."""
    found = judged(*exchanges)
    assert [one for each in found for one in each.differences] == []
    return [reason for each in found for reason, _ in each.unsettled]


def exchange(
    line: str, status: int, answer: Any = None, *, body: Any = None, pair: str = "pair-1", **headers: str
) -> Exchange:
    """Return an exchange.

    Args:
        line: method and target.
        status: the recorded status.
        answer: the recorded body.
        body: the body of the request; None for none.
        pair: the key pair.
        headers: headers of the answer, with `_` for `-`.
    """
    method, target = line.split(" ", 1)
    request = RecordedRequest(method=method, target=target, credentials=pair)
    if body is not None:
        request.body = body
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    made = RecordedAnswer(status=status, headers={"content-type": "application/json", **named})
    if answer is not None:
        made.body = answer
    return Exchange(at=_BEGIN, request=request, answer=made)


def created(phone: str, **fields: Any) -> Exchange:
    """Return the exchange that creates a contact with these fields."""
    body = {"number": phone, **fields}
    return exchange(f"POST {CONTACTS}", 200, {"contact": contact(phone, **fields), "status": "OK"}, body=body)


def error(message: str) -> dict[str, str]:
    """Return an error as the hosted service answers it."""
    return {"status": "ERROR", "message": message}


def contact(phone: str, **fields: Any) -> dict[str, Any]:
    """Return a contact as the hosted service answers it."""
    made: dict[str, Any] = {
        "assigned_to_email": None,
        "company_name": None,
        "contact_id": f"{int(phone[-4:]):016x}",
        "created_at": "2026-01-01T00:00:00.000Z",
        "custom_variables": {},
        "first_name": None,
        "last_name": None,
        "opt_out": False,
        "phone": phone,
        "sendblue_number": None,
        "tags": [],
        "verified": False,
        **fields,
    }
    names = ("assigned_to_email", "company_name", "first_name", "last_name", "opt_out", "sendblue_number")
    return made | {_camel(name): made[name] for name in names}


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(each.capitalize() for each in others)
