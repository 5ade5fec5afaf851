"""The stored forms of events stay readable in every version, independent of the domain's classes."""

from dataclasses import dataclass, replace
from typing import Any

import msgspec
import pytest

from numberkeep.domain.consent.ledger import ConsentEntry, ConsentSource
from numberkeep.domain.consent.review import Decision, Review
from numberkeep.domain.contacts.contact import Contact, ContactPatch, moment, new_contact
from numberkeep.domain.event import Event, EventType, Subject
from numberkeep.domain.messages.message import Direction, Message, MessageStatus, ReplyTo
from numberkeep.domain.stamp import Actor, ActorKind, Cause, CauseKind, Stamp
from numberkeep.domain.verification.verification import Verification
from numberkeep.domain.webhooks.disabled import DisabledWebhook
from numberkeep.store import stored_forms
from numberkeep.store.message_forms import MESSAGE
from numberkeep.store.queries import ListEvents
from numberkeep.store.rows import event_of, values_of_events
from numberkeep.store.stored_form import Form
from numberkeep.store.stored_forms import CONTACT, FORM_OF, ContactV0, ContactV1
from support.databases import NewDatabase, opened
from support.old_stores import CHANGE_LOG, NAMELESS, STEPS, VERSIONS, make

AT = 1_790_000_000_123_456
PHONE = "+14155552671"
EMOJI = '\U0001f600\u00e5"\\'
SUBJECTS: dict[str, Subject] = {
    "contact": Contact(
        2**62, PHONE, moment(AT), "A", EMOJI, "", "", "", ("a", EMOJI), {EMOJI: "x"}, verified=True, opt_out=False
    ),
    "verification": Verification(3, PHONE, AT, AT + 5, pending=True),
    "message": Message(
        4,
        PHONE,
        "",
        Direction.INBOUND,
        EMOJI,
        MessageStatus.RECEIVED,
        AT,
        "h",
        "e",
        9,
        8,
        plain=True,
        media_url="m",
        send_style="slam",
        seat_id="s",
        reply_to=ReplyTo("r", 3),
        status_callback="c",
        service="SMS",
        error_code=30003,
        error_key="KEY",
        updated_at=AT + 7,
        sent_at=AT + 8,
    ),
    "consent": ConsentEntry(5, PHONE, AT, True, ConsentSource.MESSAGE, EMOJI, bytes(range(32))),  # noqa: FBT003
    "review": Review(7, PHONE, AT, AT + 6, EMOJI, Decision.KEEP),
    "webhook": DisabledWebhook(6, f"https://example.com/{EMOJI}", "answered 410"),
}
KEPT = {
    "contact": f'[1,{2**62},{AT},"A",{{e}},"","","",["a",{{e}}],{{{{{{e}}:"x"}}}},true,false]',
    "verification": f"[1,3,{AT},{AT + 5},true]",
    "message": (
        f'[3,4,"","inbound",{{e}},"received",{AT},"h","e",9,8,true,"m","slam","s","[1,\\"r\\",3]","c","SMS",30003,"KEY",'
        f"{AT + 7},{AT + 8}]"
    ),
    "review": f'[1,7,{AT},{AT + 6},{{e}},"keep"]',
    "webhook": '[1,6,"https://example.com/\U0001f600\u00e5\\"\\\\","answered 410"]',
    "consent": f'[1,5,{AT},true,"message",{{e}},"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="]',
}
"""The forms as stored; `{e}` is replaced by EMOJI in JSON. Changing one requires a new version."""
KIND_OF = {type_: type_.partition(".")[0] for type_ in EventType} | {
    EventType.CONSENT_UNCLEAR: "review",
    EventType.CONSENT_DECIDED: "review",
}


@pytest.mark.parametrize("type_", EventType)
def test_an_event_round_trips(type_: EventType) -> None:
    """Its subject, stamp, old values and chain, for every type."""
    stamp = Stamp(AT, Actor(ActorKind.API_KEY, "nk_1"), Cause(CauseKind.REQUEST, "a:b"))
    replaced: dict[str, Any] = {"tags": ("x",), "first_name": "B", "verified": False, "custom_variables": {"p": "q"}}
    event = Event(7, type_, stamp, PHONE, SUBJECTS[KIND_OF[type_]], 5, replaced)
    assert [event_of(row) for row in values_of_events([event])] == [event]


@pytest.mark.parametrize("kind", SUBJECTS)
def test_the_stored_form_is_frozen(kind: str) -> None:
    """The stored JSON does not follow changes of a class; changing a form on purpose changes this test."""
    form = FORM_OF[next(type_ for type_, kind_of in KIND_OF.items() if kind_of == kind)]
    kept = KEPT[kind].replace("{{", "{").replace("}}", "}").replace("{e}", msgspec.json.encode(EMOJI).decode())
    assert form.dump(SUBJECTS[kind]) == kept
    assert form.load(kept, PHONE) == SUBJECTS[kind]


def test_messages_of_earlier_versions_are_readable() -> None:
    """What they did not have yet is as for a message that asks for nothing and was not changed since."""
    message = Message(4, PHONE, "", Direction.INBOUND, "Hi", MessageStatus.RECEIVED, AT, "h", "e", 9)
    assert MESSAGE.load(f'[1,4,"","inbound","Hi","received",{AT},"h","e",9]', PHONE) == message
    assert MESSAGE.load(f'[2,4,"","inbound","Hi","received",{AT},"h","e",9,8]', PHONE) == replace(message, entry_id=8)


@dataclass(slots=True)
class ContactWithNickname(Contact):
    """A future contact with one more required field."""

    nickname: str


class NicknameV2(msgspec.Struct, array_like=True, tag=2):
    """A future form with that field in the middle."""

    contact_id: int
    nickname: str

    def to_domain(self, phone: str) -> Contact:
        """Return the contact."""
        return _with_nickname(
            new_contact(self.contact_id, phone, moment(AT), ContactPatch(), opt_out=False), self.nickname
        )


def _with_nickname(contact: Contact, nickname: str = "") -> ContactWithNickname:
    values: dict[str, Any] = {name: getattr(contact, name) for name in Contact.__dataclass_fields__}
    return ContactWithNickname(**values, nickname=nickname)


@pytest.mark.parametrize(("engine", "version"), VERSIONS)
async def test_old_events_are_readable_after_a_field_is_added(
    new_database: NewDatabase, monkeypatch: pytest.MonkeyPatch, engine: str, version: int
) -> None:
    """The golden rows of every schema version with a change log load next to a new version of the form."""
    if version < CHANGE_LOG[engine]:
        assert version < len(STEPS[engine])  # without events there is nothing to read
        return

    for old in (ContactV0, ContactV1):
        read = old.to_domain
        monkeypatch.setattr(old, "to_domain", lambda form, phone, read=read: _with_nickname(read(form, phone)))
    tomorrow: Form[Any] = Form(lambda it: NicknameV2(it.contact_id, it.nickname), ContactV0, ContactV1, NicknameV2)
    for type_ in EventType:
        if FORM_OF[type_] is CONTACT:
            monkeypatch.setitem(stored_forms.FORM_OF, type_, tomorrow)
    url = new_database(engine)
    await make(url, engine, version)
    async with opened(url) as store:
        [updated] = [
            event for event in await store.read(ListEvents(1, 0, 10)) if event.type is EventType.CONTACT_UPDATED
        ]
    assert updated.subject == _with_nickname(NAMELESS)
    named = _with_nickname(NAMELESS, "Ann")
    named.created_at = moment(AT)
    [kept] = values_of_events([Event(3, EventType.CONTACT_CREATED, Stamp(AT), PHONE, named, 0, {})])
    read_again = event_of(kept).subject
    assert isinstance(read_again, ContactWithNickname)
    assert read_again.nickname == "Ann"


def test_missing_values_are_unknown() -> None:
    """Events from before stamps have no actor and no cause."""
    kept = (1, "contact.deleted", AT, PHONE, CONTACT.dump(NAMELESS), "", "", "", 0)
    event = event_of(kept)
    assert (event.actor, event.cause, event.replaced) == (Actor(ActorKind.UNKNOWN), None, {})
