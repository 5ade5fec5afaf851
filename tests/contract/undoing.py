"""UndoChanges: what an import changed is restored, and what was changed since stays."""

from numberkeep.domain.consent.ledger import ConsentSource
from numberkeep.domain.contacts.commands import BulkRow
from numberkeep.domain.contacts.importing import Existing, ImportContacts
from numberkeep.domain.contacts.undoing import UndoChanges, Undone
from numberkeep.domain.stamp import Actor, ActorKind, Cause, CauseKind, Stamp
from numberkeep.service.context import Context
from numberkeep.service.undoing import liftable
from numberkeep.store.queries import ListConsentOf, ListEventsOfCause
from support.store import PHONE, AccountDriver, phone

KEY = Actor(ActorKind.API_KEY, "nk_1")
CAUSE = Cause(CauseKind.IMPORT, "1")


async def run(account: AccountDriver, *rows: BulkRow, replace_tags: bool = False) -> None:
    """Import rows."""
    stamp = Stamp(account.tick(), KEY, CAUSE)
    await account.store.apply(
        ImportContacts(account.account_id, rows, Existing.UPDATE, replace_tags, "list.csv", stamp)
    )


async def undo(account: AccountDriver, *, lift: bool = False) -> Undone:
    """Undo the import."""
    events = await account.store.read(ListEventsOfCause(account.account_id, CAUSE, 1, 10_000, 1000))
    stamp = Stamp(account.tick(), KEY, Cause(CauseKind.UNDO, "1"))
    numbers = await liftable(Context(account.store), account.account_id, events) if lift else {}
    return await account.store.apply(UndoChanges(account.account_id, events, numbers, "undo of import 1", stamp))


class UndoContract:
    """Undo, by the events of an import."""

    async def test_events_are_found_by_their_cause(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """Newest first, within numbers, of one account; an equal id of another kind is another cause."""
        await ours.create(phone(1))
        await run(ours, ours.row(phone(2)), ours.row(phone(3)))
        await run(theirs, theirs.row(phone(4)))
        ours.cause = Cause(CauseKind.REQUEST, "1")
        await ours.create(phone(5))

        async def found(first: int, before: int, limit: int = 10) -> list[str]:
            query = ListEventsOfCause(ours.account_id, CAUSE, first, before, limit)
            return [event.phone for event in await ours.store.read(query)]

        assert await found(1, 100) == [phone(3), phone(2)]
        assert await found(1, 100, 1) == [phone(3)]
        assert await found(3, 100) == [phone(3)]
        assert await found(1, 3) == [phone(2)]

    async def test_everything_is_as_before(self, ours: AccountDriver) -> None:
        """Fields, tags and custom variables; contacts that were created are deleted."""
        before = await ours.create(
            phone(1), first_name="Ada", tags=("a", "b"), custom_variables={"plan": "free", "kept": "1"}
        )
        await run(
            ours,
            ours.row(
                phone(1), first_name="A.", last_name="L.", tags=("c",), custom_variables={"plan": "pro", "new": "x"}
            ),
            ours.row(phone(2), first_name="Grace"),
        )
        assert await undo(ours) == Undone(deleted=1, restored=1)
        assert await ours.contact(phone(1)) == before
        assert await ours.contact(phone(2)) is None
        assert await undo(ours) == Undone()
        assert await ours.contact(phone(1)) == before

    async def test_what_was_changed_since_stays(self, ours: AccountDriver) -> None:
        """Field by field, tag by tag, variable by variable."""
        await ours.create(phone(1), first_name="Ada", tags=("a", "b"), custom_variables={"plan": "free"})
        await run(
            ours,
            ours.row(
                phone(1), first_name="A.", last_name="L.", tags=("c", "d"), custom_variables={"plan": "p", "n": "x"}
            ),
            replace_tags=True,
        )
        await ours.update(phone(1), last_name="Byron", tags=("c", "z"), custom_variables={"n": "y", "later": "1"})
        assert await undo(ours) == Undone(restored=1, left=1)
        now = await ours.contact(phone(1))
        assert now
        assert (now.first_name, now.last_name, now.tags) == ("Ada", "Byron", ("z", "a", "b"))
        assert now.custom_variables == {"plan": "free", "n": "y", "later": "1"}

    async def test_a_contact_that_was_changed_or_replaced_since_is_not_deleted(self, ours: AccountDriver) -> None:
        """Neither one that was verified, nor another contact with the number."""
        await run(ours, *(ours.row(phone(n)) for n in range(1, 5)))
        await ours.update(phone(1), first_name="Ada")
        await ours.request_verification(phone(2))
        assert (await ours.receive(phone(2), "yes")).verified
        await ours.delete(phone(3), phone(4))
        await ours.create(phone(4))
        assert await undo(ours) == Undone(left=2)
        assert sorted(await ours.listed()) == [phone(1), phone(2), phone(4)]

    async def test_opt_outs_stay(self, ours: AccountDriver) -> None:
        """Those of contacts that exist, that are deleted again, and of numbers that are no contacts."""
        await ours.create(PHONE)
        await run(ours, ours.row(PHONE, opt_out=True, first_name="A"), ours.row(phone(2), opt_out=True))
        assert await undo(ours) == Undone(deleted=1, restored=1, opted_out=2)
        now = await ours.contact(PHONE)
        assert now
        assert (now.opt_out, now.first_name) == (True, "")
        assert (await ours.create(phone(2))).opt_out

    async def test_opt_outs_are_lifted_explicitly(self, ours: AccountDriver) -> None:
        """By a call in the ledger; not those that were there before, nor later ones of the person."""
        await ours.opt_out(phone(3))
        await run(ours, *(ours.row(phone(n), opt_out=True) for n in range(1, 5)))
        await ours.opt_out(phone(4), opted_out=False)
        await ours.receive(phone(4), "STOP")
        assert await undo(ours, lift=True) == Undone(deleted=4, lifted=2, opted_out=1)
        entries = await ours.store.read(ListConsentOf(ours.account_id, phone(1)))
        assert [(each.opted_out, each.source, each.wording) for each in entries] == [
            (True, ConsentSource.IMPORT, "list.csv"),
            (False, ConsentSource.API, "undo of import 1"),
        ]
        assert [(await ours.create(phone(n))).opt_out for n in (1, 2, 3)] == [False, False, True]

    async def test_what_the_recipient_said_since_is_not_lifted(self, ours: AccountDriver) -> None:
        """A STOP from a number that the import had opted out already, also one that comes while it is undone."""
        await run(ours, *(ours.row(phone(n), opt_out=True) for n in range(1, 4)))
        await ours.receive(phone(1), "STOP")
        events = await ours.store.read(ListEventsOfCause(ours.account_id, CAUSE, 1, 10_000, 1000))
        numbers = await liftable(Context(ours.store), ours.account_id, events)
        assert sorted(numbers) == [phone(2), phone(3)]
        await ours.receive(phone(2), "STOP")
        stamp = Stamp(ours.tick(), KEY, Cause(CauseKind.UNDO, "1"))
        undone = await ours.store.apply(UndoChanges(ours.account_id, events, numbers, "undo of import 1", stamp))
        assert undone == Undone(deleted=3, lifted=1, opted_out=2)
        assert [(await ours.create(phone(n))).opt_out for n in range(1, 4)] == [True, True, False]
