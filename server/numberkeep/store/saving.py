"""Saves a unit of work: which statements are run, in which order."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeVar

from numberkeep.domain.command import ANSWERS_RETAINED
from numberkeep.domain.work.changes import Changes
from numberkeep.domain.work.loaded import OldEvents
from numberkeep.store.account_rows import values_of_tallies
from numberkeep.store.flow import Fetch, Flow, Row, Write
from numberkeep.store.inbox_rows import values_of_attempt, values_of_conclusion
from numberkeep.store.message_rows import values_of_message, values_of_status
from numberkeep.store.rows import (
    values_of_answer,
    values_of_delivery,
    values_of_entry,
    values_of_events,
    values_of_job,
    values_of_job_part,
    values_of_opt_out,
    values_of_review,
    values_of_tags,
    values_of_verification,
    values_of_webhook,
    written_values_of,
)

T = TypeVar("T")

_ROWS_OF_A_WRITE: Final = 1024
"""So many rows of contacts and events are made at a time: their texts take as much memory again as the contacts."""

Writes = Iterator[tuple[str, Sequence[Row]]]
"""Names of statements, each with its rows; one without rows is not run."""


def save(account_id: int, changes: Changes) -> Flow[None]:
    """Write the changes, removals before insertions."""
    yield Write("put_tallies", account_id, [values_of_tallies(changes.tallies)])
    kept = changes.answers.written
    if kept:
        # Up to twice as many old answers are deleted as new ones are added, so the table does not grow.
        yield Write("delete_old_answers", account_id, [(kept[-1].at - ANSWERS_RETAINED, 2 * len(kept))])
    for aspect in (_contacts, _consent, _messages, _webhooks, _deliveries, _attempts, _jobs):
        for name, rows in aspect(changes):
            if rows:
                yield Write(name, account_id, rows)
    if kept:
        yield Write("put_answers", account_id, list(map(values_of_answer, kept)))
    if changes.old_events is not None:
        yield from _delete_old_events(account_id, changes.old_events)


def _contacts(changes: Changes) -> Writes:
    last, contacts = changes.last_events, changes.contacts
    if contacts:
        yield "delete_tags", values_of_tags(changes.untagged)
        yield "delete_contacts", [(contact.contact_id,) for contact in contacts.deleted]
        for some in _in_parts(contacts.inserted):
            yield "insert_contacts", [written_values_of(contact, last[contact.phone]) for contact in some]
        for some in _in_parts([new for _, new in contacts.updated]):
            yield "update_contacts", [written_values_of(contact, last[contact.phone]) for contact in some]
        yield "insert_tags", values_of_tags(changes.tagged)
    yield "touch_contacts", [(phone, last[phone]) for phone in changes.touched]
    yield "put_last_events", [(phone, last[phone]) for phone in changes.orphaned]
    yield "delete_last_events", [(phone,) for phone in changes.adopted]
    for events in _in_parts(changes.events):
        yield "insert_events", values_of_events(events)
    yield "add_event_days", [(day, type_, count) for (day, type_), count in changes.days.items()]


def _in_parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for first in range(0, len(items), _ROWS_OF_A_WRITE):
        yield items[first : first + _ROWS_OF_A_WRITE]


def _consent(changes: Changes) -> Writes:
    opt_outs = changes.opt_outs
    if opt_outs:
        yield "delete_opt_outs", [(old.phone,) for old in (*opt_outs.deleted, *(old for old, _ in opt_outs.updated))]
        yield "insert_opt_outs", [values_of_opt_out(each) for each in opt_outs.written]
    yield "insert_entries", list(map(values_of_entry, changes.entries))
    reviews = changes.reviews
    if reviews:
        yield "insert_reviews", list(map(values_of_review, reviews.inserted))
        yield "close_reviews", [(new.review_id, new.decision.value) for _, new in reviews.updated]


def _messages(changes: Changes) -> Writes:
    messages = changes.messages
    yield "put_verifications", list(map(values_of_verification, changes.verifications.written))
    if messages:
        yield "insert_messages", list(map(values_of_message, messages.inserted))
        yield "update_messages", [values_of_status(new) for _, new in messages.updated]
        yield "put_conversations", list(changes.conversations.items())
        yield "insert_conclusions", list(map(values_of_conclusion, changes.conclusions))


def _webhooks(changes: Changes) -> Writes:
    webhooks = changes.webhooks
    if webhooks:
        yield "delete_webhooks", [(webhook.webhook_id,) for webhook in webhooks.deleted]
        yield "delete_deliveries_to", [(webhook.webhook_id,) for webhook in webhooks.deleted]
        yield "delete_attempts_to", [(webhook.webhook_id,) for webhook in webhooks.deleted]
        yield "put_webhooks", list(map(values_of_webhook, webhooks.written))
        yield "hold_deliveries", [(webhook_id,) for webhook_id in changes.disabled]
        yield "release_deliveries", [(webhook_id,) for webhook_id in changes.enabled]


def _deliveries(changes: Changes) -> Writes:
    deliveries = changes.deliveries
    if deliveries:
        queues, revived = changes.queues, changes.revived
        yield "delete_deliveries", [(old.target, old.phone, old.item) for old in deliveries.deleted]
        yield "update_deliveries", [values_of_delivery(new) for _, new in deliveries.updated]
        yield "insert_deliveries", list(map(values_of_delivery, deliveries.inserted))
        yield "unset_heads", revived
        yield "set_heads", [*queues, *revived] if revived else queues


def _attempts(changes: Changes) -> Writes:
    attempts = changes.attempts
    yield "insert_attempts", list(map(values_of_attempt, attempts))
    yield "trim_attempts", [(webhook_id,) for webhook_id in dict.fromkeys(each.webhook_id for each in attempts)]


def _jobs(changes: Changes) -> Writes:
    jobs = changes.jobs
    if jobs:
        yield "delete_job_parts", [(job_id,) for job_id in changes.emptied_jobs]
        yield "delete_jobs", [(job.job_id,) for job in jobs.deleted]
        yield "put_jobs", list(map(values_of_job, jobs.written))
        yield "put_job_parts", list(map(values_of_job_part, changes.job_parts))


def _delete_old_events(account_id: int, old: OldEvents) -> Flow[None]:
    rows = yield Fetch("delete_deliveries_of_old_events", (account_id, old.last_event))
    queues: list[tuple[Any, ...]] = list(dict.fromkeys(map(tuple, rows)))
    if queues:
        yield Write("set_heads", account_id, queues)
    yield Write("delete_attempts_of_old_events", account_id, [(old.last_event,)])
    yield Write("delete_old_events", account_id, [(old.last_event,)])
    yield Write("delete_old_last_events", account_id, [(old.last_event,)])
