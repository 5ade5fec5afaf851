"""The consent ledger: its listing, and its verification against the stored rows."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from numberkeep.domain.consent.ledger import ConsentSource
from numberkeep.domain.contacts.contact import ContactPatch
from numberkeep.domain.errors import InvalidPhone
from numberkeep.domain.identity import Account, KeyPair
from numberkeep.service import consent, contacts, inbound, keys
from numberkeep.service.consent import Verified
from numberkeep.service.context import Context
from numberkeep.service.inbound import Incoming
from numberkeep.store.queries import GetTallies, ListConsent, ListOptOuts
from support.databases import execute, opened, sqlite_url
from support.faults import Reader, wrap_reads

PHONE = "+14155552671"


async def test_the_entries_of_a_number_are_listed(context: Context, account: Account) -> None:
    """Oldest first, with actor and wording; repetitions make no entry; entries outlive the contact."""
    await contacts.create(context, account, PHONE, ContactPatch(), update_if_exists=False)
    await contacts.set_opt_out(context, account, PHONE, opted_out=True)
    await contacts.set_opt_out(context, account, PHONE, opted_out=True)
    await inbound.receive(context, account, Incoming(PHONE, " start ", "", "", "from"))
    await contacts.delete(context, account, PHONE)
    await inbound.receive(context, account, Incoming("+14155550002", "STOP", "", "", "from"))
    shown = await consent.show(context, account, "(415) 555-2671")
    assert [(entry.entry_id, entry.opted_out, entry.source, entry.wording) for entry in shown] == [
        (1, True, ConsentSource.API, ""),
        (2, False, ConsentSource.MESSAGE, " start "),
    ]
    assert list(await consent.show(context, account, "+14155550009")) == []


@pytest.mark.parametrize("number", ["", "12", "nobody", "+1415\x005552671"])
async def test_an_invalid_number_is_refused(context: Context, account: Account, number: str) -> None:
    """InvalidPhone, instead of an empty result that could be mistaken for no opt-out."""
    with pytest.raises(InvalidPhone):
        await consent.show(context, account, number)


async def test_an_intact_ledger_has_no_faults(context: Context, account: Account) -> None:
    """Of any length, including 0."""
    assert await consent.verify(context, account) == Verified(0, [])
    for n in range(1100):
        await contacts.set_opt_out(context, account, f"+1415600{n % 900:04d}", opted_out=n < 900)
    assert await consent.verify(context, account) == Verified(1100, [])


async def test_a_ledger_that_grows_during_verification_is_intact(
    context: Context, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever changes between two pages; it is verified up to its length at the start."""
    for n in range(2500):
        await contacts.set_opt_out(context, account, f"+1415600{n:04d}", opted_out=True)
    looks = 0

    def with_a_change(read: Reader) -> Reader:
        async def both(query: Any) -> Any:
            nonlocal looks
            found = await read(query)
            await contacts.set_opt_out(context, account, f"+1415600{looks:04d}", opted_out=False)
            await contacts.set_opt_out(context, account, f"+1415700{looks:04d}", opted_out=True)
            looks += 1
            return found

        return both

    wrap_reads(monkeypatch, context.store, with_a_change, GetTallies, ListConsent, ListOptOuts)
    async with asyncio.timeout(20):
        assert await consent.verify(context, account) == Verified(2500, [])
    assert looks >= 6


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE consent SET opted_out = 0 WHERE entry_id = 2", "entry 2 or the one before it was changed"),
        ("UPDATE consent SET wording = 'x' WHERE entry_id = 1", "entry 1 or the one before it was changed"),
        ("DELETE FROM consent WHERE entry_id = 1", "entry 1 is missing"),
        ("DELETE FROM consent WHERE entry_id = 4", "the ledger ends with entry 3, but the account records 4"),
        (
            "INSERT INTO consent SELECT account_id, 5, phone, at, 0, source, '', hash FROM consent WHERE entry_id = 4",
            "the ledger has entry 5, but the account records 4",
        ),
        (
            "INSERT INTO opt_outs VALUES (1, '+14155550009', 1, 9)",
            "the opt-outs do not match the last ledger entries of 1 numbers",
        ),
        ("DELETE FROM opt_outs", "the opt-outs do not match the last ledger entries of 2 numbers"),
    ],
)
async def test_a_modified_ledger_is_detected(tmp_path: Path, statement: str, fault: str) -> None:
    """Whatever was changed directly in the database; reports contain no numbers."""
    url = sqlite_url(tmp_path)
    async with opened(url) as store:
        context = Context(store)
        account = (await keys.create(context, "default", KeyPair("key", "secret"))).account
        for number in (PHONE, "+14155550002", "+14155550003"):
            await contacts.set_opt_out(context, account, number, opted_out=True)
        await contacts.set_opt_out(context, account, "+14155550003", opted_out=False)
        assert await consent.verify(context, account) == Verified(4, [])
    await execute(url, statement)
    async with opened(url) as store:
        found = await consent.verify(Context(store), account)
    assert any(reported.startswith(fault) for reported in found.faults), found
    assert not any("415555" in reported for reported in found.faults)
