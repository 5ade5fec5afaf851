"""The columns of every table and how they are read and written; the same for every engine.

Each `..._COLUMNS` is the order in which a `..._of` reads a row and a `values_of...` writes one.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from numberkeep.domain.consent.ledger import ConsentEntry, ConsentSource, OptedOut
from numberkeep.domain.consent.review import Decision, Review
from numberkeep.domain.contacts.contact import Contact, ContactRecord, micros, moment
from numberkeep.domain.contacts.search import search_text
from numberkeep.domain.event import Event, EventType
from numberkeep.domain.jobs.job import Job, JobPart, JobStatus
from numberkeep.domain.outbox.delivery import Delivery, DeliveryState
from numberkeep.domain.stamp import Actor, ActorKind, Cause, CauseKind, Stamp
from numberkeep.domain.verification.verification import Verification
from numberkeep.domain.webhooks.webhook import Webhook
from numberkeep.domain.work.changes import OptOut
from numberkeep.domain.work.loaded import KeptAnswer
from numberkeep.store.stored_form import encode
from numberkeep.store.stored_forms import FORM_OF, dump_replaced, load_replaced

COLUMNS: Final = (
    "contact_id, phone, created_at, first_name, last_name, company_name, assigned_to_email, sendblue_number, "
    "tags, custom_variables, verified, opt_out"
)
"""The columns of a contact."""
WRITTEN_COLUMNS: Final = f"{COLUMNS}, last_event, search_text"
"""The columns of a contact that are written, with what is derived from it."""
ANSWER_COLUMNS: Final = "key, fingerprint, answer, created_at"
VERIFICATION_COLUMNS: Final = "verification_id, phone, requested_at, expires_at, pending"
EVENT_COLUMNS: Final = "event_id, type, at, phone, subject, actor, cause, replaced, previous_event"
ENTRY_COLUMNS: Final = "entry_id, phone, at, opted_out, source, wording, hash"
DELIVERY_COLUMNS: Final = "target, phone, item, created_at, attempts, due_at, state, error"
REVIEW_COLUMNS: Final = "review_id, phone, at, deadline, wording, decision"
JOB_COLUMNS: Final = "job_id, kind, status, created_at, updated_at, worker, lease_until, size, detail"
JOB_PART_COLUMNS: Final = "job_id, name, place, data"
OPT_OUT_COLUMNS: Final = "phone, opted_out_at, entry_id"
WEBHOOK_COLUMNS: Final = "webhook_id, url, secret, types, created_at, disabled_at"

_decode_tags = msgspec.json.Decoder(tuple[str, ...]).decode
_decode_variables = msgspec.json.Decoder(dict[str, str]).decode
_ACTOR_KINDS: Final = {kind.value: kind for kind in ActorKind}
_CAUSE_KINDS: Final = {kind.value: kind for kind in CauseKind}
_UNKNOWN: Final = Actor(ActorKind.UNKNOWN)
_STATES: Final = tuple(DeliveryState)


def contact_of(row: Iterable[Any]) -> Contact:
    """Return the contact whose `COLUMNS` these are."""
    contact_id, phone, created_at, first, last, company, email, line, tags, variables, verified, opt_out = row
    return Contact(
        contact_id,
        phone,
        moment(created_at),
        first,
        last,
        company,
        email,
        line,
        _decode_tags(tags),
        _decode_variables(variables),
        verified == 1,
        opt_out == 1,
    )


def contact_and_last_event_of(row: Sequence[Any]) -> tuple[Contact, int]:
    """Return a contact and the number of the last event about it, from `COLUMNS` and last_event."""
    *contact, last_event = row
    return contact_of(contact), last_event


def record_of(row: Iterable[Any]) -> ContactRecord:
    """Return the contact whose `COLUMNS` these are, as it is stored."""
    return ContactRecord(*row)


def values_of(contact: Contact) -> tuple[Any, ...]:
    """Return the `COLUMNS` of a contact."""
    return (
        contact.contact_id,
        contact.phone,
        micros(contact.created_at),
        contact.first_name,
        contact.last_name,
        contact.company_name,
        contact.assigned_to_email,
        contact.sendblue_number,
        encode(contact.tags).decode(),
        encode(contact.custom_variables).decode(),
        contact.verified,
        contact.opt_out,
    )


def written_values_of(contact: Contact, last_event: int) -> tuple[Any, ...]:
    """Return the `WRITTEN_COLUMNS` of a contact."""
    return *values_of(contact), last_event, search_text(contact)


def values_of_tags(tags: Iterable[tuple[Contact, str]]) -> list[tuple[str, int, int]]:
    """Return the tag, created_at and contact_id of each contact's tag."""
    return [(tag, micros(contact.created_at), contact.contact_id) for contact, tag in tags]


def answer_of(row: Iterable[Any]) -> KeptAnswer:
    """Return the answer whose `ANSWER_COLUMNS` these are."""
    return KeptAnswer(*row)


def values_of_answer(kept: KeptAnswer) -> tuple[Any, ...]:
    """Return the `ANSWER_COLUMNS` of an answer."""
    return kept.key, kept.fingerprint, kept.answer, kept.at


def verification_of(row: Iterable[Any]) -> Verification:
    """Return the verification whose `VERIFICATION_COLUMNS` these are."""
    verification_id, phone, requested_at, expires_at, pending = row
    return Verification(verification_id, phone, requested_at, expires_at, pending == 1)


def values_of_verification(verification: Verification) -> tuple[Any, ...]:
    """Return the `VERIFICATION_COLUMNS` of a verification."""
    return (
        verification.verification_id,
        verification.phone,
        verification.requested_at,
        verification.expires_at,
        verification.pending,
    )


def event_of(row: Iterable[Any]) -> Event:
    """Return the event whose `EVENT_COLUMNS` these are."""
    event_id, type_, at, phone, subject, actor, cause, replaced, previous_event = row
    of_type = EventType(type_)
    stamp = Stamp(at, _actor_of(actor), _cause_of(cause))
    of_subject = FORM_OF[of_type].load(subject, phone)
    return Event(event_id, of_type, stamp, phone, of_subject, previous_event, load_replaced(replaced))


def values_of_events(events: Iterable[Event]) -> list[tuple[Any, ...]]:
    """Return the `EVENT_COLUMNS` of each event; those of one command share their actor and cause."""
    rows: list[tuple[Any, ...]] = []
    actor: Actor | None = None
    cause: Cause | None = None
    actor_text = of_cause = ""
    for event in events:
        stamp, type_ = event.stamp, event.type
        if stamp.actor is not actor:
            actor = stamp.actor
            actor_text = f"{actor.kind.value}:{actor.id}"
        if stamp.cause is not cause:
            cause = stamp.cause
            of_cause = "" if cause is None else cause_text(cause)
        rows.append(
            (
                event.event_id,
                str(type_),
                stamp.at,
                event.phone,
                FORM_OF[type_].dump(event.subject),
                actor_text,
                of_cause,
                dump_replaced(event.replaced),
                event.previous_event,
            )
        )
    return rows


def cause_text(cause: Cause) -> str:
    """Return a cause as a column of an event."""
    return f"{cause.kind.value}:{cause.id}"


def _actor_of(text: str) -> Actor:
    kind, _, id_ = text.partition(":")
    return Actor(_ACTOR_KINDS[kind], id_) if kind else _UNKNOWN


def _cause_of(text: str) -> Cause | None:
    kind, _, id_ = text.partition(":")
    return Cause(_CAUSE_KINDS[kind], id_) if kind else None


def entry_of(row: Iterable[Any]) -> ConsentEntry:
    """Return the ledger entry whose `ENTRY_COLUMNS` these are."""
    entry_id, phone, at, opted_out, source, wording, digest = row
    return ConsentEntry(entry_id, phone, at, opted_out == 1, ConsentSource(source), wording, digest)


def opted_out_of(row: Iterable[Any]) -> OptedOut:
    """Return the number that is opted out, from its phone and time, and the source and wording of its ledger entry."""
    phone, at, source, wording = row
    return OptedOut(phone, at, None if source is None else ConsentSource(source), wording or "")


def values_of_entry(entry: ConsentEntry) -> tuple[Any, ...]:
    """Return the `ENTRY_COLUMNS` of a ledger entry."""
    return entry.entry_id, entry.phone, entry.at, entry.opted_out, entry.source.value, entry.wording, entry.hash


def review_of(row: Iterable[Any]) -> Review:
    """Return the review whose `REVIEW_COLUMNS` these are."""
    review_id, phone, at, deadline, wording, decision = row
    return Review(review_id, phone, at, deadline, wording, Decision(decision))


def values_of_review(review: Review) -> tuple[Any, ...]:
    """Return the `REVIEW_COLUMNS` of a review."""
    return review.review_id, review.phone, review.at, review.deadline, review.wording, review.decision.value


def job_of(row: Iterable[Any]) -> Job:
    """Return the job whose `JOB_COLUMNS` these are."""
    job_id, kind, status, *others = row
    return Job(job_id, kind, JobStatus(status), *others)


def values_of_job(job: Job) -> tuple[Any, ...]:
    """Return the `JOB_COLUMNS` of a job."""
    return (
        job.job_id,
        job.kind,
        job.status.value,
        job.created_at,
        job.updated_at,
        job.worker,
        job.lease_until,
        job.size,
        job.detail,
    )


def values_of_job_part(part: JobPart) -> tuple[Any, ...]:
    """Return the `JOB_PART_COLUMNS` of a part."""
    return part.job_id, part.name, part.place, part.data


def delivery_of(row: Iterable[Any]) -> Delivery:
    """Return the delivery whose `DELIVERY_COLUMNS` these are."""
    target, phone, item, created_at, attempts, due_at, state, error = row
    return Delivery(target, item, phone, created_at, attempts, due_at, _STATES[state], error)


def values_of_delivery(delivery: Delivery) -> tuple[Any, ...]:
    """Return the `DELIVERY_COLUMNS` of a delivery."""
    return (
        delivery.target,
        delivery.phone,
        delivery.item,
        delivery.created_at,
        delivery.attempts,
        delivery.due_at,
        delivery.state.value,
        delivery.error,
    )


def webhook_of(row: Iterable[Any]) -> Webhook:
    """Return the webhook whose `WEBHOOK_COLUMNS` these are."""
    webhook_id, url, secret, types, created_at, disabled_at = row
    return Webhook(webhook_id, url, secret, _decode_tags(types), created_at, disabled_at)


def values_of_webhook(webhook: Webhook) -> tuple[Any, ...]:
    """Return the `WEBHOOK_COLUMNS` of a webhook."""
    types = encode(webhook.types).decode()
    return webhook.webhook_id, webhook.url, webhook.secret, types, webhook.created_at, webhook.disabled_at


def values_of_opt_out(opt_out: OptOut) -> tuple[Any, ...]:
    """Return the `OPT_OUT_COLUMNS` of an opt-out."""
    return opt_out.phone, opt_out.at, opt_out.entry_id
