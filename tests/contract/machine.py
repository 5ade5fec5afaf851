"""Random histories of two accounts, on a store and on the model of it, which must never differ."""

import asyncio
import tempfile
from abc import abstractmethod
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

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

from contract.model import TEXTS, Fields, ModelAccount, fields_of
from numberkeep.domain.commands import BulkRow
from numberkeep.domain.contact import ContactPatch
from numberkeep.domain.errors import ContactExists, ContactNotFound, NumberkeepError
from numberkeep.domain.listing import OrderBy
from numberkeep.store.contract import Store
from support.store import SECOND, START, AccountDriver, new_account, phone

T = TypeVar("T")

RESEND_AFTER = 30 * SECOND
NUMBERS = [phone(n) for n in range(4)]

which = st.integers(0, 1)
number = st.sampled_from(NUMBERS)
text = st.sampled_from(["", "a", "A", "b", "\u00e5", "\U0001f600"]) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5
)
tags = st.lists(st.sampled_from(["red", "Red", "blue"]), unique=True).map(tuple)
variables = st.none() | st.dictionaries(st.sampled_from(["x", "y", "z"]), st.sampled_from(["", "1", "2"]))
said = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(TEXTS, text) | {"tags": tags, "custom_variables": variables, "opt_out": st.booleans()},
)
wheres = st.fixed_dictionaries(
    {},
    optional={
        "tags": tags,
        "verified": st.booleans(),
        "opt_out": st.booleans(),
        "phone": number,
        "contact_id": st.integers(1, 12),
        "created_from": st.sampled_from([START + seconds * SECOND for seconds in (0, 1, 2, 30, 31, 60)]),
    },
)


class StoreMachine(RuleBasedStateMachine):
    """The machine; a subclass says how its store is opened."""

    store: Store
    accounts: list[AccountDriver]

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.model = [ModelAccount(), ModelAccount()]
        self.at = START
        self.made = 0

    @abstractmethod
    async def open_store(self) -> Store:
        """A new and open store."""

    def run(self, wait: Coroutine[Any, Any, T]) -> T:
        """The outcome of a coroutine."""
        return self.runner.run(wait)

    def outcome(self, wait: Coroutine[Any, Any, object]) -> object:
        """The outcome of a coroutine, or the type of the domain error that it raises."""
        try:
            return self.run(wait)
        except NumberkeepError as error:
            return type(error)

    def next_id(self) -> int:
        """An id that was not given out yet; ids do not rise with time, so that ties show."""
        self.made += 1
        return self.made * 5 % 10_007

    @initialize()
    def begin(self) -> None:
        """Open the store and make its accounts."""

        async def begin() -> None:
            self.store = await self.open_store()
            self.accounts = [await new_account(self.store, name) for name in ("ours", "theirs")]

        self.run(begin())

    @rule(seconds=st.sampled_from([1, 30]))
    def time_passes(self, seconds: int) -> None:
        """Nothing else moves the clock, so many contacts are created at the same time."""
        self.at += seconds * SECOND

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
            self.model[who].say(number, said, contact_id=contact_id, at=self.at)
            assert fields_of(outcome) == self.model[who].shown(number)

    @rule(who=which, number=number, said=said)
    def update(self, who: int, number: str, said: Fields) -> None:
        """UpdateContact."""
        outcome = self.outcome(self.accounts[who].update(number, **said))
        if number in self.model[who].contacts:
            self.model[who].say(number, said, contact_id=0, at=0)
            assert fields_of(outcome) == self.model[who].shown(number)
        else:
            assert outcome is ContactNotFound

    @rule(who=which, said_of=st.dictionaries(number, said, max_size=4))
    def upsert(self, who: int, said_of: dict[str, Fields]) -> None:
        """UpsertContacts."""
        ids = {number: self.next_id() for number in said_of}
        rows = [BulkRow(number, ContactPatch(**said), ids[number], self.at) for number, said in said_of.items()]
        stored = self.run(self.accounts[who].upsert(*rows))
        for number, said in said_of.items():
            self.model[who].say(number, said, contact_id=ids[number], at=self.at)
        assert [fields_of(contact) for contact in stored] == [self.model[who].shown(number) for number in said_of]

    @rule(who=which, numbers=st.lists(number, max_size=4))
    def delete(self, who: int, numbers: list[str]) -> None:
        """DeleteContacts."""
        assert self.run(self.accounts[who].delete(*numbers)) == self.model[who].delete(numbers)

    @rule(who=which, number=number, opted_out=st.booleans())
    def opt_out(self, *, who: int, number: str, opted_out: bool) -> None:
        """SetOptOut."""
        self.run(self.accounts[who].opt_out(number, opted_out=opted_out))
        self.model[who].opt_out(number, opted_out=opted_out)

    @rule(who=which, number=number)
    def request_verification(self, who: int, number: str) -> None:
        """RequestVerification."""
        outcome = self.outcome(self.accounts[who].request_verification(number, at=self.at, resend_after=RESEND_AFTER))
        expected = self.model[who].request_verification(number, at=self.at, resend_after=RESEND_AFTER)
        assert (outcome.__name__ if isinstance(outcome, type) else str(outcome)) == expected

    @rule(who=which, number=number)
    def person_answers(self, who: int, number: str) -> None:
        """A contact becomes verified."""
        if number in self.model[who].contacts:
            self.model[who].contacts[number]["verified"] = True

    @precondition(lambda self: any(account.contacts for account in self.model))
    @rule(
        who=which,
        by=st.sampled_from(OrderBy),
        descending=st.booleans(),
        where=wheres,
        limit=st.integers(1, 4),
        offset=st.integers(0, 4),
    )
    def list_contacts(self, *, who: int, by: OrderBy, descending: bool, where: Fields, limit: int, offset: int) -> None:
        """A page by offset, and the whole listing by cursors."""
        expected = self.model[who].listed(by, where, descending=descending)
        account = self.accounts[who]
        page = self.run(account.page(by, descending=descending, limit=limit, offset=offset, **where))
        assert [fields_of(contact) for contact in page.contacts] == expected[offset : offset + limit]
        assert (page.next is None) == (offset + limit >= len(expected))
        pages = self.run(account.pages(by, descending=descending, limit=limit, **where))
        assert [fields_of(contact) for page in pages for contact in page] == expected

    @invariant()
    def every_read_agrees(self) -> None:
        """After every step each contact, each count and each outbox is as the model has it."""

        async def check() -> None:
            for account, model in zip(self.accounts, self.model, strict=True):
                shown = {number: fields_of(await account.contact(number)) for number in NUMBERS}
                assert shown == {number: model.shown(number) for number in NUMBERS}
                assert await account.count() == len(model.contacts)
                messages = await self.store.messages(account.account_id, 100)
                assert [(message.phone, message.at) for message in messages] == model.messages[::-1]

        self.run(check())

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
        """Close the store and remove it."""
        super().teardown()
        self.directory.cleanup()


def run_machine(machine: type[StoreMachine], *, histories: int) -> None:
    """Run the same histories every time, so that a failure is one for everybody."""
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
