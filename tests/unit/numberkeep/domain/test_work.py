"""The unit of work: what a group of commands sees, and what is left to save."""

from dataclasses import replace

import pytest

from numberkeep.domain.commands import AccountCommand, CreateContact, DeleteContacts, UpdateContact, outcomes
from numberkeep.domain.contact import Contact, ContactPatch, ReadOnly, moment, new_contact
from numberkeep.domain.conversation import ReceiveMessage, RequestVerification, SetOptOut
from numberkeep.domain.delivery import SENDER, Delivery, Owed, Taken, Undelivered, Webhook
from numberkeep.domain.errors import ContactExists, ContactNotFound
from numberkeep.domain.message import Direction, Message, MessageStatus
from numberkeep.domain.outbox import DeleteWebhook, ReplayDeliveries, SettleDelivery, TakeDeliveries
from numberkeep.domain.snapshot import Loaded, Tallies, Wanted
from numberkeep.domain.work import Work

PHONE, OTHER = "+14155552671", "+14155550002"
AT = 1_790_000_000_000_000
ADA = new_contact(7, PHONE, moment(AT), ContactPatch(first_name="Ada", tags=("a", "b")), opt_out=False)


def work(*contacts: Contact, opt_outs: tuple[str, ...] = ()) -> Work:
    """A unit of work that has loaded these."""
    tallies = Tallies(contacts=len(contacts), entries=len(opt_outs))
    since = {phone: (AT, entry) for entry, phone in enumerate(opt_outs, 1)}
    return Work(1, Loaded(tallies, {contact.phone: contact for contact in contacts}, since))


def create(phone: str = PHONE, contact_id: int = 8, **said: object) -> CreateContact:
    """A command that creates a contact."""
    return CreateContact(1, phone, ContactPatch(**said), update_if_exists=False, contact_id=contact_id, at=AT + 1)  # type: ignore[arg-type]


def update(**said: object) -> UpdateContact:
    """A command that changes the contact."""
    return UpdateContact(1, PHONE, ContactPatch(**said), ReadOnly(), AT + 1)  # type: ignore[arg-type]


def test_nothing_done_is_nothing_to_save() -> None:
    """A unit of work that only read, or changed a contact to what it was, has no changes."""
    unit = work(ADA, opt_outs=(OTHER,))
    outcomes([update(first_name="Ada"), SetOptOut(1, OTHER, opted_out=True, at=AT + 5)], unit)
    changes = unit.changes()
    assert not any(getattr(changes, name) for name in changes.__slots__ if name != "tallies")
    assert changes.tallies == Tallies(contacts=1, entries=1)
    assert (changes.tagged, changes.untagged) == ([], [])


def test_a_command_sees_what_those_before_it_did() -> None:
    """Create, create again, change and delete within a group behave as one after the other."""
    unit = work()
    done = outcomes([create(), create(), update(last_name="L"), DeleteContacts(1, [PHONE], AT + 2), update()], unit)
    assert [type(outcome) for outcome in done] == [Contact, ContactExists, Contact, int, ContactNotFound]
    changes = unit.changes()
    assert changes.tallies.contacts == 0
    assert not changes.inserted


def test_a_contact_changed_twice_is_saved_once() -> None:
    """Only the last state of a contact is written, against the one that was loaded."""
    unit = work(ADA)
    outcomes([update(last_name="L"), update(company_name="C", tags=("b", "c"))], unit)
    expected = replace(ADA, last_name="L", company_name="C", tags=("b", "c"))
    changes = unit.changes()
    assert changes.updated == [(ADA, expected)]
    assert changes.untagged == [(ADA, "a"), (ADA, "b")]
    assert changes.tagged == [(expected, "b"), (expected, "c")]


def test_a_contact_made_anew_is_another_contact() -> None:
    """Deleted and created within a group: the old row and its tags go, the new one comes."""
    unit = work(ADA)
    outcomes([DeleteContacts(1, [PHONE], AT + 2), create(tags=("b",))], unit)
    changes = unit.changes()
    assert changes.deleted == [ADA]
    assert [contact.contact_id for contact in changes.inserted] == [8]
    assert changes.updated == []
    assert [tag for _, tag in changes.untagged] == ["a", "b"]
    assert [tag for _, tag in changes.tagged] == ["b"]
    assert changes.tallies.contacts == 1


def test_an_opt_out_shows_on_the_contact_and_outlives_it() -> None:
    """Whoever opts out, the contact says so; deleted and made anew within the group, it still does."""
    unit = work(ADA)
    done = outcomes([SetOptOut(1, PHONE, opted_out=True, at=AT + 3), DeleteContacts(1, [PHONE], AT), create()], unit)
    assert isinstance(done[2], Contact)
    assert done[2].opt_out
    assert unit.changes().opted_out == [(PHONE, AT + 3, 1)]


def test_a_contact_that_says_opt_out_records_it() -> None:
    """An opt-out said by create or update is the recipient's, and ends when it is taken back."""
    unit = work(opt_outs=(OTHER,))
    outcomes([create(opt_out=True), create(OTHER, 9, opt_out=False)], unit)
    changes = unit.changes()
    assert changes.opted_out == [(PHONE, AT + 1, 2)]
    assert changes.opted_in == [OTHER]


def test_an_opt_out_given_again_later_is_a_new_one() -> None:
    """Opting in and out within a group leaves the later time, by a removal and an insertion."""
    unit = work(opt_outs=(PHONE,))
    outcomes([SetOptOut(1, PHONE, opted_out=said, at=AT + n) for n, said in enumerate((False, True), 1)], unit)
    changes = unit.changes()
    assert changes.opted_in == [PHONE]
    assert changes.opted_out == [(PHONE, AT + 2, 3)]


def owing(*deliveries: Delivery, contact: Contact = ADA) -> Work:
    """A unit of work of a contact, that has loaded these as due."""
    owed = {(each.target, each.item): Owed(each, MESSAGE if each.target == SENDER else None) for each in deliveries}
    tallies = Tallies(contacts=1, messages=1, events=9)
    return Work(1, Loaded(tallies, {contact.phone: contact}, owed=owed, due=tuple(owed)))


MESSAGE = Message(1, PHONE, "", Direction.OUTBOUND, "Yes?", MessageStatus.FAILED, AT, error="no")


def test_a_message_is_known_to_those_behind_it_in_its_group() -> None:
    """Of two that bear one handle the second changes nothing, though neither was stored when they were looked for."""
    unit = work()
    received = outcomes([ReceiveMessage(1, PHONE, "", text, "h", AT) for text in ("hi", "STOP")], unit)
    assert [each.duplicate for each in received if not isinstance(each, Exception)] == [False, True]
    assert (len(unit.changes().messages), unit.changes().opted_out) == (1, [])


def test_a_replay_leaves_what_others_of_its_group_wanted() -> None:
    """It revives what is dead of its own target, whatever else was loaded."""
    unit = owing(*[Delivery(target, 1, PHONE, AT, 3, AT, dead=True, error="no") for target in (1, SENDER)])
    assert outcomes([ReplayDeliveries(1, SENDER, 10, AT + 1)], unit) == [1]
    assert list(unit.changes().postponed) == [(SENDER, 1)]


def test_replays_of_one_target_keep_their_own_limits() -> None:
    """Two in a group revive as many each as they may, and not the first one all that both wanted."""
    unit = owing(*[Delivery(1, item, PHONE, AT, 3, AT, dead=True, error="no") for item in (1, 2, 3)])
    assert outcomes([ReplayDeliveries(1, None, limit, AT + 1) for limit in (1, 2, 3)], unit) == [1, 2, 0]


def test_what_dies_is_not_given_out_in_its_group() -> None:
    """It was due when the group was loaded, for its lease had ended."""
    unit = owing(Delivery(1, 1, PHONE, AT, 15, AT), Delivery(1, 2, OTHER, AT, due_at=AT))
    commands = [
        SettleDelivery(1, Delivery(1, 1, PHONE, AT, 15, AT), Undelivered("no", None), AT),
        TakeDeliveries(1, 10, 60, AT),
    ]
    [settled, taken] = outcomes(commands, unit)
    assert settled is True
    assert isinstance(taken, Taken)
    assert [owed.delivery.item for owed in taken.owed] == [2]


def test_a_taker_leaves_its_busy_targets_to_others_of_its_group() -> None:
    """What is owed to a target that is busy for one taker is given to the next for which it is not."""
    unit = owing(*[Delivery(target, 1, PHONE, AT, due_at=AT) for target in (1, 2)])
    taken = outcomes([TakeDeliveries(1, 10, 60, AT, busy) for busy in ((1, 2), (1,), ())], unit)
    given = [[owed.delivery.target for owed in each.owed] for each in taken if not isinstance(each, Exception)]
    assert given == [[], [2], [1]]


def test_what_a_removed_webhook_is_owed_goes_to_nobody_of_its_group() -> None:
    """It is neither given out nor replayed behind the removal, though it was loaded."""
    hook = Webhook(1, "https://example.com/", "", (), AT)
    deliveries = [Delivery(1, item, phone, AT, due_at=AT, dead=item == 2) for item, phone in ((1, PHONE), (2, OTHER))]
    owed = {(1, each.item): Owed(each, webhook=hook) for each in deliveries}
    tallies = Tallies(webhooks=1, last_webhook=1, events=2)
    unit = Work(1, Loaded(tallies, webhooks={1: hook}, owed=owed, due=[(1, 1)]))
    commands = [DeleteWebhook(1, 1), ReplayDeliveries(1, None, 10, AT), TakeDeliveries(1, 10, 60, AT)]
    assert outcomes(commands, unit) == [None, 0, Taken([])]
    assert (unit.changes().webhooks_removed, unit.changes().postponed) == ([1], {})


def test_a_dead_message_stays_when_its_recipient_is_asked_again() -> None:
    """It failed, which is told until it is replayed or forgotten; only what waits is withdrawn."""
    unit = owing(Delivery(SENDER, 1, PHONE, AT, 15, AT, dead=True, error="no"))
    assert outcomes([RequestVerification(1, PHONE, "Yes?", AT + 1, 0, 60)], unit) == [True]
    assert (unit.changes().redeemed, unit.changes().messages_updated) == ([], {})


class Half(AccountCommand[None]):
    """A command that is refused after a change."""

    account_id = 1

    def want(self, wanted: Wanted) -> None:
        """Nothing."""

    def apply(self, work: Work) -> None:
        """Delete, then refuse."""
        work.drop(PHONE, AT)
        raise ContactNotFound


def test_a_command_refused_half_done_spoils_the_unit() -> None:
    """What it left behind must not be saved: the refusal is raised instead of given."""
    with pytest.raises(ContactNotFound):
        outcomes([create(OTHER, 9), Half()], work(ADA))
