"""The columns of conclusions and attempts, and how they are read and written; the same for every engine."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from numberkeep.domain.consent.review import Decision
from numberkeep.domain.messages.conclusion import Conclusion
from numberkeep.domain.messages.conversation import Conversation, Exchanged
from numberkeep.domain.messages.reply import Ground, Verdict
from numberkeep.domain.outbox.attempt import Attempt, Exchange
from numberkeep.domain.outbox.delivery import DeliveryState
from numberkeep.store.message_rows import MESSAGE_COLUMNS, message_of
from numberkeep.store.stored_form import encode

CONCLUSION_COLUMNS: Final = "message_id, verdict, ground, entry_id, verification_id, review_id, simulated"
ATTEMPT_COLUMNS: Final = (
    "webhook_id, attempt_id, event_id, phone, type, at, took, attempts, error, url, headers, request, answered, "
    "answer, sample"
)
OF_MESSAGE: Final = ", ".join(f"m.{name}" for name in MESSAGE_COLUMNS.split(", "))
OF_CONCLUSION: Final = ", ".join(f"o.{name}" for name in CONCLUSION_COLUMNS.split(", "))
OF_ATTEMPT: Final = ", ".join(f"t.{name}" for name in ATTEMPT_COLUMNS.split(", "))

_MESSAGE_WIDTH: Final = MESSAGE_COLUMNS.count(",") + 1
_CONCLUSION_WIDTH: Final = CONCLUSION_COLUMNS.count(",") + 1
_decode_headers = msgspec.json.Decoder(dict[str, str]).decode


def values_of_conclusion(conclusion: Conclusion) -> tuple[Any, ...]:
    """Return the `CONCLUSION_COLUMNS` of a conclusion."""
    return (
        conclusion.message_id,
        conclusion.verdict.value,
        conclusion.ground.value,
        conclusion.entry_id,
        conclusion.verification_id,
        conclusion.review_id,
        conclusion.simulated,
    )


def conclusion_of(row: Sequence[Any]) -> Conclusion | None:
    """Return the conclusion whose `CONCLUSION_COLUMNS` these are; None if they are NULL."""
    message_id, verdict, ground, entry_id, verification_id, review_id, simulated = row
    if message_id is None:
        return None
    return Conclusion(
        message_id, Verdict(verdict), Ground(ground), entry_id, verification_id, review_id, simulated == 1
    )


def conversation_of(row: Sequence[Any]) -> Conversation:
    """Return the conversation of a message and of first_name, last_name, company_name, verified, opt_out, unclear."""
    message, rest = message_of(row[:_MESSAGE_WIDTH]), row[_MESSAGE_WIDTH:]
    first, last, company, verified, opt_out, unclear = rest
    name = " ".join(filter(None, (first, last))) or company or ""
    return Conversation(message, name, verified == 1, opt_out == 1, unclear == 1)


def exchanged_of(row: Sequence[Any]) -> Exchanged:
    """Return a message of a thread, from its columns, those of its conclusion, and the decision of its review."""
    rest = row[_MESSAGE_WIDTH:]
    decision = rest[_CONCLUSION_WIDTH]
    return Exchanged(
        message_of(row[:_MESSAGE_WIDTH]),
        conclusion_of(rest[:_CONCLUSION_WIDTH]),
        None if decision is None else Decision(decision),
    )


def values_of_attempt(attempt: Attempt) -> tuple[Any, ...]:
    """Return the `ATTEMPT_COLUMNS` of an attempt."""
    exchange = attempt.exchange
    return (
        attempt.webhook_id,
        attempt.attempt_id,
        attempt.event_id,
        attempt.phone,
        attempt.type,
        attempt.at,
        attempt.took,
        attempt.attempts,
        attempt.error,
        attempt.url,
        _headers_text(exchange.headers),
        exchange.request,
        exchange.status,
        exchange.answer,
        attempt.sample,
    )


def attempt_of(row: Sequence[Any]) -> Attempt:
    """Return the attempt whose `ATTEMPT_COLUMNS` these are."""
    webhook_id, attempt_id, event_id, phone, type_, at, took, attempts, error, url, *exchange, sample = row
    headers, request, status, answer = exchange
    return Attempt(
        attempt_id,
        webhook_id,
        event_id,
        phone,
        type_,
        at,
        took,
        attempts,
        error,
        url,
        Exchange(_decode_headers(headers), bytes(request), status, bytes(answer)),
        sample == 1,
    )


def attempt_and_state_of(row: Sequence[Any]) -> tuple[Attempt, DeliveryState | None]:
    """Return an attempt and the state of its delivery, None if that is not pending."""
    *attempt, state = row
    return attempt_of(attempt), None if state is None else DeliveryState(state)


def _headers_text(headers: Mapping[str, str]) -> str:
    return encode(dict(headers)).decode()
