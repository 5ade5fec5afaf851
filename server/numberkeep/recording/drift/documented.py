"""The differences from the hosted service that docs/fidelity.md lists: they are chosen, and so they are no drift."""

from collections.abc import Callable
from typing import Final

from numberkeep.recording.drift.case import Case
from numberkeep.recording.drift.difference import What
from numberkeep.recording.fields import snake_case

_OK: Final = 200
_BAD: Final = 400
_MISSING: Final = 404
_UNSERVED: Final = 501
_NO_CREDENTIALS: Final = frozenset({401, 403})
_CONFLICTS: Final = frozenset({409, 429})
_READ_ONLY: Final = frozenset({"phone", "contact_id", "created_at", "verified"})
_FIRST_TOO_LARGE: Final = 1000
_FIRST_TOO_FAR: Final = 10_000


def _added_to_errors(case: Case) -> bool:
    return case.is_extra("body.errors", "body.request_id")


def _added_link(case: Case) -> bool:
    return case.is_extra("headers.link")


def _replayed(case: Case) -> bool:
    return case.is_replayed


def _added_retry(case: Case) -> bool:
    return case.is_extra("headers.x-should-retry") and case.ours.status in _CONFLICTS


def _shape_of_missing_credentials(case: Case) -> bool:
    return case.is_extra("body.status") and case.ours.status in _NO_CREDENTIALS


def _absent(case: Case) -> bool:
    match case.difference.recorded, case.difference.numberkeep:
        case "", None:
            return True
        case None, [] | {}:
            return snake_case(case.difference.field) in {"tags", "custom_variables"}
        case None, None:
            return case.difference.what is What.EXTRA
    return False


def _unknown_field(case: Case) -> bool:
    return case.is_stricter and case.says("is not a field of the API")


def _limit(case: Case) -> bool:
    number = case.call.query.get("limit", "")
    too_large = number.isdecimal() and int(number) > _FIRST_TOO_LARGE
    return (case.is_stricter and case.blames("limit")) or (case.is_looser and too_large)


def _offset(case: Case) -> bool:
    number = case.call.query.get("offset", "")
    return case.is_looser and number.isdecimal() and int(number) > _FIRST_TOO_FAR


def _impossible_number(case: Case) -> bool:
    if case.call.phones or case.difference.what is not What.STATUS:
        return False
    named = case.call.operation in {"contacts.retrieve", "contacts.delete", "contacts.verify"}
    filtered = case.call.operation == "contacts.list" and "phone_number" in case.call.query
    return (named or filtered) and case.recorded.status == _BAD and case.ours.status in {_OK, _MISSING}


def _strange_number(case: Case) -> bool:
    return case.is_stricter and case.says("Invalid phone number")


def _read_only(case: Case) -> bool:
    return case.is_stricter and case.call.operation == "contacts.update" and any(map(case.blames, _READ_ONLY))


def _any_number(case: Case) -> bool:
    return case.is_looser and bool(case.call.phones) and "number" in str(case.difference.recorded)


def _line(case: Case) -> bool:
    return case.is_stricter and case.blames("sendblue_number")


def _company(case: Case) -> bool:
    return case.is_looser and case.call.operation == "contacts.create" and case.call.sets_any("company_name")


def _complete_rows(case: Case) -> bool:
    added = case.call.sets_any("assigned_to_email", "sendblue_number")
    return case.is_looser and case.call.operation == "contacts.bulk.create" and added


def _verify(case: Case) -> bool:
    refused = case.recorded.status == _OK and case.ours.status in _CONFLICTS
    return refused and case.call.operation == "contacts.verify"


def _any_cid(case: Case) -> bool:
    return case.is_looser and "cid" in case.call.query


def _any_time(case: Case) -> bool:
    return case.is_looser and "created_at_gte" in case.call.query


def _partial_bulk(case: Case) -> bool:
    return case.is_stricter and case.call.operation == "contacts.bulk.create"


def _trailing_slash(case: Case) -> bool:
    return case.difference.what is What.STATUS and case.call.path.endswith("/") and case.ours.status == _MISSING


def _root(case: Case) -> bool:
    return case.call.path == "/"


def _hosted_webhooks(case: Case) -> bool:
    if case.call.path != "/api/account/webhooks":
        return False
    secret = case.difference.what is What.MISSING and "secret" in case.difference.field.lower()
    return case.is_stricter or secret


def _unserved(case: Case) -> bool:
    return case.ours.status == _UNSERVED


DOCUMENTED: Final[dict[str, Callable[[Case], bool]]] = {
    "`errors`, `request_id`": _added_to_errors,
    "`tag`, `verified`, `opt_out`, `unclear`, `created_at_lt`, `cursor`": _added_link,
    "`Idempotency-Key`": _replayed,
    "`x-should-retry`": _added_retry,
    "missing credentials": _shape_of_missing_credentials,
    "absent texts": _absent,
    "unknown fields": _unknown_field,
    "`limit`": _limit,
    "`offset`": _offset,
    "a number that cannot exist": _impossible_number,
    "a number with `+`": _any_number,
    "`sendblue_number`": _line,
    "a number without `+`": _strange_number,
    "read-only fields in an update": _read_only,
    "bulk create": _partial_bulk,
    "bulk create's rows": _complete_rows,
    "create": _company,
    "verify": _verify,
    "`contact_id`": _any_cid,
    "`created_at_gte`": _any_time,
    "a trailing slash": _trailing_slash,
    "GET `/`": _root,
    "`/api/account/webhooks`": _hosted_webhooks,
    "the rest of the hosted API": _unserved,
}
"""A row of the table "Our choice" of docs/fidelity.md, by its first column, and which differences it explains."""


def documented(case: Case) -> str:
    """Return the row of docs/fidelity.md that explains a difference; `""` if none does."""
    return next((row for row, explains in DOCUMENTED.items() if explains(case)), "")
