"""The change log: the events of each command, their order, and reading the log."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from numberkeep.domain.command import Once
from numberkeep.domain.contacts.commands import CreateContact, UpsertContacts
from numberkeep.domain.contacts.contact import ContactPatch
from numberkeep.domain.errors import AnsweredBefore, ContactExists, NumberkeepError
from numberkeep.domain.stamp import Stamp
from numberkeep.domain.verification.verification import Verification
from numberkeep.store.queries import GetBacklog, ListAccountsWithOldEvents, ListDeadDeliveries, ListEvents
from support.store import DAY, DEAD, MINUTE, PHONE, SENT, START, AccountDriver, phone

Command = Callable[[AccountDriver], Awaitable[object]]

CREATED, UPDATED, DELETED = "contact.created", "contact.updated", "contact.deleted"
ASKED, CANCELED, EXPIRED = "verification.requested", "verification.canceled", "verification.expired"
OUT, IN = "consent.opted_out", "consent.opted_in"
SENDING, CHANGED_STATUS = "message.created", "message.updated"
VERIFICATION_CANCELED = [(CANCELED, 2), (CHANGED_STATUS, 2)]

# The fixture `people` in conftest.py says which number is which.
RECORDING: list[tuple[str, Command, list[tuple[str, int]]]] = [
    ("create", lambda a: a.create(phone(9)), [(CREATED, 9)]),
    ("create opted out", lambda a: a.create(phone(9), opt_out=True), [(OUT, 9), (CREATED, 9)]),
    ("create who opted out", lambda a: a.create(phone(7)), [(CREATED, 7)]),
    ("create who opts in", lambda a: a.create(phone(7), opt_out=False), [(IN, 7), (CREATED, 7)]),
    ("update_if_exists", lambda a: a.create(phone(1), update_if_exists=True, first_name="A"), [(UPDATED, 1)]),
    ("the same again", lambda a: a.create(phone(1), update_if_exists=True), []),
    ("update", lambda a: a.update(phone(1), tags=("t",)), [(UPDATED, 1)]),
    ("update to the same", lambda a: a.update(phone(1), first_name="", tags=(), opt_out=False), []),
    ("update to opt out", lambda a: a.update(phone(2), opt_out=True), [*VERIFICATION_CANCELED, (OUT, 2), (UPDATED, 2)]),
    ("update to opt in", lambda a: a.update(phone(3), opt_out=False), [(IN, 3), (UPDATED, 3)]),
    (
        "bulk",
        lambda a: a.upsert(
            a.row(phone(9)), a.row(phone(1)), a.row(phone(3), opt_out=False), a.row(phone(8), tags=("t",))
        ),
        [(CREATED, 9), (IN, 3), (UPDATED, 3), (CREATED, 8)],
    ),
    ("no rows", lambda a: a.upsert(), []),
    ("delete", lambda a: a.delete(phone(1)), [(DELETED, 1)]),
    (
        "delete many",
        lambda a: a.delete(phone(4), phone(2), phone(99)),
        [(DELETED, 4), *VERIFICATION_CANCELED, (DELETED, 2)],
    ),
    ("delete nobody", lambda a: a.delete(phone(7)), []),
    ("opt out", lambda a: a.opt_out(phone(1)), [(OUT, 1), (UPDATED, 1)]),
    ("opt out who is asked", lambda a: a.opt_out(phone(2)), [*VERIFICATION_CANCELED, (OUT, 2), (UPDATED, 2)]),
    ("opt out again", lambda a: a.opt_out(phone(3)), []),
    ("opt out a stranger", lambda a: a.opt_out(phone(9)), [(OUT, 9)]),
    ("opt in", lambda a: a.opt_out(phone(3), opted_out=False), [(IN, 3), (UPDATED, 3)]),
    ("opt in a stranger", lambda a: a.opt_out(phone(7), opted_out=False), [(IN, 7)]),
    ("ask", lambda a: a.request_verification(phone(1)), [(ASKED, 1), (SENDING, 1)]),
    (
        "ask again",
        lambda a: a.request_verification(phone(2), resend_after=0),
        [(CHANGED_STATUS, 2), (ASKED, 2), (SENDING, 2)],
    ),
    ("ask who is verified", lambda a: a.request_verification(phone(4)), []),
    ("expire", lambda a: a.expire(START + 2 * DAY), [(EXPIRED, 2), (CHANGED_STATUS, 2)]),
    (
        "delete who is late",
        lambda a: a.delete(phone(2), at=START + 2 * DAY),
        [(EXPIRED, 2), (CHANGED_STATUS, 2), (DELETED, 2)],
    ),
    ("add a webhook", lambda a: a.add_webhook(), []),
]

REFUSED: list[tuple[str, Command]] = [
    ("create who is there", lambda a: a.create(phone(1), opt_out=True)),
    ("update nobody", lambda a: a.update(phone(9), opt_out=True)),
    ("update to too much", lambda a: a.update(phone(5), opt_out=True, custom_variables={"more": "x"})),
    ("bulk with too much", lambda a: a.upsert(a.row(phone(9)), a.row(phone(5), custom_variables={"more": "x"}))),
    ("ask nobody", lambda a: a.request_verification(phone(9))),
    ("ask too soon", lambda a: a.request_verification(phone(2), at=START)),
    ("ask who opted out", lambda a: a.request_verification(phone(3))),
    ("remove no webhook", lambda a: a.remove_webhook(7)),
]


class EventContract:
    """The events that every command records, and the reads of the log."""

    @pytest.mark.parametrize(
        ("command", "expected"), [pytest.param(command, recorded, id=name) for name, command, recorded in RECORDING]
    )
    async def test_a_command_records_what_it_changed(
        self, people: AccountDriver, command: Command, expected: list[tuple[str, int]]
    ) -> None:
        """Ended verifications and consent come first, then the contact; no change records no event."""
        before = await people.last_event()
        await command(people)
        assert await people.types_and_phones(before) == [(kind, phone(n)) for kind, n in expected]

    @pytest.mark.parametrize("command", [pytest.param(command, id=name) for name, command in REFUSED])
    async def test_a_refused_command_records_nothing(self, people: AccountDriver, command: Command) -> None:
        """It has no effect, alone or in a group with others."""
        before = await people.last_event()
        with pytest.raises(NumberkeepError):
            await command(people)
        assert await people.types_and_phones(before) == []
        await asyncio.gather(
            people.opt_out(phone(20)), command(people), people.opt_out(phone(21)), return_exceptions=True
        )
        assert await people.types_and_phones(before) == [(OUT, phone(20)), (OUT, phone(21))]

    async def test_an_event_has_its_subject_as_it_was_after(self, ours: AccountDriver) -> None:
        """The contact, verification, message or entry; a deleted contact as it was before; each with its time."""
        created = await ours.create(PHONE, at=START + 1, tags=("\U0001f600",), custom_variables={"a": "\u00e5"})
        updated = await ours.update(PHONE, at=START + 2, first_name="Ada")
        await ours.request_verification(PHONE, at=START + 3, expires_after=MINUTE)
        [question] = await ours.messages()
        await ours.receive(PHONE, at=START + 4)
        verified = await ours.contact(PHONE)
        await ours.delete(PHONE, at=START + 5)
        answer, called_off = await ours.messages()
        asked = Verification(1, PHONE, START + 3, START + 3 + MINUTE, pending=True)
        assert [(event.at - START, event.subject) for event in await ours.events()] == [
            (1, created),
            (2, updated),
            (3, asked),
            (3, question),
            (4, answer),
            (4, Verification(1, PHONE, START + 3, START + 3 + MINUTE, pending=False)),
            (4, called_off),
            (4, verified),
            (5, verified),
        ]

    async def test_events_are_numbered_without_gaps_in_the_order_of_commits(
        self, ours: AccountDriver, theirs: AccountDriver
    ) -> None:
        """From 1 in each account, also for concurrent commands; the tally has the last number."""
        for account in (ours, theirs):
            await asyncio.gather(*[account.create(phone(n % 40)) for n in range(80)], return_exceptions=True)
            await asyncio.gather(*[account.delete(phone(n)) for n in range(20)])
            await account.upsert(*[account.row(phone(n)) for n in range(300)])
        for account in (ours, theirs):
            events = await account.events()
            assert [event.event_id for event in events] == list(range(1, len(events) + 1))
            assert len(events) == 40 + 20 + 280 == await account.last_event()
        await theirs.delete(phone(1))
        assert len(await ours.events()) == 340

    async def test_the_log_is_read_in_pages(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """The first `limit` after a number, of this account only; nothing after the last or of an unknown account."""
        await theirs.create(PHONE)
        for n in range(6):
            await ours.create(phone(n))
        events = await ours.events()
        for after in range(9):
            for limit in (0, 1, 4, 6, 7):
                assert await ours.events(after, limit) == events[after : after + limit]
        assert [event.phone for event in await theirs.events()] == [PHONE]
        assert await ours.store.read(ListEvents(ours.account_id + 1000, 0, 10)) == []

    async def test_a_page_is_limited_in_bytes(self, ours: AccountDriver) -> None:
        """It ends with the event that reaches the limit, and has at least one."""
        for n, size in enumerate((10, 3000, 10, 3000, 3000, 10)):
            await ours.create(phone(n), custom_variables={"v": "\N{SNOWMAN}" * (size // 3)})
        events = await ours.events()
        for after, limit, max_bytes, count in (
            (0, 10, 1, 1),
            (0, 10, 3000, 2),
            (0, 10, 6000, 4),
            (1, 10, 3000, 1),
            (2, 10, 10**6, 4),
            (2, 2, 10**6, 2),
            (6, 10, 1, 0),
        ):
            page = await ours.store.read(ListEvents(ours.account_id, after, limit, max_bytes))
            assert page == events[after : after + count], (after, limit, max_bytes)

    async def test_creating_and_deleting_within_a_group_are_recorded(self, ours: AccountDriver) -> None:
        """Commands of one group record the same events as one after another."""
        await asyncio.gather(
            ours.create(PHONE), ours.update(PHONE, first_name="A"), ours.delete(PHONE), ours.create(PHONE)
        )
        assert await ours.types() == [CREATED, UPDATED, DELETED, CREATED]

    async def test_a_repetition_records_nothing(self, ours: AccountDriver) -> None:
        """Neither a repetition under an idempotency key nor a refusal under one records an event."""

        def command(number: str) -> Once[Any]:
            creation = CreateContact(
                ours.account_id, number, ContactPatch(), update_if_exists=False, contact_id=7, stamp=Stamp(ours.tick())
            )
            return Once(creation, "key", number.encode(), lambda _: b"", START)

        await ours.store.apply(command(PHONE))
        for _ in range(2):
            with pytest.raises(AnsweredBefore):
                await ours.store.apply(command(PHONE))
        with pytest.raises(ContactExists):
            await ours.create(PHONE)
        assert await ours.types_and_phones() == [(CREATED, PHONE)]

    async def test_skipped_rows_record_nothing(self, people: AccountDriver) -> None:
        """If invalid rows are skipped, the others are recorded in their order."""
        before = await people.last_event()
        rows = [people.row(phone(9)), people.row(phone(5), custom_variables={"more": "x"}), people.row(phone(8))]
        await people.store.apply(UpsertContacts(people.account_id, rows, Stamp(people.now), skip_bad=True))
        assert await people.types_and_phones(before) == [(CREATED, phone(9)), (CREATED, phone(8))]

    async def test_old_events_are_deleted_with_their_deliveries(self, ours: AccountDriver) -> None:
        """Dead or not; the next in the queue follows, and nothing else is lost."""
        hook = await ours.add_webhook()
        await ours.upsert(*[ours.row(phone(n)) for n in range(600)])
        taken = await ours.take(1000)
        for place, pending in enumerate(taken[:500]):
            await ours.settle(pending, DEAD if place % 2 else SENT)
        before, later = ours.now, ours.now + 30 * DAY
        for name in ("a", "b"):
            rows = [ours.row(phone(n), first_name=name) for n in range(256)]
            for row in rows:
                row.at = later
            await ours.upsert(*rows)
        assert [await ours.delete_old_events(250, before=before) for _ in range(3)] == [True, True, False]
        assert [event.event_id for event in await ours.events()] == [*range(601, 601 + 2 * 256)]
        assert await ours.store.read(ListDeadDeliveries(ours.account_id, 10)) == []
        assert await ours.replay(hook.webhook_id, at=later) == 0
        assert sorted(pending.delivery.item for pending in await ours.take(at=later)) == [*range(601, 601 + 256)]
        assert (await ours.store.read(GetBacklog())).waiting == 2 * 256
        assert not await ours.delete_old_events(before=before)

    async def test_recent_events_are_kept(self, ours: AccountDriver) -> None:
        """Recent events stay, and the numbers of the log never restart."""
        await ours.create(phone(1))
        first = ours.now
        await ours.create(phone(2))
        assert not await ours.delete_old_events(before=first - 1)
        assert await ours.last_event() == 2
        assert not await ours.delete_old_events(before=first)
        assert [event.event_id for event in await ours.events()] == [2]
        assert not await ours.delete_old_events(before=ours.now)
        await ours.create(phone(3))
        assert [event.event_id for event in await ours.events()] == [3]

    async def test_accounts_with_old_events_are_found(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """By their oldest event, until it is deleted; accounts without events are not found."""
        assert ours.account_id not in await ours.store.read(ListAccountsWithOldEvents(ours.now + DAY))
        await ours.create(phone(1))
        at = ours.now
        await ours.create(phone(2))
        assert ours.account_id not in await ours.store.read(ListAccountsWithOldEvents(at - 1))
        assert [each for each in await ours.store.read(ListAccountsWithOldEvents(at)) if each == ours.account_id]
        assert theirs.account_id not in await ours.store.read(ListAccountsWithOldEvents(at))
        await ours.delete_old_events(before=at)
        assert ours.account_id not in await ours.store.read(ListAccountsWithOldEvents(at))
        assert ours.account_id in await ours.store.read(ListAccountsWithOldEvents(ours.now))

    async def test_events_after_a_recent_one_are_kept(self, ours: AccountDriver) -> None:
        """Also those that look old because a clock was wrong: only the beginning of the log is deleted."""
        for at in (START, START + 1, START + DAY, START + 2):
            await ours.create(phone(at - START), at=at)
        assert not await ours.delete_old_events(before=START + MINUTE)
        assert [event.event_id for event in await ours.events()] == [3, 4]

    async def test_deliveries_of_recent_events_stay(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """Also those of another webhook, another phone and another account."""
        for account in (ours, theirs):
            for _ in range(2):
                await account.add_webhook()
            await account.create(phone(1))
        at = ours.now
        await ours.create(phone(2))
        assert (await ours.store.read(GetBacklog())).waiting == 6
        await ours.delete_old_events(before=at)
        assert (await ours.store.read(GetBacklog())).waiting == 4
        assert len(await ours.take()) == len(await theirs.take()) == 2
