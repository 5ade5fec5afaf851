"""The differences from the hosted service that docs/fidelity.md lists: they are chosen, and so they are no drift."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Final

from numberkeep.recording.drift.calls import Call
from numberkeep.recording.drift.difference import Answer, Difference, What
from numberkeep.recording.exchange import RecordedAnswer
from numberkeep.recording.fields import snake_case

_OK: Final = 200
_BAD: Final = 400
_MISSING: Final = 404
_NO_CREDENTIALS: Final = frozenset({401, 403})
_CONFLICTS: Final = frozenset({409, 429})
_READ_ONLY: Final = frozenset({"phone", "contact_id", "created_at", "verified"})
_FIRST_TOO_LARGE: Final = 1000
_FIRST_TOO_FAR: Final = 10_000


@dataclass(slots=True, frozen=True)
class Case:
    """A difference in its exchange."""

    call: Call
    recorded: RecordedAnswer
    ours: Answer
    difference: Difference

    @property
    def is_stricter(self) -> bool:
        """Whether numberkeep refuses the request as invalid, and the recorded service accepted it."""
        accepted = self.recorded.status < _BAD <= self.ours.status == _BAD
        return self.difference.what is What.STATUS and accepted

    @property
    def is_looser(self) -> bool:
        """Whether numberkeep accepts a request that the recorded service refused as invalid."""
        refused = self.ours.status < _BAD <= self.recorded.status
        return self.difference.what is What.STATUS and refused

    def is_extra(self, *places: str) -> bool:
        """Return whether it is something that numberkeep adds at one of these places."""
        return self.difference.what is What.EXTRA and self.difference.where in places

    def blames(self, field: str) -> bool:
        """Return whether numberkeep's answer names this field as invalid."""
        return any(error.get("field") == field for error in self._errors)

    def says(self, words: str) -> bool:
        """Return whether a message of numberkeep's answer contains these words."""
        body = self.ours.body if isinstance(self.ours.body, dict) else {}
        return any(words in str(each.get("message", "")) for each in (body, *self._errors))

    @property
    def _errors(self) -> Collection[dict[str, Any]]:
        errors = self.ours.body.get("errors") if isinstance(self.ours.body, dict) else None
        return [each for each in errors if isinstance(each, dict)] if isinstance(errors, list) else []


def _added_to_errors(case: Case) -> bool:
    return case.is_extra("body.errors", "body.request_id")


def _added_link(case: Case) -> bool:
    return case.is_extra("headers.link")


def _added_replayed(case: Case) -> bool:
    return case.is_extra("headers.idempotency-replayed")


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


DOCUMENTED: Final[dict[str, Callable[[Case], bool]]] = {
    "`errors`, `request_id`": _added_to_errors,
    "`tag`, `verified`, `opt_out`, `cursor`": _added_link,
    "`Idempotency-Key`": _added_replayed,
    "`x-should-retry`": _added_retry,
    "missing credentials": _shape_of_missing_credentials,
    "absent texts": _absent,
    "unknown fields": _unknown_field,
    "`limit`": _limit,
    "`offset`": _offset,
    "a number that cannot exist": _impossible_number,
    "a number without `+`": _strange_number,
    "read-only fields in an update": _read_only,
    "bulk create": _partial_bulk,
    "a trailing slash": _trailing_slash,
    "GET `/`": _root,
    "`/api/account/webhooks`": _hosted_webhooks,
}
"""A row of the table "Our choice" of docs/fidelity.md, by its first column, and which differences it explains."""


def documented(case: Case) -> str:
    """Return the row of docs/fidelity.md that explains a difference; `""` if none does."""
    return next((row for row, explains in DOCUMENTED.items() if explains(case)), "")
