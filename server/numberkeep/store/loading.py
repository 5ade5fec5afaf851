"""Loads a unit of work: which statements are run, depending on the rows of those before."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from numberkeep.domain.outbox.delivery import SENDER, Delivery
from numberkeep.domain.work.loaded import LoadedRows, OldEvents, Tallies
from numberkeep.domain.work.needs import Needs
from numberkeep.store.flow import Fetch, Flow
from numberkeep.store.message_rows import message_of
from numberkeep.store.rows import (
    answer_of,
    contact_and_last_event_of,
    delivery_of,
    event_of,
    job_of,
    review_of,
    verification_of,
    webhook_of,
)

K = TypeVar("K")


def load(account_id: int, needs: Needs, tallies: Tallies) -> Flow[LoadedRows]:
    """Return the rows that are needed, and for each the number that an event about it would concern."""
    loaded = LoadedRows(tallies)
    if tallies.webhooks:
        webhooks = map(webhook_of, (yield Fetch("webhooks", (account_id,))))
        loaded.webhooks = {webhook.webhook_id: webhook for webhook in webhooks}
    yield from _load_deliveries(account_id, needs, loaded)
    messages_to = [phone for target, phone in _queues(loaded.deliveries.values()) if target == SENDER]
    yield from _load_reviews(account_id, "reviews", list(needs.reviews), loaded)
    sent = yield from _load_sent(account_id, needs, loaded)
    asked = dict(needs.verifications) | {review.phone: None for review in loaded.reviews.values()} | sent
    if needs.due:
        asked |= dict.fromkeys(messages_to)
    if tallies.open_reviews:
        yield from _load_reviews(account_id, "open_reviews", list(asked), loaded)
    yield from _load_verifications(account_id, asked, needs, loaded)
    if loaded.pending:
        unsent = yield Fetch("unsent", (account_id, loaded.pending))
        _add(loaded, map(delivery_of, unsent))
    yield from _load_contents(account_id, loaded)
    phones = list(needs.phones | dict.fromkeys(loaded.verifications) | asked | dict.fromkeys(messages_to))
    if phones:
        yield from _load_numbers(account_id, phones, loaded)
    if needs.answers:
        answers = map(answer_of, (yield Fetch("answers", (account_id, list(needs.answers)))))
        loaded.answers = {answer.key: answer for answer in answers}
    if needs.jobs:
        jobs = map(job_of, (yield Fetch("jobs", (account_id, list(needs.jobs)))))
        loaded.jobs = {job.job_id: job for job in jobs}
    if needs.handles:
        handles = yield Fetch("handles", (account_id, list(needs.handles)))
        loaded.handles = frozenset(handle for (handle,) in handles)
    if needs.old_events:
        limit, before = needs.old_events.limit, needs.old_events.before
        [(count, last)] = yield Fetch("old_events", (account_id, limit, before))
        loaded.old_events = OldEvents(count, last, more=count >= limit)
    return loaded


def _load_deliveries(account_id: int, needs: Needs, loaded: LoadedRows) -> Flow[None]:
    if needs.deliveries:
        found = yield Fetch("deliveries", (account_id, list(needs.deliveries)))
        _add(loaded, map(delivery_of, found))
    for target, limit in needs.dead.items():
        found = yield Fetch("dead", (account_id, target, limit))
        _add(loaded, map(delivery_of, found))
    if needs.due:
        targets = needs.due.targets(loaded.webhooks)
        found = yield Fetch("due", (account_id, targets, needs.due.at, needs.due.limit))
        due = needs.due.first(map(delivery_of, found))
        loaded.due = [(each.target, each.item) for each in due]
        _add(loaded, due)
    if needs.old_deliveries:
        found = yield Fetch("old_deliveries", (account_id, needs.old_deliveries.before, needs.old_deliveries.limit))
        loaded.old_deliveries = list(map(delivery_of, found))
        _add(loaded, loaded.old_deliveries)


def _load_verifications(account_id: int, asked: Mapping[str, None], needs: Needs, loaded: LoadedRows) -> Flow[None]:
    found: list[Sequence[Any]] = []
    if asked:
        found += yield Fetch("verifications", (account_id, list(asked)))
    if needs.expired:
        found += yield Fetch("expired", (account_id, needs.expired.before, needs.expired.limit))
    loaded.verifications = {each.phone: each for each in map(verification_of, found)}


def _load_reviews(account_id: int, statement: str, keys: list[Any], loaded: LoadedRows) -> Flow[None]:
    if keys:
        reviews = map(review_of, (yield Fetch(statement, (account_id, keys))))
        loaded.reviews = {**loaded.reviews, **{review.review_id: review for review in reviews}}


def _load_contents(account_id: int, loaded: LoadedRows) -> Flow[None]:
    messages = [item for target, item in loaded.deliveries if target == SENDER]
    events = list({item: None for target, item in loaded.deliveries if target != SENDER})
    if messages:
        found = map(message_of, (yield Fetch("messages", (account_id, messages))))
        loaded.messages |= {message.message_id: message for message in found}
    if events:
        found_events = map(event_of, (yield Fetch("events", (account_id, events))))
        loaded.events = {event.event_id: event for event in found_events}


def _load_sent(account_id: int, needs: Needs, loaded: LoadedRows) -> Flow[dict[str, None]]:
    """Load the messages with these handles, and return their numbers."""
    if needs.sent:
        found = map(message_of, (yield Fetch("sent_messages", (account_id, list(needs.sent)))))
        loaded.messages |= {message.message_id: message for message in found}
    return dict.fromkeys(message.phone for message in loaded.messages.values())


def _load_numbers(account_id: int, phones: list[str], loaded: LoadedRows) -> Flow[None]:
    last_events: dict[str, int] = {}
    contacts = map(contact_and_last_event_of, (yield Fetch("contacts", (account_id, phones))))
    loaded.contacts = {}
    for contact, last_event in contacts:
        loaded.contacts[contact.phone] = contact
        last_events[contact.phone] = last_event
    opt_outs: dict[str, tuple[int, int, bool]] = {}
    for phone, opted_out_at, entry_id, simulated, last_event in (yield Fetch("recipients", (account_id, phones))):
        if last_event is None:
            opt_outs[phone] = (opted_out_at, entry_id, simulated == 1)
        else:
            last_events[phone] = last_event
    loaded.opt_outs = opt_outs
    loaded.last_events = last_events


def _add(loaded: LoadedRows, deliveries: Iterable[Delivery]) -> None:
    for each in deliveries:
        loaded.deliveries.setdefault((each.target, each.item), each)


def _queues(deliveries: Iterable[Delivery]) -> dict[tuple[int, str], None]:
    return dict.fromkeys((each.target, each.phone) for each in deliveries)
