"""Who made each change and why, what it replaced, and the earlier events about a number."""

from typing import Any

from contract.deliveries import AT, ask
from numberkeep.domain.event import EventType
from numberkeep.domain.stamp import SYSTEM, Actor, ActorKind, Cause, CauseKind
from numberkeep.store.queries import ListEventsOf
from support.store import DAY, PHONE, START, AccountDriver, phone

KEY = Actor(ActorKind.API_KEY, "nk_0123456789abcdef")
CAUSES = [
    None,
    Cause(CauseKind.REQUEST, "a:b \U0001f600"),
    Cause(CauseKind.IMPORT, "7"),
    Cause(CauseKind.UNDO, ""),
    Cause(CauseKind.MERGE, ":"),
]


class HistoryContract:
    """What the change log stores in addition to the event itself."""

    async def test_an_event_has_the_stamp_of_its_change(self, ours: AccountDriver) -> None:
        """Actor and cause are returned as given, whatever characters their ids have."""
        carrier = Actor(ActorKind.CARRIER, "twilio")
        for n, cause in enumerate(CAUSES):
            ours.actor, ours.cause = KEY if n % 2 else carrier, cause
            await ours.create(phone(n))
        events = await ours.events()
        assert [(event.actor, event.cause) for event in events] == [
            (KEY if n % 2 else carrier, cause) for n, cause in enumerate(CAUSES)
        ]

    async def test_changes_by_time_have_the_system_as_actor(self, ours: AccountDriver) -> None:
        """A verification that expires while a request reads it is not attributed to that request."""
        ours.actor, ours.cause = KEY, CAUSES[1]
        await ask(ours, 1)
        before = await ours.last_event()
        await ours.receive(phone(1), at=START + 2 * DAY)
        expired = [event for event in await ours.events(before) if event.type is EventType.VERIFICATION_EXPIRED]
        assert [(event.actor, event.cause) for event in expired] == [(SYSTEM, None)]

    async def test_an_update_keeps_what_it_replaced(self, ours: AccountDriver) -> None:
        """The old values of the changed fields; other events have none."""
        await ours.create(PHONE, first_name="Ada", tags=("a", "b"), custom_variables={"plan": "\u00e5"})
        said: dict[str, Any] = {
            "first_name": "Eve",
            "tags": (),
            "custom_variables": None,
            "last_name": "",
            "opt_out": True,
        }
        await ours.update(PHONE, **said)
        created, opted_out, updated = await ours.events()
        assert (created.replaced, opted_out.replaced) == ({}, {})
        assert updated.replaced == {
            "first_name": "Ada",
            "tags": ("a", "b"),
            "custom_variables": {"plan": "\u00e5"},
            "opt_out": False,
        }

    async def test_the_events_of_a_number_are_found(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """Newest first, of this number and account only, also for a number without a contact."""
        for account in (ours, theirs):
            await account.create(PHONE)
        await ours.update(PHONE, first_name="A")
        await ours.create(phone(1))
        await ours.opt_out(phone(2))
        await ours.request_verification(PHONE)
        numbers = {number: await self._of(ours, number) for number in (PHONE, phone(1), phone(2), phone(3))}
        assert numbers == {PHONE: [6, 5, 2, 1], phone(1): [3], phone(2): [4], phone(3): []}
        assert await self._of(ours, PHONE, 2) == [6, 5]
        assert await self._of(theirs, PHONE) == [1]

    async def test_the_events_of_a_number_outlive_its_contact(self, ours: AccountDriver) -> None:
        """Deleted and re-created, in one group or one after another, the number keeps all its events."""
        await ours.create(PHONE)
        await ours.delete(PHONE)
        assert await self._of(ours, PHONE) == [2, 1]
        await ours.receive(PHONE)
        await ours.create(PHONE)
        await ours.delete(PHONE)
        await ours.create(PHONE)
        assert await self._of(ours, PHONE) == [6, 5, 4, 3, 2, 1]
        await ours.upsert(ours.row(PHONE, first_name="A"), ours.row(phone(1)))
        assert await self._of(ours, PHONE) == [7, 6, 5, 4, 3, 2, 1]

    async def test_the_events_of_a_number_end_with_what_is_retained(self, ours: AccountDriver) -> None:
        """Old events are deleted from the beginning; a number that has only those has none, and starts over."""
        await ours.create(PHONE)
        await ours.opt_out(phone(1))
        before = ours.now
        await ours.update(PHONE, first_name="A")
        await ours.delete_old_events(before=before)
        assert (await self._of(ours, PHONE), await self._of(ours, phone(1))) == ([3], [])
        await ours.receive(phone(1))
        assert await self._of(ours, phone(1)) == [4]

    async def test_events_that_the_relay_causes_are_found_too(self, ours: AccountDriver) -> None:
        """A sent message and an expired verification, although no command names the number."""
        await ask(ours, 1, 2)
        first, _ = await ours.take(at=AT)
        await ours.settle(first, at=AT)
        await ours.expire(AT + 2 * DAY)
        types = {n: await self._types(ours, phone(n)) for n in (1, 2)}
        assert types[1] == ["verification.expired", "message.updated", "message.created", "verification.requested"]
        assert types[2] == ["message.updated", "verification.expired", "message.created", "verification.requested"]

    @staticmethod
    async def _of(account: AccountDriver, number: str, limit: int = 100) -> list[int]:
        found = await account.store.read(ListEventsOf(account.account_id, number, limit))
        assert {event.phone for event in found} <= {number}
        return [event.event_id for event in found]

    @staticmethod
    async def _types(account: AccountDriver, number: str) -> list[str]:
        found = await account.store.read(ListEventsOf(account.account_id, number, 100))
        return [event.type.value for event in found if event.type is not EventType.CONTACT_CREATED]
