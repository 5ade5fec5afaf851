"""The context of a command."""

import pytest

from numberkeep.domain.consent.commands import SetOptOut
from numberkeep.domain.contacts.contact import ContactPatch
from numberkeep.domain.errors import AnsweredBefore
from numberkeep.domain.identity import NODE_BITS, Account
from numberkeep.domain.stamp import SYSTEM, Actor, ActorKind, Cause, CauseKind
from numberkeep.service import contacts
from numberkeep.service.context import Context, Idempotency
from numberkeep.store.queries import ListEvents, ListOptOuts
from numberkeep.store.sqlite import SqliteStore


def test_a_process_has_its_own_node_number() -> None:
    """Contexts draw random node numbers that fit into ids, and most likely differ between processes."""
    nodes = {Context(SqliteStore(None)).node for _ in range(50)}
    assert all(0 <= node < 2**NODE_BITS for node in nodes)
    assert len(nodes) > 1


async def test_an_idempotency_key_covers_one_command(context: Context, account: Account) -> None:
    """Other commands of a repeated request are applied again; the one with the key returns its first result."""
    once = Idempotency("key", b"f", lambda phone: phone.encode())

    async def use_case(opted_out: bool) -> str:  # noqa: FBT001
        stamp = context.stamp()
        await context.apply(SetOptOut(account.account_id, "+14155550001", opted_out, stamp))
        return await context.apply(SetOptOut(account.account_id, "+14155550002", opted_out, stamp), once)

    assert await use_case(opted_out=True) == "+14155550002"
    with pytest.raises(AnsweredBefore) as before:
        await use_case(opted_out=False)
    assert before.value.answer == b"+14155550002"
    assert set(await context.store.read(ListOptOuts(account.account_id))) == {"+14155550002"}


async def test_commands_carry_actor_and_cause(context: Context, account: Account) -> None:
    """Those of the context, at the clock's time; the default is the system."""
    key, request = Actor(ActorKind.API_KEY, "nk_1"), Cause(CauseKind.REQUEST, "r-1")
    for acting in (context, context.acting(key, request)):
        await contacts.create(acting, account, "+14155550001", ContactPatch(), update_if_exists=True)
        await contacts.set_opt_out(acting, account, "+14155550001", opted_out=acting is not context)
    events = await context.store.read(ListEvents(account.account_id, 0, 10))
    assert [(event.actor, event.cause) for event in events] == [(SYSTEM, None), (key, request), (key, request)]
