"""Compares all reads of a store with the model of it."""

import asyncio
from collections.abc import Sequence

from contract.acts import NUMBERS
from contract.model import fields_of
from contract.model_outbox import ModelOutbox
from numberkeep.domain.consent.ledger import broken
from numberkeep.domain.outbox.delivery import Agenda, Backlog
from numberkeep.store.contract import Store
from numberkeep.store.queries import (
    GetAgenda,
    GetBacklog,
    GetTallies,
    ListConsent,
    ListDeadDeliveries,
    ListEventsOf,
    ListOpenReviews,
    ListOptOuts,
    ListWebhooks,
)
from support.store import AccountDriver


async def check(store: Store, accounts: Sequence[AccountDriver], models: Sequence[ModelOutbox], at: int) -> None:
    """Compare every read of the accounts and of the outbox, with the agenda at this time."""
    pairs = list(zip(accounts, models, strict=True))
    await asyncio.gather(
        *[
            each(account, model)
            for account, model in pairs
            for each in (_check_contacts, _check_ledger, _check_messages_and_events, _check_hooks)
        ]
    )
    deliveries = [each for model in models for each in model.outbox.values()]
    waiting = [each["since"] for each in deliveries if not each["dead"]]
    assert await store.read(GetBacklog()) == Backlog(
        len(waiting), min(waiting, default=None), len(deliveries) - len(waiting)
    )
    assert await store.read(GetAgenda(at)) == _agenda([account.account_id for account in accounts], models, at)


async def _check_contacts(account: AccountDriver, model: ModelOutbox) -> None:
    shown = {number: fields_of(await account.contact(number)) for number in NUMBERS}
    assert shown == {number: model.shown(number) for number in NUMBERS}
    assert await account.count() == len(model.contacts)


async def _check_messages_and_events(account: AccountDriver, model: ModelOutbox) -> None:
    messages = [(each.phone, each.at, each.status.value, each.direction.value) for each in await account.messages()]
    assert messages == [
        (each["phone"], each["at"], each["status"], "inbound" if each["inbound"] else "outbound")
        for each in model.messages[::-1]
    ]
    assert await account.types_and_phones() == model.events
    for number in NUMBERS:
        of_number = [place for place, (_, phone) in enumerate(model.events, 1) if phone == number]
        found = await account.store.read(ListEventsOf(account.account_id, number, 5))
        assert [event.event_id for event in found] == of_number[:-6:-1]


async def _check_hooks(account: AccountDriver, model: ModelOutbox) -> None:
    dead = [(each.target, each.item) for each in await account.store.read(ListDeadDeliveries(account.account_id, 100))]
    assert dead == sorted(key for key, delivery in model.outbox.items() if delivery["dead"])
    hooks = await account.store.read(ListWebhooks(account.account_id))
    assert {hook.webhook_id: tuple(hook.types) for hook in hooks} == model.hooks


async def _check_ledger(account: AccountDriver, model: ModelOutbox) -> None:
    entries = await account.store.read(ListConsent(account.account_id, 0, 1000))
    assert [(each.phone, each.opted_out) for each in entries] == model.ledger
    tallies = await account.store.read(GetTallies(account.account_id))
    assert list(broken(entries, tallies.entries, tallies.ledger)) == []
    last = {each.phone: each.entry_id for each in entries if each.opted_out}
    assert await account.store.read(ListOptOuts(account.account_id)) == {
        phone: last[phone] for phone in model.opted_out
    }
    waiting = await account.store.read(ListOpenReviews(account.account_id, 0, 1000))
    assert [(each.review_id, each.phone) for each in waiting] == [
        (number, model.reviews[number - 1]["phone"]) for number in model.open_reviews()
    ]
    assert (tallies.last_review, tallies.open_reviews) == (len(model.reviews), len(waiting))


def _agenda(account_ids: Sequence[int], models: Sequence[ModelOutbox], at: int) -> Agenda:
    now: list[list[int]] = []
    coming: list[int] = []
    for next_of in (ModelOutbox.next_due, ModelOutbox.next_late):
        times = sorted(
            (when, account_id)
            for account_id, model in zip(account_ids, models, strict=True)
            if (when := next_of(model)) is not None
        )
        now.append([account_id for when, account_id in times if when <= at])
        coming += [when for when, _ in times if when > at]
    due, late = now
    return Agenda(due, late, min(coming, default=None))
