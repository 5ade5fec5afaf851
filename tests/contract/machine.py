"""Random histories of two accounts, on a store and on a model of it, which must always agree."""

import asyncio
import tempfile
from abc import abstractmethod
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from contract.acts import NUMBERS, Act, acts, call, expected, said, shown, wheres
from contract.model import Fields, fields_of
from contract.model_check import check
from contract.model_outbox import ModelOutbox
from numberkeep.domain.contacts.commands import BulkRow
from numberkeep.domain.contacts.contact import ContactPatch
from numberkeep.domain.contacts.listing import OrderBy
from numberkeep.domain.errors import ContactExists, ContactNotFound, NumberkeepError, WebhookNotFound
from numberkeep.domain.outbox.delivery import Delivered, Pending, Undelivered
from numberkeep.store.contract import Store
from support.store import DEAD, SECOND, SENT, START, AccountDriver, new_account

T = TypeVar("T")

LEASE = 30 * SECOND

which = st.sampled_from([0, 0, 0, 1])
number = st.sampled_from(NUMBERS)


class StoreMachine(RuleBasedStateMachine):
    """The machine; a subclass opens its store."""

    store: Store
    accounts: list[AccountDriver]

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.model = [ModelOutbox(), ModelOutbox()]
        self.taken: list[tuple[int, Pending]] = []
        self.at = START
        self.made = 0
        self.only_messages = False

    @abstractmethod
    async def open_store(self) -> Store:
        """Return a new, open store."""

    def run(self, wait: Coroutine[Any, Any, T]) -> T:
        """Return the outcome of a coroutine."""
        return self.runner.run(wait)

    def outcome(self, wait: Coroutine[Any, Any, object]) -> object:
        """Return the outcome of a coroutine, or the type of the domain error that it raises."""
        try:
            return self.run(wait)
        except NumberkeepError as error:
            return type(error)

    def now(self, who: int) -> ModelOutbox:
        """Return an account's model, set to the current time."""
        self.model[who].at = self.at
        return self.model[who]

    def next_id(self) -> int:
        """Return an unused id; ids do not increase with time, so that ties are visible."""
        self.made += 1
        return self.made * 5 % 10_007

    @initialize(only_messages=st.booleans())
    def begin(self, *, only_messages: bool) -> None:
        """Open the store and create its accounts; half of the histories contain only messages and consent."""

        async def begin() -> None:
            self.store = await self.open_store()
            self.accounts = [await new_account(self.store, name) for name in ("ours", "theirs")]

        self.run(begin())
        self.only_messages = only_messages

    @rule(seconds=st.sampled_from([1, 30]))
    def time_passes(self, seconds: int) -> None:
        """Only this moves the clock, so many contacts are created at the same time."""
        self.at += seconds * SECOND

    @precondition(lambda self: not self.only_messages)
    @rule(who=which, number=number, said=said, update_if_exists=st.booleans())
    def create(self, *, who: int, number: str, said: Fields, update_if_exists: bool) -> None:
        """CreateContact."""
        contact_id = self.next_id()
        outcome = self.outcome(
            self.accounts[who].create(
                number, at=self.at, contact_id=contact_id, update_if_exists=update_if_exists, **said
            )
        )
        if number in self.model[who].contacts and not update_if_exists:
            assert outcome is ContactExists
        else:
            self.now(who).upsert(number, said, contact_id=contact_id)
            assert fields_of(outcome) == self.model[who].shown(number)

    @precondition(lambda self: not self.only_messages)
    @rule(who=which, number=number, said=said)
    def update(self, who: int, number: str, said: Fields) -> None:
        """UpdateContact."""
        outcome = self.outcome(self.accounts[who].update(number, at=self.at, **said))
        if number in self.model[who].contacts:
            self.now(who).upsert(number, said, contact_id=0)
            assert fields_of(outcome) == self.model[who].shown(number)
        else:
            assert outcome is ContactNotFound

    @precondition(lambda self: not self.only_messages)
    @rule(who=which, said_of=st.dictionaries(number, said, max_size=4))
    def upsert(self, who: int, said_of: dict[str, Fields]) -> None:
        """UpsertContacts."""
        ids = {number: self.next_id() for number in said_of}
        rows = [BulkRow(number, ContactPatch(**fields), ids[number], self.at) for number, fields in said_of.items()]
        stored = self.run(self.accounts[who].upsert(*rows))
        for number, fields in said_of.items():
            self.now(who).upsert(number, fields, contact_id=ids[number])
        assert [fields_of(contact) for contact in stored] == [self.model[who].shown(number) for number in said_of]

    @precondition(lambda self: not self.only_messages)
    @rule(who=which, numbers=st.lists(number, max_size=4))
    def delete(self, who: int, numbers: list[str]) -> None:
        """DeleteContacts."""
        assert self.run(self.accounts[who].delete(*numbers, at=self.at)) == self.now(who).delete(numbers)

    @rule(who=which, drawn=acts, pauses=st.sampled_from([(0,), (30,), (60,), (1,), (0, 30), (0, 60)]))
    def at_once(self, who: int, drawn: list[Act], pauses: tuple[int, ...]) -> None:
        """Submit several short commands together, perhaps repeatedly; the effect is as if one followed the other."""
        for pause in pauses:
            self.at += pause * SECOND
            self.submit(who, drawn)

    def submit(self, who: int, drawn: list[Act]) -> None:
        """Submit these acts and compare the outcome of each."""
        carrier = len(self.model[who].messages) // 3  # so that there are always unknown handles
        together = [(kind, number, handle and f"{handle} {carrier}") for kind, number, handle in drawn]
        ids = [self.next_id() for _ in together]

        async def run() -> list[object]:
            calls = [call(self.accounts[who], each, made, self.at) for each, made in zip(together, ids, strict=True)]
            return await asyncio.gather(*calls, return_exceptions=True)

        outcomes = [shown(outcome) for outcome in self.run(run())]
        assert outcomes == [expected(self.now(who), each, made) for each, made in zip(together, ids, strict=True)]

    @rule(who=which, limit=st.integers(1, 4), pause=st.sampled_from([0, 30]))
    def take(self, who: int, limit: int, pause: int) -> None:
        """TakeDeliveries."""
        self.at += pause * SECOND
        taken = self.run(self.accounts[who].take(limit, lease=LEASE, at=self.at))
        taken_items = [(pending.delivery.target, pending.delivery.item, pending.delivery.attempts) for pending in taken]
        assert taken_items == self.now(who).take(limit, LEASE)
        self.taken += [(who, pending) for pending in taken]

    @precondition(lambda self: self.taken)
    @rule(
        back=st.integers(1, 4),
        late=st.booleans(),
        outcome=st.sampled_from([DEAD, SENT, Undelivered("busy", SECOND), Undelivered("21610", None, opted_out=True)]),
    )
    def settle(self, back: int, outcome: Delivered | Undelivered, *, late: bool) -> None:
        """SettleDelivery, of a recently taken delivery, in time or too late, once or repeatedly."""
        choice = [each for each in self.taken if self.is_overtaken(*each) is late] or self.taken
        who, pending = choice[-min(back, len(choice))]
        delivery, retry_at = pending.delivery, None
        refused = isinstance(outcome, Undelivered) and outcome.opted_out
        if isinstance(outcome, Undelivered) and outcome.retry_at is not None:
            retry_at = self.at + outcome.retry_at
            outcome = Undelivered(outcome.error, retry_at)
        if refused and delivery.target:
            outcome, refused = DEAD, False  # only a carrier knows of opt-outs
        settled = self.run(self.accounts[who].settle(pending, outcome, at=self.at))
        arrived = isinstance(outcome, Delivered)
        taken = (delivery.attempts, delivery.due_at)
        settles = self.now(who).settle((delivery.target, delivery.item), taken, retry_at, arrived=arrived)
        assert settled == settles
        if refused:
            self.now(who).opt_out(delivery.phone, opted_out=True)

    def is_overtaken(self, who: int, pending: Pending) -> bool | None:
        """Return whether another attempt has taken it since; None if it is settled."""
        current = self.model[who].outbox.get((pending.delivery.target, pending.delivery.item))
        return None if current is None or current["dead"] else current["attempts"] != pending.delivery.attempts

    @precondition(lambda self: any(each["dead"] for model in self.model for each in model.outbox.values()))
    @rule(who=which, of=st.none() | st.integers(0, 2))
    def replay(self, who: int, of: int | None) -> None:
        """ReplayDeliveries, also for a webhook that does not exist."""
        replaying = self.accounts[who].replay(of, at=self.at)
        if of in {None, 0, *self.model[who].hooks}:
            assert self.run(replaying) == self.now(who).replay(of)
        else:
            with pytest.raises(WebhookNotFound):
                self.run(replaying)

    @precondition(lambda self: not any(model.hooks for model in self.model))
    @rule(who=which, types=st.sampled_from([(), ("contact.created", "consent.opted_out"), ("message.updated",)]))
    def add_webhook(self, who: int, types: tuple[str, ...]) -> None:
        """CreateWebhook, if there is none yet."""
        assert self.run(self.accounts[who].add_webhook(*types)).webhook_id == self.now(who).add_webhook(types)

    @precondition(lambda self: any(len(model.outbox) > 3 for model in self.model if model.hooks))
    @rule(number=st.sampled_from(NUMBERS[:2]))
    def remove_webhook(self, number: str) -> None:
        """DeleteWebhook while deliveries are pending, together with an opt-out."""
        who = int(not self.model[0].hooks)
        account, model = self.accounts[who], self.now(who)
        [hook] = model.hooks

        async def run() -> None:
            await asyncio.gather(account.opt_out(number, at=self.at), account.remove_webhook(hook))

        self.run(run())
        model.opt_out(number, opted_out=True)
        model.remove_webhook(hook)

    @precondition(lambda self: not self.only_messages and any(account.contacts for account in self.model))
    @rule(
        who=which,
        by=st.sampled_from(OrderBy),
        descending=st.booleans(),
        where=wheres,
        limit=st.integers(1, 4),
        offset=st.integers(0, 4),
    )
    def list_contacts(self, *, who: int, by: OrderBy, descending: bool, where: Fields, limit: int, offset: int) -> None:
        """Compare a page by offset, and the whole listing by cursors."""
        expected = self.model[who].listed(by, where, descending=descending)
        account = self.accounts[who]
        page = self.run(account.page(by, descending=descending, limit=limit, offset=offset, **where))
        assert [fields_of(contact) for contact in page.contacts] == expected[offset : offset + limit]
        assert (page.next is None) == (offset + limit >= len(expected))
        pages = self.run(account.pages(by, descending=descending, limit=limit, **where))
        assert [fields_of(contact) for page in pages for contact in page] == expected

    @invariant()
    def every_read_agrees(self) -> None:
        """After every step each contact, count, message, event, opt-out and delivery is as in the model."""
        self.run(check(self.store, self.accounts, self.model, self.at))

    def teardown(self) -> None:
        """Close the store."""
        if hasattr(self, "store"):
            self.run(self.store.close())
        self.runner.close()


class DurableMachine(StoreMachine):
    """The machine for stores that outlive their process: it also restarts them, in a directory of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = tempfile.TemporaryDirectory()
        self.path = Path(self.directory.name)

    @rule()
    def restart(self) -> None:
        """Close the store and open it again."""

        async def restart() -> None:
            await self.store.close()
            self.store = await self.open_store()
            for account in self.accounts:
                account.store = self.store

        self.run(restart())

    def teardown(self) -> None:
        """Close the store and delete it."""
        super().teardown()
        self.directory.cleanup()


def run_machine(machine: type[StoreMachine], *, histories: int) -> None:
    """Run the same histories every time, so that a failure can be reproduced."""
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=histories,
            stateful_step_count=40,
            derandomize=True,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
