"""Imports of files: the plan, the dry run and the run."""

import csv
import json
from dataclasses import asdict, dataclass, replace
from io import StringIO
from typing import Any

import pytest

from numberkeep.domain.contacts.importing import Existing, ImportedRow
from numberkeep.domain.event import EventType
from numberkeep.domain.limits import MAX_TAGS, MAX_VARIABLES
from numberkeep.service.clock import Clock
from numberkeep.service.context import Context
from numberkeep.service.imports.counts import KEPT_OPTED_OUT, Counts, Outcome
from numberkeep.service.imports.numbers import Numbers
from numberkeep.service.imports.options import Options
from numberkeep.store.queries import GetAccountById, GetTallies, ListConsentOf
from support.importing import imported as import_file
from support.store import START, AccountDriver, phone

HEADER = "phone,first_name,last_name,tags,plan,opt_out\n"


@dataclass(slots=True)
class Imported:
    """What an import did.

    Attributes:
        outcome: what it reports.
        rejects: the file of rejected rows.
        changed: what became of each number.
    """

    outcome: Outcome
    rejects: str
    changed: list[ImportedRow]

    @property
    def counts(self) -> dict[str, int]:
        """The counts that are not 0."""
        return {name: count for name, count in asdict(self.outcome.counts).items() if count}


async def imported(account: AccountDriver, text: str, *, dry_run: bool = False, **options: Any) -> Imported:
    """Import a CSV file; a text without a header gets HEADER."""
    text = text if text.startswith("phone") else HEADER + text
    found = await account.store.read(GetAccountById(account.account_id))
    assert found
    account.tick()
    clock = Clock(lambda: account.now * 1000, lambda: account.now * 1000)
    changed: list[ImportedRow] = []
    outcome, rejects = await import_file(
        Context(account.store, clock),
        found,
        text.encode(),
        Options("US", **options),
        dry_run=dry_run,
        changed=changed.append,
    )
    counts = outcome.counts
    assert counts.rows == (
        counts.created + counts.updated + counts.unchanged + counts.skipped + counts.merged + counts.rejected
    )
    return Imported(outcome, rejects, changed)


class ImportContract:
    """What an import does to contacts, on every engine."""

    async def test_no_opt_out_of_a_file_is_lost(self, ours: AccountDriver) -> None:
        """Neither of a rejected row nor of a number that becomes no contact; each counts once, in the dry run too."""
        text = "phone,home phone,first_name,opt_out\n"
        text += f"{phone(1)},,{'x' * 201},yes\n"  # rejected
        text += f"{phone(2)},{phone(3)},Ada,yes\n"  # the second number becomes no contact
        text += f"{phone(3)},,Bob,yes\n{phone(1)},,Eve,\n"  # both come again, one of them without consent
        dry, done = [await imported(ours, text, dry_run=dry_run) for dry_run in (True, False)]
        assert dry.counts == done.counts == {"rows": 4, "created": 3, "rejected": 1, "opted_out": 3, "contacts": 3}
        assert await ours.listed(opt_out=True) == [phone(2), phone(3), phone(1)]
        entries = [await ours.store.read(ListConsentOf(ours.account_id, phone(n))) for n in (1, 2, 3)]
        assert [(entry.source.value, entry.wording) for [entry] in entries] == [("import", "list.csv")] * 3
        assert (await imported(ours, text)).counts == {"rows": 4, "unchanged": 3, "rejected": 1, "contacts": 3}

    async def test_rows_become_contacts(self, ours: AccountDriver) -> None:
        """In the order of the file. A second import changes nothing, and writes nothing."""
        text = f"{phone(2)},Ada,Lovelace,vip;beta,gold,\n{phone(1)},Grace,,,,\n"
        assert (await imported(ours, text)).counts == {"rows": 2, "created": 2, "contacts": 2}
        ada = await ours.contact(phone(2))
        assert ada
        assert (ada.first_name, ada.last_name, ada.tags, ada.custom_variables, ada.opt_out) == (
            "Ada",
            "Lovelace",
            ("vip", "beta"),
            {"plan": "gold"},
            False,
        )
        assert await ours.listed() == [phone(2), phone(1)]
        before = await self._written(ours)
        assert (await imported(ours, text)).counts == {"rows": 2, "unchanged": 2, "contacts": 2}
        assert await self._written(ours) == before

    async def test_events_say_that_they_are_part_of_the_import(self, ours: AccountDriver) -> None:
        """All of one import have one cause."""
        await imported(ours, f"{phone(1)},,,,,\n{phone(2)},,,,,yes\n")
        causes = {event.stamp.cause for event in await ours.events()}
        [cause] = causes
        assert cause
        assert cause.kind.value == "import"

    @pytest.mark.parametrize(
        ("existing", "expected", "counted"),
        [
            (Existing.UPDATE, ("New", "Old", ("a", "b"), {"plan": "gold", "seats": "3"}), "updated"),
            (Existing.FILL, ("Old", "Old", ("a",), {"plan": "silver", "seats": "3"}), "unchanged"),
            (Existing.SKIP, ("Old", "Old", ("a",), {"plan": "silver", "seats": "3"}), "skipped"),
        ],
    )
    async def test_what_happens_to_a_contact_that_exists(
        self, ours: AccountDriver, existing: Existing, expected: tuple[Any, ...], counted: str
    ) -> None:
        """Cells that are not empty change it, or only its empty fields, or nothing."""
        variables = {"plan": "silver", "seats": "3"}
        await ours.create(phone(1), first_name="Old", last_name="Old", tags=("a",), custom_variables=variables)
        done = await imported(ours, f"{phone(1)},New,,b,gold,\n", existing=existing)
        assert done.counts == {"rows": 1, counted: 1, "contacts": 1}
        found = await ours.contact(phone(1))
        assert found
        assert (found.first_name, found.last_name, found.tags, found.custom_variables) == expected

    async def test_fill_sets_what_is_empty(self, ours: AccountDriver) -> None:
        """Each field by itself, and each custom variable."""
        await ours.create(phone(1), first_name="Old", custom_variables={"seats": "3"})
        await imported(ours, f"{phone(1)},New,New,b,gold,\n", existing=Existing.FILL)
        found = await ours.contact(phone(1))
        assert found
        assert (found.first_name, found.last_name, found.tags) == ("Old", "New", ("b",))
        assert found.custom_variables == {"seats": "3", "plan": "gold"}

    async def test_tags_can_be_replaced(self, ours: AccountDriver) -> None:
        """By rows that have any; those of the options count."""
        for number in (1, 2):
            await ours.create(phone(number), tags=("a",))
        await imported(ours, f"{phone(1)},,,b,,\n{phone(2)},,,,,\n", replace_tags=True)
        assert [contact.tags for contact in (await ours.page(descending=False)).contacts] == [("b",), ("a",)]
        await imported(ours, f"{phone(2)},,,,,\n", replace_tags=True, tags=("c",))
        assert [contact.tags for contact in (await ours.page(descending=False)).contacts] == [("b",), ("c",)]

    async def test_rows_of_one_number_are_one_contact(self, ours: AccountDriver) -> None:
        """However far apart and however spelt; later texts count, tags add up, an opt-out stays."""
        others = "".join(f"+1415700{number:04d},,,,,\n" for number in range(1200))
        text = f"{phone(1)},A,B,a,gold,yes\n{others}(415) 600-0001,C,,b,,no\n"
        done = await imported(ours, text)
        assert done.counts == {"rows": 1202, "created": 1201, "merged": 1, "opted_out": 1, "contacts": 1201}
        found = await ours.contact(phone(1))
        assert found
        assert (found.first_name, found.last_name, found.tags, found.opt_out) == ("C", "B", ("a", "b"), True)

    async def test_an_opt_out_goes_through_the_ledger(self, ours: AccountDriver) -> None:
        """With the file's name; it ends a verification, and is recorded once."""
        await ours.create(phone(1))
        await ours.request_verification(phone(1))
        for counted in ({"updated": 1, "created": 1, "opted_out": 2}, {"unchanged": 2}):
            done = await imported(ours, f"{phone(1)},,,,,true\n{phone(2)},,,,,1\n")
            assert done.counts == {"rows": 2, "contacts": 2, **counted}
        for number in (1, 2):
            [entry] = await ours.store.read(ListConsentOf(ours.account_id, phone(number)))
            assert (entry.opted_out, entry.source.value, entry.wording) == (True, "import", "list.csv")
            found = await ours.contact(phone(number))
            assert found
            assert found.opt_out
        assert EventType.VERIFICATION_CANCELED in await ours.types()

    @pytest.mark.parametrize("existing", list(Existing))
    async def test_nobody_is_opted_in(self, ours: AccountDriver, existing: Existing) -> None:
        """Whether there is a contact or not; rows that try are counted."""
        await ours.create(phone(1))
        await ours.create(phone(3))
        for number in (1, 2):
            await ours.opt_out(phone(number))
        rows = "".join(f"{phone(number)},New,,,,false\n" for number in (1, 2, 3))
        done = await imported(ours, rows, existing=existing)
        assert done.outcome.notes == {KEPT_OPTED_OUT: 2}
        assert "consent.opted_in" not in await ours.types()
        contacts = (await ours.page(descending=False)).contacts
        assert {contact.phone: contact.opt_out for contact in contacts} == {
            phone(1): True,
            phone(2): True,
            phone(3): False,
        }

    async def test_a_skipped_contact_is_opted_out(self, ours: AccountDriver) -> None:
        """An opt-out is never lost."""
        await ours.create(phone(1))
        done = await imported(ours, f"{phone(1)},New,,,,yes\n", existing=Existing.SKIP)
        assert done.counts == {"rows": 1, "skipped": 1, "opted_out": 1, "contacts": 1}
        found = await ours.contact(phone(1))
        assert found
        assert (found.first_name, found.opt_out) == ("", True)

    async def test_no_cell_of_rejected_rows_is_a_formula(self, ours: AccountDriver) -> None:
        """Not even the name of a column. Read again, it is as it was."""
        found = await imported(ours, "phone,=1+1,note\n12,=2+2,x\n")
        assert found.rejects.splitlines()[0] == "phone,'=1+1,note,line,field,value,reason"
        assert found.rejects.splitlines()[1].startswith("12,'=2+2,x,2,phone,12,")
        await imported(ours, found.rejects.replace("12,", f"{phone(1)},", 1))
        [contact] = (await ours.page()).contacts
        assert contact.custom_variables == {"=1+1": "=2+2", "note": "x"}

    async def test_rejected_rows_are_returned(self, ours: AccountDriver) -> None:
        """Those that cannot be read, and those that the contact has no room for; corrected, they can be imported."""
        await ours.create(phone(1), custom_variables={f"v{n}": "x" for n in range(MAX_VARIABLES)})
        await ours.create(phone(2), tags=tuple(map(str, range(MAX_TAGS))))
        text = f'{phone(1)},"A\nB",,,gold,yes\n12,C,,,,\n{phone(2)},,,new,,\n{phone(3)},,,,,\n'
        done = await imported(ours, text)
        assert done.counts == {"rows": 4, "created": 1, "rejected": 3, "opted_out": 1, "contacts": 1}
        rows = list(csv.DictReader(StringIO(done.rejects, newline="")))
        assert [(row["phone"], row["first_name"], row["line"], row["field"], row["value"]) for row in rows] == [
            (phone(1), "A\nB", "2", "custom_variables", ""),
            ("12", "C", "4", "phone", "12"),
            (phone(2), "", "5", "tags", ""),
        ]
        assert all(row["reason"] for row in rows)
        corrected = done.rejects.replace("12,C", f"{phone(4)},C").replace("gold", "").replace("new", "")
        assert (await imported(ours, corrected)).counts == {
            "rows": 3,
            "created": 1,
            "updated": 1,
            "unchanged": 1,
            "contacts": 3,
        }

    async def test_each_number_of_a_row_can_be_a_contact(self, ours: AccountDriver) -> None:
        """The row is counted once, by what it did most."""
        await ours.create(phone(1))
        text = f"phone,mobile\n{phone(1)},{phone(2)}\n{phone(2)},{phone(1)}\n{phone(2)},{phone(3)}\n"
        done = await imported(ours, text, numbers=Numbers.EACH)
        assert done.counts == {"rows": 3, "created": 2, "merged": 1, "contacts": 3}

    async def test_a_dry_run_reports_what_the_run_does(self, people: AccountDriver) -> None:
        """The same counts, rejects and changes; and it writes nothing."""
        text = "".join(f"{phone(number)},New,,t,gold,{'yes' if number % 2 else 'no'}\n" for number in range(9))
        text += f"12,,,,,\n{phone(1)},,,,,\n"
        before = await self._written(people)
        dry = await imported(people, text, dry_run=True)
        assert await self._written(people) == before
        wet = await imported(people, text)
        assert dry.outcome.counts == wet.outcome.counts
        assert dry.outcome.counts == Counts(11, created=4, updated=4, merged=1, rejected=2, opted_out=2, contacts=8)
        assert (dry.outcome.notes, dry.rejects) == (wet.outcome.notes, wet.rejects)
        assert [_without_times(row) for row in dry.changed] == [_without_times(row) for row in wet.changed]

    @staticmethod
    async def _written(account: AccountDriver) -> list[object]:
        tallies = await account.store.read(GetTallies(account.account_id))
        return [replace(tallies, last_job=0), await account.events(), await account.page()]


def _without_times(row: ImportedRow) -> str:
    """Return an outcome without what differs between a dry run and the run after it."""
    values = asdict(row)
    for contact in filter(None, (values["before"], values["after"])):
        contact.update(contact_id=0, created_at=START)
    return json.dumps(values, default=str)
