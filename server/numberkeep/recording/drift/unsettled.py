"""Differences that cannot be judged, because the recorded answer depends on what the recording does not have.

That is what was there before the recording began, and what people did with their phones meanwhile.
"""

from typing import Any, Final

from numberkeep.recording.drift.calls import Call
from numberkeep.recording.drift.case import Case
from numberkeep.recording.drift.difference import What
from numberkeep.recording.drift.unsettled_messages import message_reason
from numberkeep.recording.fields import snake_case

_MISSING: Final = 404
_CONFLICT: Final = 409
_TOO_SOON: Final = 429
_OK: Final = 200
_DEFAULT_PAGE: Final = 100
_REPLACED_ORDERS: Final = frozenset({"first_name", "last_name", "phone"})
_PAGING: Final = frozenset({"limit", "offset", "cursor", "order_by", "order_direction"})

BEFORE: Final = "the contact existed before the recording began"
OTHERS_BEFORE: Final = "there were contacts before the recording began"
SORTED: Final = "the page depends on the order of names or numbers, which are replaced"
PERSON: Final = "a person answered, opted out or opted in by a message"
EARLIER: Final = "a verification was sent before the recording began"
TIMED: Final = "the requests are repeated faster than they were recorded"


class Knowledge:
    """What is known of the account that was recorded, from the exchanges so far.

    Args:
        timed: whether the requests are repeated at the times of the recording.
    """

    def __init__(self, *, timed: bool) -> None:
        self._timed = timed
        self._settled: set[str] = set()  # numbers whose contacts are what the recording made of them
        self._asked: set[str] = set()  # numbers that were sent a verification
        self._others: int | None = None  # contacts from before; None if unknown
        self._sent: set[str] = set()  # the handles of messages that the recording sent
        self._touched = 0  # requests that may have changed one of these

    def reason(self, case: Case) -> str:
        """Return why a difference cannot be judged; `""` if it can."""
        if case.call.operation.startswith("messages."):
            return message_reason(case, self._sent)
        if self._is_of_person(case):
            return PERSON
        if case.difference.what is What.STATUS:
            return self._of_status(case)
        if case.call.operation == "contacts.list":
            return self._of_list(case)
        if case.difference.where in {"body.count", "body.amount"}:
            return self._of_number(case)
        return self._of_field(case)

    def learn(self, call: Call, status: int, body: Any, ours: Any) -> None:
        """Learn from an exchange: from what was recorded, and what numberkeep answered."""
        unknown = call.phones - self._settled
        match call.operation, status:
            case "contacts.create", 200 if not _is_upsert(call):
                self._settled |= call.phones
            case "contacts.create" | "contacts.bulk.create", 200:
                self._touched += len(unknown)
            case (("contacts.retrieve" | "contacts.update" | "contacts.verify" | "contacts.delete"), 404):
                self._settled |= call.phones
            case (("contacts.delete" | "contacts.bulk.delete"), 200):
                self._touched += len(unknown)
                self._settled |= call.phones
            case "contacts.verify", 200:
                self._asked |= call.phones
            case "messages.send", 200 if isinstance(body, dict):
                self._sent.add(str(body.get("message_handle")))
            case "contacts.count", 200:
                self._learn_others(_count(body) - _count(ours))
            case "contacts.list", 200 if isinstance(body, list) and isinstance(ours, list):
                if not set(call.query) - _PAGING and not _is_page(call, body):
                    self._learn_others(len(body) - len(ours))

    def _learn_others(self, count: int) -> None:
        if self._others is None or self._touched:
            self._others, self._touched = max(count, 0), 0

    def _is_of_person(self, case: Case) -> bool:
        difference, name = case.difference, snake_case(case.difference.field)
        if difference.what is What.STATUS:
            return _CONFLICT in {case.recorded.status, case.ours.status} and "opted out" in (
                f"{difference.recorded} {difference.numberkeep}"
            )
        if difference.what is not What.VALUE:
            return False
        if name == "verified":
            return difference.recorded is True
        return name in {"opt_out", "opted_out"} and not any(case.call.sets(phone, name) for phone in case.call.rows)

    def _of_status(self, case: Case) -> str:
        before = case.call.phones - self._settled
        statuses = (case.recorded.status, case.ours.status)
        if case.call.operation == "contacts.verify" and _TOO_SOON in statuses:
            if not self._timed:
                return TIMED
            if case.recorded.status == _TOO_SOON and not case.call.phones & self._asked:
                return EARLIER
        existed = statuses in {(_OK, _MISSING), (_CONFLICT, _OK), (_TOO_SOON, _MISSING), (_CONFLICT, _MISSING)}
        return BEFORE if before and existed else ""

    def _of_list(self, case: Case) -> str:
        difference, call = case.difference, case.call
        is_item = difference.where.endswith(f"[{difference.phone}]")
        body = case.recorded.body if isinstance(case.recorded.body, list) else []
        if difference.phone and difference.phone not in self._settled and difference.what is not What.EXTRA:
            return BEFORE
        if not is_item or not _is_page(call, body):
            return ""
        if snake_case(call.query.get("order_by", "")) in _REPLACED_ORDERS:
            return SORTED
        return OTHERS_BEFORE if self._others or self._others is None else ""

    def _of_field(self, case: Case) -> str:
        phone = case.difference.phone
        is_new = case.call.operation == "contacts.create" and not _is_upsert(case.call)
        if not phone or phone in self._settled or is_new or case.call.sets(phone, case.difference.field):
            return ""
        return BEFORE

    def _of_number(self, case: Case) -> str:
        recorded, ours = case.difference.recorded, case.difference.numberkeep
        more = recorded - ours if isinstance(recorded, int) and isinstance(ours, int) else 0
        if case.difference.where == "body.amount":
            return BEFORE if 0 < more <= len(case.call.phones - self._settled) else ""
        if self._others is None:
            return OTHERS_BEFORE if more > 0 else ""
        return OTHERS_BEFORE if max(self._others - self._touched, 0) <= more <= self._others and more else ""


def _is_upsert(call: Call) -> bool:
    return isinstance(call.body, dict) and call.body.get("update_if_exists") is True


def _is_page(call: Call, body: list[Any]) -> bool:
    """Return whether a listing may not have shown every contact that fits."""
    limit = call.query.get("limit", "")
    size = int(limit) if limit.isdecimal() else _DEFAULT_PAGE
    return len(body) >= size or call.query.get("offset", "0") != "0" or "cursor" in call.query


def _count(body: Any) -> int:
    count = body.get("count") if isinstance(body, dict) else None
    return count if isinstance(count, int) else 0
