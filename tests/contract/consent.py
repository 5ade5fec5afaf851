"""The consent ledger: its entries, its hash chain, and the detection of changes behind the store's back."""

import random
from collections.abc import Sequence

import pytest

from numberkeep.domain.consent.commands import Imported, ImportOptOuts
from numberkeep.domain.consent.ledger import ConsentEntry, ConsentSource, OptedOut, broken
from numberkeep.domain.errors import ContactExists, InvalidRows
from numberkeep.domain.limits import MAX_VARIABLES
from numberkeep.domain.stamp import Stamp
from numberkeep.store.queries import GetTallies, ListConsent, ListConsentOf, ListOptedOut, ListOptOuts
from support.databases import Behind
from support.store import DAY, PHONE, START, AccountDriver, phone

HASH_TAKEN = (
    "UPDATE consent SET hash = (SELECT c.hash FROM consent AS c WHERE c.account_id = consent.account_id "
    "AND c.entry_id = 1) WHERE account_id = {} AND entry_id = 2"
)
ORDER_CHANGED = ";".join(
    f"UPDATE consent SET entry_id = {new} WHERE account_id = {{}} AND entry_id = {old}"
    for old, new in ((2, 99), (3, 2), (99, 3))
)


async def ledger(account: AccountDriver) -> Sequence[ConsentEntry]:
    """Return all entries of an account."""
    return await account.store.read(ListConsent(account.account_id, 0, 100_000))


async def faults(account: AccountDriver) -> list[str]:
    """Return the errors in an account's ledger."""
    tallies = await account.store.read(GetTallies(account.account_id))
    return list(broken(await ledger(account), tallies.entries, tallies.ledger))


class ConsentContract:
    """The reads of consent, and every command that changes it."""

    async def test_an_entry_says_who_said_what_and_when(self, ours: AccountDriver) -> None:
        """A program's entry has no wording; a person's wording is stored exactly as written."""
        await ours.opt_out(PHONE, at=START + 1)
        await ours.receive(PHONE, " Start\n", at=START + 2)
        await ours.receive(phone(1), "\u2003opt \t OUT", at=START + 3)
        api, message = ConsentSource.API, ConsentSource.MESSAGE
        assert [
            (each.entry_id, each.phone, each.at, each.opted_out, each.source, each.wording)
            for each in await ledger(ours)
        ] == [
            (1, PHONE, START + 1, True, api, ""),
            (2, PHONE, START + 2, False, message, " Start\n"),
            (3, phone(1), START + 3, True, message, "\u2003opt \t OUT"),
        ]
        assert await faults(ours) == []

    async def test_every_way_to_opt_out_or_in_is_an_entry(self, ours: AccountDriver) -> None:
        """Commands, messages, creates, updates, update_if_exists and bulk requests record entries alike."""
        expected: list[tuple[str, bool]] = []
        for opted_out in (True, False):
            await ours.opt_out(phone(1), opted_out=opted_out)
            await ours.receive(phone(2), "STOP" if opted_out else "START")
            await ours.create(phone(3), update_if_exists=True, opt_out=opted_out)
            await ours.create(phone(4), update_if_exists=True)
            await ours.update(phone(4), opt_out=opted_out)
            await ours.upsert(ours.row(phone(5), opt_out=opted_out), ours.row(phone(6), opt_out=opted_out))
            expected += [(phone(n), opted_out) for n in range(1, 7)]
        assert [(each.phone, each.opted_out) for each in await ledger(ours)] == expected
        assert await faults(ours) == []

    async def test_the_opted_out_are_listed_in_pages(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """In order of the numbers, contacts or not, each with its last entry; those of other accounts are not."""
        await ours.opt_out(phone(3), at=START + 1)
        await ours.receive(phone(1), "Stop!", at=START + 2)
        await ours.opt_out(phone(2))
        await ours.opt_out(phone(2), opted_out=False)
        await theirs.opt_out(phone(4))
        first = OptedOut(phone(1), START + 2, ConsentSource.MESSAGE, "Stop!")
        second = OptedOut(phone(3), START + 1, ConsentSource.API, "")
        read, account_id = ours.store.read, ours.account_id
        assert list(await read(ListOptedOut(account_id, "", 1))) == [first]
        assert list(await read(ListOptedOut(account_id, phone(1), 5))) == [second]
        assert list(await read(ListOptedOut(account_id, "", 5))) == [first, second]

    async def test_an_import_opts_out_and_nobody_in(self, ours: AccountDriver) -> None:
        """Each new number is an entry with the source import; the others stay as they are, and a contact shows it."""
        await ours.create(phone(1))
        await ours.request_verification(phone(1))
        await ours.receive(phone(2), "STOP")
        stamp = Stamp(START + DAY)
        command = ImportOptOuts(ours.account_id, [phone(1), phone(2), phone(3)], [7], stamp)
        assert await ours.store.apply(command) == Imported(2, 3, [7])
        assert await ours.store.apply(command) == Imported(0, 3, [7])
        assert [(each.phone, each.source.value) for each in await ledger(ours)] == [
            (phone(2), "message"),
            (phone(1), "import"),
            (phone(3), "import"),
        ]
        assert await ours.listed(opt_out=True) == [phone(1)]
        assert (await ours.types())[-3:] == ["consent.opted_out", "contact.updated", "consent.opted_out"]
        assert await faults(ours) == []

    async def test_no_change_of_consent_is_no_entry(self, ours: AccountDriver) -> None:
        """Repeated, part of a refused command, or deleted and re-created: no entry and no event."""
        full = {str(n): "x" for n in range(MAX_VARIABLES)}
        await ours.create(PHONE, custom_variables=full, opt_out=True)
        await ours.create(phone(1))
        entries, before = await ledger(ours), await ours.last_event()
        await ours.opt_out(PHONE)
        await ours.receive(PHONE, "STOP")
        await ours.opt_out(phone(1), opted_out=False)
        await ours.receive(phone(1), "START")
        await ours.update(PHONE, opt_out=True)
        with pytest.raises(ContactExists):
            await ours.create(PHONE, opt_out=False)
        with pytest.raises(InvalidRows):
            await ours.upsert(ours.row(phone(1), opt_out=True), ours.row(PHONE, custom_variables={"more": "x"}))
        await ours.delete(PHONE, phone(1))
        await ours.create(PHONE, opt_out=True)
        assert await ledger(ours) == entries
        assert not [kind for kind in await ours.types(before) if kind.startswith("consent")]

    async def test_entries_are_read_in_pages(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """After a number, up to a limit, and by phone number; the entries of two accounts are separate."""
        for n in range(6):
            await ours.opt_out(phone(n % 2), opted_out=n % 4 < 2)
            await theirs.opt_out(phone(n), at=START)
        store, entries = ours.store, await ledger(ours)
        assert [each.entry_id for each in entries] == [1, 2, 3, 4, 5, 6]
        for after in range(8):
            for limit in (0, 1, 4, 100):
                assert await store.read(ListConsent(ours.account_id, after, limit)) == entries[after : after + limit]
        assert await store.read(ListConsentOf(ours.account_id, phone(1))) == entries[1::2]
        assert await store.read(ListConsentOf(ours.account_id, phone(5))) == []
        assert [await faults(account) for account in (ours, theirs)] == [[], []]

    async def test_the_ledger_is_the_events_subject(self, ours: AccountDriver) -> None:
        """An event about consent contains the entry itself."""
        await ours.opt_out(PHONE)
        await ours.receive(PHONE, "start")
        recorded = [event.subject for event in await ours.events() if event.type.startswith("consent")]
        assert recorded == await ledger(ours)

    @pytest.mark.parametrize("seed", range(3))
    async def test_the_ledger_agrees_with_the_opt_outs(self, ours: AccountDriver, seed: int) -> None:
        """A number is opted out exactly if its last entry says so, and the opt-out names that entry."""
        draw = random.Random(seed)
        for _ in range(60):
            number = phone(draw.randrange(5))
            match draw.randrange(4):
                case 0:
                    await ours.opt_out(number, opted_out=draw.random() < 0.5)
                case 1:
                    await ours.receive(number, draw.choice(["stop", "start", "hello"]))
                case 2:
                    await ours.create(number, update_if_exists=True, opt_out=draw.random() < 0.5)
                case _:
                    await ours.delete(number)
        last = {each.phone: each for each in await ledger(ours)}
        folded = {number: each.entry_id for number, each in last.items() if each.opted_out}
        assert await ours.store.read(ListOptOuts(ours.account_id)) == folded
        assert set(await ours.listed(opt_out=True)) <= set(folded)
        assert await faults(ours) == []

    @pytest.mark.parametrize(
        "tampering",
        [
            "UPDATE consent SET opted_out = NOT opted_out WHERE account_id = {} AND entry_id = 3",
            "UPDATE consent SET opted_out = NOT opted_out WHERE account_id = {} AND entry_id = 5",
            "UPDATE consent SET phone = '+14156000009' WHERE account_id = {} AND entry_id = 1",
            "UPDATE consent SET at = at + 1 WHERE account_id = {} AND entry_id = 2",
            "UPDATE consent SET source = 'api' WHERE account_id = {} AND entry_id = 4",
            "UPDATE consent SET wording = 'stop' WHERE account_id = {} AND entry_id = 4",
            HASH_TAKEN,
            "DELETE FROM consent WHERE account_id = {} AND entry_id = 1",
            "DELETE FROM consent WHERE account_id = {} AND entry_id = 3",
            "DELETE FROM consent WHERE account_id = {} AND entry_id = 5",
            "DELETE FROM consent WHERE account_id = {} AND entry_id > 2",
            "DELETE FROM consent WHERE account_id = {}",
            "UPDATE consent SET entry_id = entry_id + 10 WHERE account_id = {} AND entry_id > 3",
            ORDER_CHANGED,
        ],
    )
    async def test_tampering_is_detected(self, ours: AccountDriver, behind: Behind, tampering: str) -> None:
        """A row that is changed, removed, cut off at the end or moved breaks the chain."""
        for n in (1, 2, 3):
            await ours.opt_out(phone(n))
        await ours.receive(phone(4), "STOP")
        await ours.opt_out(phone(1), opted_out=False)
        assert await faults(ours) == []
        for statement in tampering.split(";"):
            await behind(statement.format(ours.account_id))
        assert await faults(ours) != []
