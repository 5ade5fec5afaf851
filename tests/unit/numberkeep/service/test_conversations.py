"""Replies that are simulated: where they are possible, and what they may change."""

from dataclasses import replace

import pytest

from numberkeep.domain.consent.ledger import ConsentSource
from numberkeep.domain.errors import ConversationNotFound, NotSimulated
from numberkeep.domain.identity import Account
from numberkeep.service import consent, contacts, inbound
from numberkeep.service.context import Context
from numberkeep.service.conversations import simulate, thread, why_not_simulated
from numberkeep.service.deployment import Deployment, SenderName
from numberkeep.service.inbound import Incoming

PHONE = "+14155552671"


def in_mode(context: Context, sender: SenderName, *receives: str) -> Context:
    """Return the context of another deployment."""
    return replace(context, deployment=Deployment(sender, receives=receives))


@pytest.mark.parametrize("sender", ["webhook", "sendblue", "twilio"])
async def test_a_carrier_that_sends_rules_out_simulation(
    context: Context, account: Account, sender: SenderName
) -> None:
    """The error names it, and nothing is stored."""
    with pytest.raises(NotSimulated, match=f"through {sender}"):
        await simulate(in_mode(context, sender), account, PHONE, "START")
    assert (await thread(context, account, PHONE, 100, 10)).messages == []


async def test_a_carrier_that_receives_rules_out_simulation(context: Context, account: Account) -> None:
    """Its messages are from real people, whatever sends ours."""
    with pytest.raises(NotSimulated, match="from sendblue and twilio"):
        await simulate(in_mode(context, "log", "sendblue", "twilio"), account, PHONE, "START")


async def test_without_a_carrier_replies_are_simulated(context: Context) -> None:
    """In test mode, and while messages are only logged."""
    assert [why_not_simulated(in_mode(context, sender)) for sender in ("log", "test")] == ["", ""]


async def test_a_simulated_opt_out_is_lifted_by_a_simulated_opt_in(context: Context, account: Account) -> None:
    """Both are in the ledger under their own source."""
    await simulate(context, account, PHONE, "STOP")
    assert (await simulate(context, account, PHONE, "START")).opted_out is False
    entries = await consent.show(context, account, PHONE)
    assert [(each.opted_out, each.source) for each in entries] == [
        (True, ConsentSource.SIMULATED),
        (False, ConsentSource.SIMULATED),
    ]


@pytest.mark.parametrize("how", ["message", "program"])
async def test_a_real_opt_out_is_not_lifted(context: Context, account: Account, how: str) -> None:
    """Neither one from a message nor one from a program; the reply is stored."""
    if how == "message":
        await inbound.receive(context, account, Incoming(PHONE, "STOP", "", "", "from"))
    else:
        await contacts.set_opt_out(context, account, PHONE, opted_out=True)
    assert (await simulate(context, account, PHONE, "START")).opted_out is None
    found = await thread(context, account, PHONE, 100, 10)
    assert found.opted_out
    assert found.messages[0].message.content == "START"


async def test_a_simulated_opt_out_does_not_free_a_real_one(context: Context, account: Account) -> None:
    """A real opt-out that was opted in, and then simulated again, is a simulated one; an earlier one stays real."""
    await contacts.set_opt_out(context, account, PHONE, opted_out=True)
    await simulate(context, account, PHONE, "STOP")
    assert (await simulate(context, account, PHONE, "START")).opted_out is None


@pytest.mark.parametrize("how", ["message", "program", "list"])
async def test_a_real_opt_out_after_a_simulated_one_stays(context: Context, account: Account, how: str) -> None:
    """It has an entry of its own, although the number was opted out already: a rehearsal does not hide it."""
    await simulate(context, account, PHONE, "STOP")
    match how:
        case "message":
            await inbound.receive(context, account, Incoming(PHONE, "STOP", "", "", "from"))
        case "program":
            await contacts.set_opt_out(context, account, PHONE, opted_out=True)
        case _:
            await consent.import_opt_outs(context, account, [PHONE])
    assert (await simulate(context, account, PHONE, "START")).opted_out is None
    await simulate(context, account, PHONE, "STOP")
    entries = await consent.show(context, account, PHONE)
    assert [(each.opted_out, each.source.value) for each in entries] == [
        (True, "simulated"),
        (True, {"message": "message", "program": "api", "list": "import"}[how]),
    ]


async def test_in_test_mode_everything_is_simulated(context: Context, account: Account) -> None:
    """So every opt-out can be lifted."""
    await contacts.set_opt_out(context, account, PHONE, opted_out=True)
    assert (await simulate(in_mode(context, "test"), account, PHONE, "START")).opted_out is False


async def test_a_reply_needs_a_number(context: Context, account: Account) -> None:
    """A sender id has no phone, but its messages are shown."""
    with pytest.raises(ConversationNotFound):
        await simulate(context, account, "ACME", "yes")
    assert (await thread(context, account, "ACME", 100, 10)).messages == []
    with pytest.raises(ConversationNotFound):
        await thread(context, account, "", 100, 10)
