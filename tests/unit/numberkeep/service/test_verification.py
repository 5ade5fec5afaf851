"""Requests to verify a number."""

from dataclasses import replace

import pytest

from numberkeep.domain.contacts.contact import ContactPatch, ReadOnly
from numberkeep.domain.errors import ContactNotFound, MissingFields, RecipientOptedOut, VerificationTooSoon
from numberkeep.domain.identity import Account
from numberkeep.domain.messages.message import Direction, Message, MessageStatus
from numberkeep.domain.verification.verification import DEFAULT_TEXT
from numberkeep.service import contacts, inbound, messages, verification
from numberkeep.service.context import Context
from numberkeep.service.inbound import Incoming
from support.api import SetClock

PHONE = "+14155552671"


@pytest.fixture(autouse=True)
async def contact(context: Context, account: Account) -> None:
    """Return an unverified contact."""
    await contacts.create(context, account, PHONE, ContactPatch(), update_if_exists=False)


async def test_a_request_enqueues_the_text(context: Context, account: Account, clock: SetClock) -> None:
    """One message to the E.164 number, at the clock's time, with the default text, which mentions STOP."""
    clock.pass_seconds(5)
    assert await verification.request(context, account, "(415) 555-2671") is True
    at = clock.now_ns // 1000
    queued = Message(1, PHONE, "", Direction.OUTBOUND, DEFAULT_TEXT, MessageStatus.QUEUED, at, verification_id=1)
    assert list(await messages.newest(context, account, 10)) == [queued]
    assert "STOP" in DEFAULT_TEXT


async def test_the_account_s_text_contains_the_contact_s_values(context: Context, account: Account) -> None:
    """Empty fields are replaced by nothing."""
    await contacts.update(context, account, PHONE, ContactPatch(first_name="Ada"), ReadOnly())
    own = replace(account, verification_text="{first_name}{last_name}, is {phone} yours?")
    await verification.request(context, own, PHONE)
    (message,) = await messages.newest(context, account, 10)
    assert message.content == f"Ada, is {PHONE} yours?"


async def test_a_verified_contact_is_not_asked_again(context: Context, account: Account) -> None:
    """The result is False, and nothing is sent, regardless of the interval."""
    await verification.request(context, account, PHONE)
    await inbound.receive(context, account, Incoming(PHONE, "yes", "", "", "from"))
    assert await verification.request(context, account, PHONE) is False
    assert len(await messages.newest(context, account, 10)) == 2


async def test_a_repeated_request_waits_for_the_interval(context: Context, account: Account, clock: SetClock) -> None:
    """Before that, the error says how long to wait; after it, a message is sent."""
    clock.pass_seconds(1)
    await verification.request(context, account, PHONE)
    clock.pass_seconds(20)
    with pytest.raises(VerificationTooSoon) as refused:
        await verification.request(context, account, PHONE)
    assert refused.value.retry_after == 40
    clock.pass_seconds(40)
    await verification.request(context, account, PHONE)
    assert len(await messages.newest(context, account, 10)) == 2
    assert len(await messages.newest(context, account, 1)) == 1


@pytest.mark.parametrize("number", ["+14155559999", "12", "nobody"])
async def test_a_number_without_contact_is_not_asked(context: Context, account: Account, number: str) -> None:
    """It is not found, like an impossible number, and nothing is sent."""
    with pytest.raises(ContactNotFound):
        await verification.request(context, account, number)
    assert list(await messages.newest(context, account, 10)) == []


@pytest.mark.parametrize("number", ["", "  "])
async def test_an_empty_number_is_missing(context: Context, account: Account, number: str) -> None:
    """MissingFields names the field."""
    with pytest.raises(MissingFields) as refused:
        await verification.request(context, account, number)
    assert [error.field for error in refused.value.fields] == ["number"]


async def test_an_opted_out_recipient_is_not_asked(context: Context, account: Account) -> None:
    """RecipientOptedOut is raised and nothing is sent."""
    await contacts.set_opt_out(context, account, PHONE, opted_out=True)
    with pytest.raises(RecipientOptedOut):
        await verification.request(context, account, PHONE)
    assert list(await messages.newest(context, account, 10)) == []
