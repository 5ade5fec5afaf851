"""Accounts are isolated: no account sees or changes the data of another."""

import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from numberkeep.domain.contacts.listing import OrderBy
from numberkeep.domain.errors import ContactNotFound, VerificationTooSoon
from numberkeep.domain.work.loaded import Tallies
from numberkeep.store.queries import (
    GetTallies,
    ListConsent,
    ListConsentOf,
    ListDeadDeliveries,
    ListOptOuts,
    ListWebhooks,
)
from support.store import DAY, DEAD, PHONE, START, AccountDriver, phone

COMMANDS: list[tuple[str, Callable[[AccountDriver], Awaitable[object]]]] = [
    ("create", lambda account: account.create(phone(9), first_name="Eve", tags=("t",))),
    ("update_if_exists", lambda account: account.create(PHONE, update_if_exists=True, first_name="Eve", tags=("x",))),
    ("update", lambda account: account.update(PHONE, last_name="Eve", tags=(), custom_variables=None)),
    ("update to opt out", lambda account: account.update(PHONE, opt_out=True)),
    ("bulk", lambda account: account.upsert(account.row(PHONE, tags=("x",)), account.row(phone(9)))),
    ("delete", lambda account: account.delete(PHONE)),
    ("opt out", lambda account: account.opt_out(PHONE)),
    ("opt out of a stranger", lambda account: account.opt_out(phone(1))),
    ("verification", lambda account: account.request_verification(PHONE)),
    ("message", lambda account: account.receive(PHONE, handle="h")),
    ("stop", lambda account: account.receive(PHONE, "stop")),
    ("expiry", lambda account: account.expire(START + 9 * DAY)),
    ("take", lambda account: account.take(at=START + DAY)),
    ("webhook", lambda account: account.add_webhook()),
    ("no webhook", lambda account: account.remove_webhook(1)),
]


async def everything(account: AccountDriver) -> dict[str, Any]:
    """Return all that an account can read of its contacts."""
    return {
        "contact": await account.contact(PHONE),
        "count": await account.count(),
        "listed": (await account.page()).contacts,
        "tagged": await account.listed(tags=("t",)),
        "messages": await account.messages(),
        "events": await account.events(),
        "ledger": await account.store.read(ListConsent(account.account_id, 0, 100)),
        "of the number": await account.store.read(ListConsentOf(account.account_id, PHONE)),
        "opt-outs": await account.store.read(ListOptOuts(account.account_id)),
        "webhooks": await account.store.read(ListWebhooks(account.account_id)),
        "dead": await account.store.read(ListDeadDeliveries(account.account_id, 100)),
        "tallies": await account.store.read(GetTallies(account.account_id)),
    }


def is_empty(read: dict[str, Any]) -> bool:
    """Return whether an account reads like one that was never used."""
    return read["tallies"] == Tallies() and not any(value for name, value in read.items() if name != "tallies")


class AccountContract:
    """Every read and every command has an `account_id`."""

    @pytest.mark.parametrize("command", [pytest.param(command, id=name) for name, command in COMMANDS])
    async def test_a_command_touches_its_own_account_only(
        self, ours: AccountDriver, theirs: AccountDriver, command: Callable[[AccountDriver], Awaitable[object]]
    ) -> None:
        """With the same number in both, a command in one account changes nothing that the other reads."""
        for account in (ours, theirs):
            await account.create(PHONE, first_name="Ada", tags=("t",), custom_variables={"x": "1"})
            await account.add_webhook()
            await account.request_verification(PHONE, at=START)
            for pending in await account.take(1, at=START + DAY):
                await account.settle(pending, DEAD)
        before = await everything(ours)
        with contextlib.suppress(VerificationTooSoon):
            await command(theirs)
        assert await everything(ours) == before
        assert not (await ours.create(phone(1))).opt_out
        assert [pending.delivery.phone for pending in await ours.take(at=START + 9 * DAY)] == [PHONE, phone(1)]

    async def test_one_account_reads_nothing_of_another(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """Every read of an empty account is empty, whatever the other account contains."""
        hidden = await theirs.create(PHONE, tags=("t",))
        await theirs.request_verification(PHONE)
        await theirs.verify(PHONE)
        await theirs.opt_out(PHONE)
        await theirs.add_webhook()
        await theirs.receive(PHONE, "start")
        assert is_empty(await everything(ours))
        assert await ours.take(at=START + 9 * DAY) == []
        for by in OrderBy:
            for where in (
                {"contact_id": hidden.contact_id},
                {"phone": PHONE},
                {"verified": True},
                {"opt_out": True},
                {"created_from": START},
                {"tags": ("t",), "contact_id": hidden.contact_id},
            ):
                assert await ours.listed(by, **where) == []

    async def test_one_account_cannot_change_or_delete_what_only_another_has(
        self, ours: AccountDriver, theirs: AccountDriver
    ) -> None:
        """A number that only the other account has is an unknown number."""
        hidden = await theirs.create(PHONE)
        with pytest.raises(ContactNotFound):
            await ours.update(PHONE, first_name="Eve")
        with pytest.raises(ContactNotFound):
            await ours.request_verification(PHONE)
        assert await ours.delete(PHONE) == 0
        assert await theirs.contact(PHONE) == hidden

    async def test_a_number_is_one_contact_per_account(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """Two accounts can have the same number, each its own contact with its own id and resend interval."""
        mine, other = await ours.create(PHONE, first_name="Ada"), await theirs.create(PHONE, first_name="Eve")
        assert mine.contact_id != other.contact_id
        assert await ours.contact(PHONE) == mine
        assert await theirs.contact(PHONE) == other
        assert await ours.request_verification(PHONE, at=START) is True
        assert await theirs.request_verification(PHONE, at=START) is True

    async def test_cursors_of_one_account_lead_to_nothing_of_another(
        self, ours: AccountDriver, theirs: AccountDriver
    ) -> None:
        """A walk in one account never shows contacts of another, even if they lie between its own."""
        for n in range(12):
            await (ours if n % 2 else theirs).create(phone(n), at=START + n, tags=("t",))
        wheres: list[dict[str, Any]] = [{}, {"tags": ("t",)}]
        for where in wheres:
            for by in OrderBy:
                pages = await ours.pages(by, descending=False, limit=2, **where)
                assert [contact.phone for page in pages for contact in page] == [phone(n) for n in range(1, 12, 2)]

    async def test_an_unknown_account_is_empty(self, ours: AccountDriver) -> None:
        """Reads for an account that does not exist find nothing."""
        await ours.create(PHONE)
        nobody = AccountDriver(ours.store, ours.account_id + 1000)
        assert is_empty(await everything(nobody))
