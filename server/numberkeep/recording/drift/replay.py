"""Repeats recorded requests on numberkeep, and judges each answer; what sends them is left to the caller."""

from collections.abc import Collection, Generator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import UNSET

from numberkeep.recording.drift.calls import Call
from numberkeep.recording.drift.comparing import by_phone, compared
from numberkeep.recording.drift.correspondence import Correspondence, times_in
from numberkeep.recording.drift.difference import Answer, Difference, Outcome, What
from numberkeep.recording.drift.documented import Case, documented
from numberkeep.recording.drift.unsettled import Knowledge
from numberkeep.recording.exchange import Exchange
from numberkeep.recording.file import Recording

_FAILED: Final = 500
_TOO_MANY: Final = 429
_UNAUTHORISED: Final = 401


@dataclass(slots=True, frozen=True)
class Repeated:
    """A request to send.

    Attributes:
        at: when it was recorded.
        method: the HTTP method.
        target: path and query.
        credentials: the key pair's name in the recording; `""` for a request without one.
        headers: the other headers.
        body: the bytes of the body.
    """

    at: datetime
    method: str
    target: str
    credentials: str
    headers: dict[str, str]
    body: bytes = field(repr=False)


def accepted_pairs(recording: Recording) -> list[str]:
    """Return the names of the key pairs that the recorded service accepted, in the order of their first use."""
    answered = {
        exchange.request.credentials: None
        for _, exchange in recording.exchanges
        if exchange.request.credentials and exchange.answer.status != _UNAUTHORISED
    }
    return list(answered)


def replay(
    recording: Recording, *, timed: bool, skipped_pairs: Collection[str] = ()
) -> Generator[Repeated, Answer, list[Outcome]]:
    """Yield the requests to send, take numberkeep's answers, and return what came of each exchange.

    Args:
        recording: what was recorded.
        timed: whether each request is sent at the time at which it was recorded.
        skipped_pairs: key pairs whose requests cannot be sent.
    """
    ids, outcomes = Correspondence(), []
    knowledge = {pair: Knowledge(timed=timed) for pair in ("", *accepted_pairs(recording))}
    for line, exchange in recording.exchanges:
        call = Call.of(exchange.request, recording.region)
        outcome = Outcome(line, exchange.request.line)
        outcomes.append(outcome)
        outcome.skipped = _unsendable(exchange, call, ids, timed=timed, skipped_pairs=skipped_pairs)
        if outcome.skipped:
            continue
        ours = yield _repeated(exchange, ids)
        known = knowledge.get(exchange.request.credentials, knowledge[""])
        differences = [*compared(exchange.answer, ours, ids), *_disorder(call, exchange, ours)]
        _judge(outcome, [Case(call, exchange.answer, ours, each) for each in differences], known)
        if exchange.answer.left_out:
            reason = f"the body of the answer is not recorded: {exchange.answer.left_out}"
            outcome.unsettled.append((reason, Difference(What.VALUE, "body")))
        body = None if exchange.answer.body is UNSET else exchange.answer.body
        known.learn(call, exchange.answer.status, body, ours.body)
    return outcomes


def _unsendable(
    exchange: Exchange, call: Call, ids: Correspondence, *, timed: bool, skipped_pairs: Collection[str]
) -> str:
    """Return why a request is not repeated; `""` if it is."""
    request, status = exchange.request, exchange.answer.status
    if request.left_out:
        return f"the body of the request is not recorded: {request.left_out}"
    if request.method == "OTHER":
        return "the method of the request is not recorded"
    if status >= _FAILED or (status == _TOO_MANY and call.operation != "contacts.verify"):
        return f"the recorded service failed temporarily (status {status})"
    if request.credentials in skipped_pairs:
        return "another key pair than the first is used"
    if not timed and any(not ids.knows(time) for time in times_in(call.body, call.query)):
        return "the request names a time, and the service has another time than the recording"
    return ""


def _repeated(exchange: Exchange, ids: Correspondence) -> Repeated:
    request = exchange.request
    has_body = request.body is not UNSET
    return Repeated(
        exchange.at,
        request.method,
        ids.target(request.target),
        request.credentials,
        request.headers,
        msgspec.json.encode(ids.body(request.body)) if has_body else b"",
    )


def _judge(outcome: Outcome, cases: Sequence[Case], known: Knowledge) -> None:
    for case in cases:
        row = documented(case)
        reason = "" if row else known.reason(case)
        if row:
            outcome.documented.append((row, case.difference))
        elif reason:
            outcome.unsettled.append((reason, case.difference))
        else:
            outcome.differences.append(case.difference)


def _disorder(call: Call, exchange: Exchange, ours: Answer) -> list[Difference]:
    """Return the difference if only one of two listings is in the order of the recorded times.

    Contacts of one bulk request may have the same time, so their order may differ.
    """
    recorded: Any = exchange.answer.body
    if call.operation != "contacts.list" or not (isinstance(recorded, list) and isinstance(ours.body, list)):
        return []
    there, here = by_phone(recorded), by_phone(ours.body)
    if there is None or here is None or call.query.get("order_by", "created_at") != "created_at":
        return []
    is_descending = call.query.get("order_direction", "desc") != "asc"

    def is_sorted(phones: Iterable[str]) -> bool:
        times = [str(there[phone].get("created_at")) for phone in phones if phone in here]
        return times == sorted(times, reverse=is_descending)

    if is_sorted(there) == is_sorted(phone for phone in here if phone in there):
        return []
    return [Difference(What.ORDER, "body", [*there], [*here])]
