"""The unit of work: what a group of commands sees, and what is saved."""

from dataclasses import replace

import pytest

from numberkeep.domain.command import AccountCommand, outcomes
from numberkeep.domain.consent.commands import SetOptOut
from numberkeep.domain.contacts.commands import CreateContact, DeleteContacts, UpdateContact
from numberkeep.domain.contacts.contact import Contact, ContactPatch, ReadOnly, moment, new_contact
from numberkeep.domain.errors import ContactExists, ContactNotFound
from numberkeep.domain.event import Event, EventType
from numberkeep.domain.messages.commands import ReceiveMessage
from numberkeep.domain.messages.message import Direction, Message, MessageStatus
from numberkeep.domain.outbox.commands import ReplayDeliveries, SettleDelivery, TakeDeliveries
from numberkeep.domain.outbox.delivery import SENDER, Delivery, DeliveryState, Taken, Undelivered
from numberkeep.domain.stamp import SYSTEM, Actor, ActorKind, Cause, CauseKind, Stamp
from numberkeep.domain.verification.commands import RequestVerification
from numberkeep.domain.webhooks.commands import DeleteWebhook
from numberkeep.domain.webhooks.webhook import Webhook
from numberkeep.domain.work.changes import OptOut
from numberkeep.domain.work.loaded import LoadedRows, Tallies
from numberkeep.domain.work.needs import Needs
from numberkeep.domain.work.rows import Difference
from numberkeep.domain.work.unit import Work

PHONE, OTHER = "+14155552671", "+14155550002"
AT = 1_790_000_000_000_000
ADA = new_contact(7, PHONE, moment(AT), ContactPatch(first_name="Ada", tags=("a", "b")), opt_out=False)
KEY = Actor(ActorKind.API_KEY, "nk_1")
REQUEST = Cause(CauseKind.REQUEST, "r-1")


def stamp(after: int = 1) -> Stamp:
    """Return the stamp of a request."""
    return Stamp(AT + after, KEY, REQUEST)


def work(*contacts: Contact, opt_outs: tuple[str, ...] = ()) -> Work:
    """Return a unit of work that has loaded these."""
    tallies = Tallies(contacts=len(contacts), entries=len(opt_outs), events=40)
    since = {phone: (AT, entry, False) for entry, phone in enumerate(opt_outs, 1)}
    last_events = dict.fromkeys((contact.phone for contact in contacts), 30)
    return Work(1, LoadedRows(tallies, {contact.phone: contact for contact in contacts}, since, last_events))


def create(phone: str = PHONE, contact_id: int = 8, **fields: object) -> CreateContact:
    """Return a command that creates a contact."""
    patch = ContactPatch(**fields)  # type: ignore[arg-type]
    return CreateContact(1, phone, patch, update_if_exists=False, contact_id=contact_id, stamp=stamp())


def update(**fields: object) -> UpdateContact:
    """Return a command that changes the contact."""
    return UpdateContact(1, PHONE, ContactPatch(**fields), ReadOnly(), stamp())  # type: ignore[arg-type]


def delete(after: int = 2) -> DeleteContacts:
    """Return a command that deletes the contact."""
    return DeleteContacts(1, [PHONE], stamp(after))


def test_without_effect_nothing_is_saved() -> None:
    """A unit that only read, or applied an update without effect, has no changes."""
    unit = work(ADA, opt_outs=(OTHER,))
    before = replace(unit.changes())
    outcomes([update(first_name="Ada"), SetOptOut(1, OTHER, opted_out=True, stamp=stamp(5))], unit)
    changes = unit.changes()
    assert changes == before
    assert changes.tallies == Tallies(contacts=1, entries=1, events=40)
    assert not any([changes.events, changes.entries, changes.tagged, changes.untagged, changes.queues])


def test_reading_the_changes_is_idempotent() -> None:
    """Reading the difference does not modify it, so the same rows are written each time."""
    unit = work(ADA)
    commands = [create(OTHER, tags=("x",), opt_out=True), update(first_name="A"), delete(), create()]
    outcomes(commands, unit)
    first, *others = [unit.changes() for _ in range(3)]
    assert others == [first, first]
    assert len(first.contacts.inserted) == 2


def test_a_command_sees_the_effects_of_earlier_ones() -> None:
    """Create, create again, change and delete in one group behave as if applied separately."""
    unit = work()
    done = outcomes([create(), create(), update(last_name="L"), delete(), update()], unit)
    assert [type(outcome) for outcome in done] == [Contact, ContactExists, Contact, int, ContactNotFound]
    changes = unit.changes()
    assert changes.tallies.contacts == 0
    assert changes.contacts == Difference()


def test_a_contact_changed_twice_is_saved_once() -> None:
    """Only its last state is written, as a difference to the loaded one."""
    unit = work(ADA)
    outcomes([update(last_name="L"), update(company_name="C", tags=("b", "c"))], unit)
    expected = replace(ADA, last_name="L", company_name="C", tags=("b", "c"))
    changes = unit.changes()
    assert changes.contacts.updated == [(ADA, expected)]
    assert changes.untagged == [(ADA, "a"), (ADA, "b")]
    assert changes.tagged == [(expected, "b"), (expected, "c")]


def test_an_update_event_has_the_old_values() -> None:
    """Of the changed fields only; so does an opt-out's event."""
    unit = work(replace(ADA, custom_variables={"plan": "pro"}))
    commands = [
        update(first_name="Eve", last_name="", tags=("c",), custom_variables={"plan": ""}),
        update(opt_out=True),
    ]
    outcomes(commands, unit)
    replaced = {event.type.value: event.replaced for event in unit.changes().events[:1]}
    assert replaced == {
        "contact.updated": {"first_name": "Ada", "tags": ("a", "b"), "custom_variables": {"plan": "pro"}}
    }
    assert [(event.type.value, dict(event.replaced)) for event in unit.changes().events[1:]] == [
        ("consent.opted_out", {}),
        ("contact.updated", {"opt_out": False}),
    ]


def test_events_carry_the_stamp_of_their_command() -> None:
    """Actor, time and cause; what happens by the passage of time has the system as actor."""
    unit = work(ADA)
    outcomes([RequestVerification(1, PHONE, "Yes?", stamp(), 0, 10), create(OTHER)], unit)
    outcomes([RequestVerification(1, PHONE, "Yes?", stamp(11), 0, 10)], unit)
    stamps = [(event.type, event.at - AT, event.actor, event.cause) for event in unit.changes().events]
    assert stamps == [
        (EventType.VERIFICATION_REQUESTED, 1, KEY, REQUEST),
        (EventType.MESSAGE_CREATED, 1, KEY, REQUEST),
        (EventType.CONTACT_CREATED, 1, KEY, REQUEST),
        (EventType.VERIFICATION_EXPIRED, 11, SYSTEM, None),
        (EventType.MESSAGE_UPDATED, 11, SYSTEM, None),
        (EventType.VERIFICATION_REQUESTED, 11, KEY, REQUEST),
        (EventType.MESSAGE_CREATED, 11, KEY, REQUEST),
    ]


def test_each_event_links_to_the_previous_one_of_its_number() -> None:
    """From the loaded one on; a new number's first event has none, and a deleted contact's chain continues."""
    unit = work(ADA)
    outcomes([update(first_name="E"), create(OTHER, 9), delete(), create()], unit)
    changes = unit.changes()
    assert [(event.event_id, event.previous_event) for event in changes.events] == [
        (41, 30),
        (42, 0),
        (43, 41),
        (44, 43),
    ]
    assert changes.last_events == {PHONE: 44, OTHER: 42}
    assert (changes.orphaned, changes.adopted, changes.touched) == ([], [], [])


def test_the_last_event_of_a_number_outlives_its_contact() -> None:
    """It is stored separately without a contact, and with the contact once it is re-created."""
    unit = work(ADA)
    outcomes([delete()], unit)
    assert unit.changes().orphaned == [PHONE]
    unit = Work(1, LoadedRows(Tallies(events=41), last_events={PHONE: 41}))
    outcomes([create()], unit)
    assert (unit.changes().adopted, unit.changes().orphaned) == ([PHONE], [])
    assert unit.changes().events[0].previous_event == 41


def test_an_event_that_does_not_change_the_contact_updates_its_link() -> None:
    """Only the number of its last event is written."""
    unit = work(ADA)
    outcomes([RequestVerification(1, PHONE, "Yes?", stamp(), 0, 10)], unit)
    assert (unit.changes().touched, unit.changes().contacts) == ([PHONE], Difference())


def test_a_recreated_contact_is_another_contact() -> None:
    """Deleted and created in one group: the old row and its tags are removed, and the new one is added."""
    unit = work(ADA)
    outcomes([delete(), create(tags=("b",))], unit)
    changes = unit.changes()
    assert changes.contacts.deleted == [ADA]
    assert [contact.contact_id for contact in changes.contacts.inserted] == [8]
    assert changes.contacts.updated == []
    assert [tag for _, tag in changes.untagged] == ["a", "b"]
    assert [tag for _, tag in changes.tagged] == ["b"]
    assert changes.tallies.contacts == 1


def test_an_opt_out_shows_on_the_contact_and_outlives_it() -> None:
    """Also if the contact is deleted and re-created in the same group."""
    unit = work(ADA)
    done = outcomes([SetOptOut(1, PHONE, opted_out=True, stamp=stamp(3)), delete(), create()], unit)
    assert isinstance(done[2], Contact)
    assert done[2].opt_out
    assert unit.changes().opt_outs == Difference([OptOut(PHONE, AT + 3, 1)])


def test_creating_or_updating_with_opt_out_records_it() -> None:
    """The opt-out belongs to the number, and ends when it is revoked."""
    unit = work(opt_outs=(OTHER,))
    outcomes([create(opt_out=True), create(OTHER, 9, opt_out=False)], unit)
    assert unit.changes().opt_outs == Difference([OptOut(PHONE, AT + 1, 2)], deleted=[OptOut(OTHER, AT, 1)])


def test_a_second_opt_out_after_an_opt_in_is_a_new_one() -> None:
    """Opting in and out within a group stores the later time and entry."""
    unit = work(opt_outs=(PHONE,))
    outcomes([SetOptOut(1, PHONE, opted_out=fields, stamp=stamp(n)) for n, fields in enumerate((False, True), 1)], unit)
    assert unit.changes().opt_outs == Difference(updated=[(OptOut(PHONE, AT, 1), OptOut(PHONE, AT + 2, 3))])


def pending(*deliveries: Delivery, contact: Contact = ADA) -> Work:
    """Return a unit of work of a contact with these due deliveries."""
    by_key = {(each.target, each.item): each for each in deliveries}
    tallies = Tallies(contacts=1, messages=1, events=9)
    loaded = LoadedRows(tallies, {contact.phone: contact}, deliveries=by_key, messages={1: MESSAGE}, due=tuple(by_key))
    return Work(1, loaded)


MESSAGE = Message(1, PHONE, "", Direction.OUTBOUND, "Yes?", MessageStatus.FAILED, AT, error="no")


def delivery(target: int, item: int, phone: str = PHONE) -> Delivery:
    """Return a pending delivery."""
    return Delivery(target, item, phone, AT, due_at=AT)


def dead(target: int, item: int) -> Delivery:
    """Return a dead delivery."""
    return Delivery(target, item, PHONE, AT, 3, AT, DeliveryState.DEAD, "no")


def test_a_message_is_visible_to_later_commands_of_its_group() -> None:
    """The second message with the same handle changes nothing, although the first was not stored at loading."""
    unit = work()
    received = outcomes([ReceiveMessage(1, PHONE, "", text, "h", stamp()) for text in ("hi", "STOP")], unit)
    assert [each.duplicate for each in received if not isinstance(each, Exception)] == [False, True]
    assert (len(unit.changes().messages.inserted), unit.changes().opt_outs) == (1, Difference())


def test_a_replay_ignores_rows_loaded_for_others() -> None:
    """It revives only dead deliveries of its own target."""
    unit = pending(dead(1, 1), dead(SENDER, 1))
    assert outcomes([ReplayDeliveries(1, SENDER, 10, stamp())], unit) == [1]
    assert [(new.target, new.item) for _, new in unit.changes().deliveries.updated] == [(SENDER, 1)]
    assert unit.changes().revived == [(SENDER, PHONE)]


def test_replays_of_one_target_have_separate_limits() -> None:
    """Each of two in a group revives at most its own limit."""
    unit = pending(*[dead(1, item) for item in (1, 2, 3)])
    assert outcomes([ReplayDeliveries(1, None, limit, stamp()) for limit in (1, 2, 3)], unit) == [1, 2, 0]


def test_a_delivery_that_dies_is_not_taken_in_its_group() -> None:
    """It was due at loading, because its lease had expired."""
    taken = Delivery(1, 1, PHONE, AT, 15, AT, DeliveryState.TAKEN)
    unit = pending(taken, delivery(1, 2, OTHER))
    commands = [
        SettleDelivery(1, taken, Undelivered("no", None), stamp()),
        TakeDeliveries(1, 10, 60, stamp()),
    ]
    [settled, given] = outcomes(commands, unit)
    assert settled is True
    assert isinstance(given, Taken)
    assert [each.delivery.item for each in given.pending] == [2]


def test_a_taker_leaves_its_busy_targets_to_others_of_its_group() -> None:
    """A delivery to a target that one taker excludes is taken by the next that does not exclude it."""
    unit = pending(*[delivery(target, 1) for target in (1, 2)])
    taken = outcomes([TakeDeliveries(1, 10, 60, stamp(), busy) for busy in ((1, 2), (1,), ())], unit)
    given = [[each.delivery.target for each in some.pending] for some in taken if not isinstance(some, Exception)]
    assert given == [[], [2], [1]]


def test_the_deliveries_of_a_removed_webhook_are_removed() -> None:
    """After that they are neither taken nor replayed, although they were loaded."""
    hook = Webhook(1, "https://example.com/", "", (), AT)
    deliveries = {(1, 1): delivery(1, 1), (1, 2): replace(dead(1, 2), phone=OTHER)}
    tallies = Tallies(webhooks=1, last_webhook=1, events=2)
    events = {n: Event(n, EventType.CONTACT_CREATED, Stamp(AT), PHONE, ADA, 0, {}) for n in (1, 2)}
    unit = Work(1, LoadedRows(tallies, webhooks={1: hook}, deliveries=deliveries, events=events, due=[(1, 1)]))
    commands = [DeleteWebhook(1, 1), ReplayDeliveries(1, None, 10, stamp()), TakeDeliveries(1, 10, 60, stamp())]
    assert outcomes(commands, unit) == [None, 0, Taken([])]
    changes = unit.changes()
    assert (changes.webhooks.deleted, changes.deliveries.updated) == ([hook], [])
    assert changes.tallies.webhooks == 0


def test_a_dead_message_remains_when_its_recipient_is_asked_again() -> None:
    """It is shown as failed until it is replayed or expires; only pending messages are canceled."""
    unit = pending(dead(SENDER, 1))
    assert outcomes([RequestVerification(1, PHONE, "Yes?", stamp(), 0, 60)], unit) == [True]
    changes = unit.changes()
    assert (changes.deliveries.deleted, changes.messages.updated) == ([], [])


class Half(AccountCommand[None]):
    """A command that is refused after a change."""

    account_id = 1

    def want(self, needs: Needs) -> None:
        """Need nothing."""

    def apply(self, work: Work) -> None:
        """Delete, then refuse."""
        work.drop(PHONE, stamp())
        raise ContactNotFound


def test_a_refusal_after_a_change_invalidates_the_unit() -> None:
    """The change must not be saved, so the refusal is raised instead of returned."""
    with pytest.raises(ContactNotFound):
        outcomes([create(OTHER, 9), Half()], work(ADA))
