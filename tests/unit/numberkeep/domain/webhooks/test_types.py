"""The names by which a webhook subscribes to events."""

import pytest

from numberkeep.domain.errors import InvalidInput
from numberkeep.domain.event import Event, EventType
from numberkeep.domain.stamp import Stamp
from numberkeep.domain.verification.verification import Verification
from numberkeep.domain.webhooks.types import HOSTED_NAMES, expand, hosted_name, wants
from numberkeep.domain.webhooks.webhook import Webhook

PHONE = "+14155552671"


@pytest.mark.parametrize(
    ("names", "types"),
    [
        ([], ()),
        (["receive"], ("message.received",)),
        (["contact_created"], ("contact.created",)),
        (["outbound"], ("message.created", "message.updated")),
        (["message.updated", "outbound", "receive", "message.received"],
         ("message.updated", "message.created", "message.received")),
    ],
)  # fmt: skip
def test_names_expand_to_types(names: list[str], types: tuple[str, ...]) -> None:
    """A hosted name expands to one type or more, one of ours to itself, without duplicates."""
    assert expand(names) == types


def test_every_type_has_a_name() -> None:
    """Every event can be subscribed to."""
    assert expand(list(EventType)) == tuple(EventType)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("contact.create", "contact.created"),
        ("contact_updated", "contact.updated"),
        ("Contact_Created", "contact"),
        ("message.recieved", "message.received"),
        ("MESSAGE.CREATED", "message.created"),
        ("recieve", "receive"),
        ("outbond", "outbound"),
    ],
)
def test_an_unknown_name_s_error_suggests_the_nearest(name: str, near: str) -> None:
    """A typing error is an error of the field `types`."""
    with pytest.raises(InvalidInput) as refused:
        expand(["receive", name])
    (error,) = refused.value.fields
    assert error.field == "types"
    assert near in error.message
    assert "did you mean" in error.message


def test_an_error_without_a_near_name_lists_all() -> None:
    """Each unknown name is an error of its own."""
    with pytest.raises(InvalidInput) as refused:
        expand(["zzz", "", "receive", "typing_indicator"])
    assert len(refused.value.fields) == 3
    for name in (*EventType, *HOSTED_NAMES):
        assert name in refused.value.fields[0].message


@pytest.mark.parametrize("type_", EventType)
@pytest.mark.parametrize("names", [(), ("receive",), ("contact_created", "outbound"), ("consent.opted_in",), ("gone",)])
def test_a_webhook_subscribes_to_what_its_names_expand_to(names: tuple[str, ...], type_: EventType) -> None:
    """No names mean all types; a stored name that this version does not know means none."""
    known = [name for name in names if name != "gone"]
    expected = not names or (bool(known) and type_ in expand(known))
    assert wants(names, type_) is expected
    event = Event(1, type_, Stamp(0), PHONE, Verification(1, PHONE, 0, 0, pending=True), 0, {})
    assert Webhook(1, "https://hook.test", "", names, 0).wants(event) is expected


def test_the_hosted_name_of_an_event_is_found() -> None:
    """Among our names too; None if no hosted name covers the event."""
    assert hosted_name(["message.received", "receive"], EventType.MESSAGE_RECEIVED) == "receive"
    assert hosted_name(["message.received"], EventType.MESSAGE_RECEIVED) is None
    assert hosted_name([], EventType.MESSAGE_RECEIVED) is None
    assert hosted_name(["receive"], EventType.MESSAGE_CREATED) is None
