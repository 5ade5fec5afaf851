"""The names by which a webhook asks for events."""

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
def test_names_stand_for_types(names: list[str], types: tuple[str, ...]) -> None:
    """A hosted name stands for one type or more, one of ours for itself; each type comes once."""
    assert expand(names) == types


def test_every_type_is_a_name() -> None:
    """No event is without a name to ask for it by."""
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
def test_an_unknown_name_is_told_the_nearest_known_one(name: str, near: str) -> None:
    """A slip of the pen is an error of the field `types` that gives the mend."""
    with pytest.raises(InvalidInput) as refused:
        expand(["receive", name])
    (error,) = refused.value.fields
    assert error.field == "types"
    assert near in error.message
    assert "did you mean" in error.message


def test_a_name_that_is_near_none_is_told_all() -> None:
    """Where nothing is near, the message lists what there is; each wrong name is an error of its own."""
    with pytest.raises(InvalidInput) as refused:
        expand(["zzz", "", "receive", "typing_indicator"])
    assert len(refused.value.fields) == 3
    for name in (*EventType, *HOSTED_NAMES):
        assert name in refused.value.fields[0].message


@pytest.mark.parametrize("type_", EventType)
@pytest.mark.parametrize("names", [(), ("receive",), ("contact_created", "outbound"), ("consent.opted_in",), ("gone",)])
def test_a_webhook_wants_what_its_names_stand_for(names: tuple[str, ...], type_: EventType) -> None:
    """No names stand for all; a stored name that this version does not know stands for nothing."""
    known = [name for name in names if name != "gone"]
    expected = not names or (bool(known) and type_ in expand(known))
    assert wants(names, type_) is expected
    event = Event(1, type_, Stamp(0), PHONE, Verification(1, PHONE, 0, 0, pending=True), 0, {})
    assert Webhook(1, "https://hook.test", "", names, 0).wants(event) is expected


def test_a_hosted_name_is_found_beside_ours() -> None:
    """Whoever asked for an event by a hosted name, too, is known."""
    assert hosted_name(["message.received", "receive"], EventType.MESSAGE_RECEIVED) == "receive"
    assert hosted_name(["message.received"], EventType.MESSAGE_RECEIVED) is None
    assert hosted_name([], EventType.MESSAGE_RECEIVED) is None
    assert hosted_name(["receive"], EventType.MESSAGE_CREATED) is None
