"""How a unit of work is saved: which statements, in which order."""

from collections.abc import Sequence
from typing import Any

from numberkeep.domain.command import ANSWERS_RETAINED
from numberkeep.domain.work.changes import Changes
from numberkeep.domain.work.snapshot import OldEvents
from numberkeep.store.flow import Fetch, Flow, Row, Write
from numberkeep.store.rows import (
    values_of,
    values_of_answer,
    values_of_delivery,
    values_of_entry,
    values_of_event,
    values_of_message,
    values_of_opt_out,
    values_of_tags,
    values_of_tallies,
    values_of_verification,
    values_of_webhook,
)


def save(account_id: int, changes: Changes) -> Flow[None]:
    """Write the changes, removals before insertions."""
    yield Write("put_tallies", account_id, [values_of_tallies(changes.tallies)])
    kept = changes.answers.written
    if kept:
        # Of what is too old, twice as much goes as comes, so the table holds no more than what is retained.
        yield Write("delete_old_answers", account_id, [(kept[-1].at - ANSWERS_RETAINED, 2 * len(kept))])
    for name, rows in _writes(changes):
        if rows:
            yield Write(name, account_id, rows)
    if changes.old_events is not None:
        yield from _delete_old_events(account_id, changes.old_events)


def _writes(changes: Changes) -> Sequence[tuple[str, Sequence[Row]]]:
    last = changes.last_events
    contacts, opt_outs, webhooks = changes.contacts, changes.opt_outs, changes.webhooks
    messages, deliveries = changes.messages, changes.deliveries
    queues, revived = changes.queues, changes.revived
    return (
        ("delete_tags", values_of_tags(changes.untagged)),
        ("delete_contacts", [(contact.contact_id,) for contact in contacts.deleted]),
        ("insert_contacts", [(*values_of(contact), last[contact.phone]) for contact in contacts.inserted]),
        ("update_contacts", [(*values_of(new), last[new.phone]) for _, new in contacts.updated]),
        ("touch_contacts", [(phone, last[phone]) for phone in changes.touched]),
        ("put_last_events", [(phone, last[phone]) for phone in changes.orphaned]),
        ("delete_last_events", [(phone,) for phone in changes.adopted]),
        ("insert_tags", values_of_tags(changes.tagged)),
        ("delete_opt_outs", [(old.phone,) for old in (*opt_outs.deleted, *(old for old, _ in opt_outs.updated))]),
        ("insert_opt_outs", [values_of_opt_out(each) for each in opt_outs.written]),
        ("insert_entries", list(map(values_of_entry, changes.entries))),
        ("put_verifications", list(map(values_of_verification, changes.verifications.written))),
        ("insert_messages", list(map(values_of_message, messages.inserted))),
        (
            "update_messages",
            [(new.message_id, new.status.value, new.handle, new.error) for _, new in messages.updated],
        ),
        ("insert_events", list(map(values_of_event, changes.events))),
        ("delete_webhooks", [(webhook.webhook_id,) for webhook in webhooks.deleted]),
        ("delete_deliveries_to", [(webhook.webhook_id,) for webhook in webhooks.deleted]),
        ("put_webhooks", list(map(values_of_webhook, webhooks.written))),
        ("delete_deliveries", [(old.target, old.phone, old.item) for old in deliveries.deleted]),
        ("update_deliveries", [values_of_delivery(new) for _, new in deliveries.updated]),
        ("insert_deliveries", list(map(values_of_delivery, deliveries.inserted))),
        ("unset_heads", revived),
        ("set_heads", [*queues, *revived] if revived else queues),
        ("put_answers", list(map(values_of_answer, changes.answers.written))),
    )


def _delete_old_events(account_id: int, old: OldEvents) -> Flow[None]:
    rows = yield Fetch("delete_deliveries_of_old_events", (account_id, old.last_event))
    queues: list[tuple[Any, ...]] = list(dict.fromkeys(map(tuple, rows)))
    if queues:
        yield Write("set_heads", account_id, queues)
    yield Write("delete_old_events", account_id, [(old.last_event,)])
    yield Write("delete_old_last_events", account_id, [(old.last_event,)])
