"""The complete JSON of every event."""

import json
from typing import Any

import pytest
from msgspec import to_builtins

from numberkeep.carriers.webhook.sender import encode_message
from numberkeep.domain.consent.ledger import ConsentEntry, ConsentSource
from numberkeep.domain.consent.review import Decision, Review
from numberkeep.domain.contacts.contact import Contact, moment
from numberkeep.domain.event import Event, EventType, Subject
from numberkeep.domain.messages.message import Direction, Message, MessageStatus
from numberkeep.domain.stamp import SYSTEM, Actor, ActorKind, Cause, CauseKind, Stamp
from numberkeep.domain.verification.verification import Verification
from numberkeep.domain.webhooks.disabled import DisabledWebhook
from numberkeep.wire.events import actor_out, cause_out, encode_event
from numberkeep.wire.hosted_events import encode_for, receive_out

AT = 1_790_000_000_123_456
WHEN = "2026-09-21T14:13:20.123456Z"
PHONE, LINE = "+14155552671", "+15122164639"
STAMP = Stamp(AT, Actor(ActorKind.API_KEY, "nk_1"), Cause(CauseKind.REQUEST, "r-1"))
CONTACT = Contact(77, PHONE, moment(AT), "Ann", "", "", "", LINE, ("a",), {"plan": "x"}, verified=True, opt_out=False)
OUT = Message(3, PHONE, "", Direction.OUTBOUND, "Hello", MessageStatus.FAILED, AT, "", "answered 400")
IN = Message(4, PHONE, LINE, Direction.INBOUND, "Yes", MessageStatus.RECEIVED, AT, "h-1")
SUBJECTS: dict[str, Subject] = {
    "contact": CONTACT,
    "verification": Verification(1, PHONE, AT, AT + 1_000_000, pending=True),
    "message": IN,
    "consent": ConsentEntry(9, PHONE, AT, True, ConsentSource.MESSAGE, "Stop", bytes(32)),  # noqa: FBT003
    "review": Review(5, PHONE, AT, AT + 1_000_000, "Please stop", Decision.OPEN),
    "webhook": DisabledWebhook(2, "https://example.com/", "answered 410"),
}
REVIEWED = {EventType.CONSENT_UNCLEAR, EventType.CONSENT_DECIDED}


def event(type_: EventType, subject: Subject) -> Event:
    """Return an event of that type."""
    return Event(12, type_, STAMP, PHONE, subject, 0, {})


@pytest.mark.parametrize("type_", EventType)
def test_every_event_has_the_same_envelope(type_: EventType) -> None:
    """The id as text, the UTC time to the microsecond, actor, cause, and data."""
    out = json.loads(encode_event(event(type_, SUBJECTS["review" if type_ in REVIEWED else type_.partition(".")[0]])))
    assert list(out) == ["id", "type", "version", "occurred_at", "actor", "cause", "data"]
    del out["data"]
    assert out == {
        "id": "12",
        "type": type_.value,
        "version": 1,
        "occurred_at": WHEN,
        "actor": {"type": "api_key", "id": "nk_1"},
        "cause": {"type": "request", "id": "r-1"},
    }


def data(type_: EventType, subject: Subject) -> Any:
    """Return the event's data."""
    return json.loads(encode_event(event(type_, subject)))["data"]


def test_a_contact_is_encoded_as_in_responses() -> None:
    """With the same fields, including the older names; absent texts are null."""
    contact = data(EventType.CONTACT_CREATED, CONTACT)["contact"]
    assert (contact["contact_id"], contact["phone"], contact["created_at"]) == ("000000000000004d", PHONE, WHEN)
    assert (contact["first_name"], contact["last_name"], contact["opt_out"]) == ("Ann", None, False)
    assert (contact["tags"], contact["custom_variables"]) == (["a"], {"plan": "x"})


def test_a_verification() -> None:
    """The number and both times."""
    assert data(EventType.VERIFICATION_EXPIRED, SUBJECTS["verification"]) == {
        "number": PHONE,
        "requested_at": WHEN,
        "expires_at": WHEN.replace(":20.", ":21."),
    }


def test_a_message_has_a_direction() -> None:
    """Outbound it goes to the phone, inbound from it; unknown values are null."""
    assert data(EventType.MESSAGE_UPDATED, OUT) == {
        "message": {
            "id": "3",
            "direction": "outbound",
            "to": PHONE,
            "from": None,
            "content": "Hello",
            "media_url": None,
            "status": "failed",
            "created_at": WHEN,
            "handle": None,
            "error": "answered 400",
        }
    }
    message = data(EventType.MESSAGE_RECEIVED, IN)["message"]
    assert (message["from"], message["to"], message["handle"], message["error"]) == (PHONE, LINE, "h-1", None)


def test_consent() -> None:
    """The kind, actor and wording, and the number of its ledger entry."""
    assert data(EventType.CONSENT_OPTED_OUT, SUBJECTS["consent"]) == {
        "number": PHONE,
        "opted_out": True,
        "source": "message",
        "wording": "Stop",
        "entry": 9,
    }


def test_a_disabled_webhook() -> None:
    """Its id, URL and the reason, without its secret."""
    assert data(EventType.WEBHOOK_DISABLED, SUBJECTS["webhook"]) == {
        "webhook": 2,
        "url": "https://example.com/",
        "reason": "answered 410",
    }


def test_the_hosted_receive_is_flat() -> None:
    """A subscription to `receive` gets the hosted service's fields; two of them have the sender's number."""
    got = json.loads(encode_for("acme", ["receive"], event(EventType.MESSAGE_RECEIVED, IN)))
    assert got == {
        "accountEmail": "acme",
        "content": "Yes",
        "is_outbound": False,
        "status": "RECEIVED",
        "message_handle": "h-1",
        "date_sent": WHEN,
        "from_number": PHONE,
        "number": PHONE,
        "to_number": LINE,
        "sendblue_number": LINE,
        "service": None,
        "media_url": "",
        "group_id": "",
        "participants": [PHONE, LINE],
        "opted_out": False,
    }


def test_an_unknown_line_is_null() -> None:
    """In the hosted format; a message that opts out is marked."""
    stop = Message(5, PHONE, "", Direction.INBOUND, " stop ", MessageStatus.RECEIVED, AT)
    out = receive_out("acme", event(EventType.MESSAGE_RECEIVED, stop))
    assert (out.to_number, out.sendblue_number, out.participants) == (None, None, [PHONE])
    assert out.opted_out


def test_the_hosted_format_is_for_messages_only() -> None:
    """Other events have no such format."""
    with pytest.raises(TypeError):
        receive_out("acme", event(EventType.CONTACT_CREATED, CONTACT))


@pytest.mark.parametrize(
    ("names", "type_", "expected_type"),
    [
        ([], EventType.CONTACT_CREATED, "contact.created"),
        (["contact.created"], EventType.CONTACT_CREATED, "contact.created"),
        (["contact_created"], EventType.CONTACT_CREATED, "contact_created"),
        (["contact.created", "contact_created"], EventType.CONTACT_CREATED, "contact_created"),
        (["contact_created"], EventType.CONTACT_DELETED, "contact.deleted"),
        (["message.received"], EventType.MESSAGE_RECEIVED, "message.received"),
        (["outbound"], EventType.MESSAGE_CREATED, "message.created"),
        (["outbound"], EventType.MESSAGE_UPDATED, "message.updated"),
    ],
)
def test_the_subscribed_name_selects_the_format(names: list[str], type_: EventType, expected_type: str) -> None:
    """A hosted name that covers the event has its own; otherwise it is the ordinary envelope."""
    one = event(type_, SUBJECTS["review" if type_ in REVIEWED else type_.partition(".")[0]])
    assert json.loads(encode_for("acme", names, one)) == json.loads(encode_event(one)) | {"type": expected_type}


def test_a_message_for_the_sender_webhook() -> None:
    """Its id combines account and number; the line may be null."""
    queued = Message(3, PHONE, LINE, Direction.OUTBOUND, "Hello", MessageStatus.QUEUED, AT)
    expected = {"id": "acme/3", "account": "acme", "to": PHONE, "from": LINE, "content": "Hello", "created_at": WHEN}
    unsaid = {"media_url": None, "send_style": None}
    assert json.loads(encode_message("acme", queued)) == {**expected, **unsaid}
    assert json.loads(encode_message("acme", OUT))["from"] is None


def test_actor_and_cause() -> None:
    """Both have a type and an id; a change by the service itself has no cause."""
    key, request = Actor(ActorKind.API_KEY, "nk_1"), Cause(CauseKind.REQUEST, "r-1")
    assert to_builtins(actor_out(key)) == {"type": "api_key", "id": "nk_1"}
    assert to_builtins(actor_out(SYSTEM)) == {"type": "system", "id": ""}
    assert to_builtins(cause_out(request)) == {"type": "request", "id": "r-1"}
    assert cause_out(None) is None
