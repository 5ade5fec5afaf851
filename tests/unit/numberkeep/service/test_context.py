"""The clock whose times are unique, and the context of a command."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numberkeep.domain.consent.commands import SetOptOut
from numberkeep.domain.contacts.contact import ContactPatch
from numberkeep.domain.errors import AnsweredBefore
from numberkeep.domain.identity import NODE_BITS, Account
from numberkeep.domain.stamp import SYSTEM, Actor, ActorKind, Cause, CauseKind
from numberkeep.service import contacts
from numberkeep.service.context import Clock, Context, Idempotency
from numberkeep.store.queries import ListEvents, ListOptOuts
from numberkeep.store.sqlite import SqliteStore
from support.api import SetClock


def test_the_clock_returns_the_system_time_in_microseconds() -> None:
    """Nanoseconds are truncated to microseconds."""
    system = SetClock()
    clock = Clock(system, system)
    assert clock.take() == system.now_ns // 1000
    system.pass_seconds(1.5)
    assert clock.take() == system.now_ns // 1000


def test_a_stopped_system_clock_yields_unique_times() -> None:
    """Calls within one microsecond return consecutive ones."""
    system = SetClock()
    clock = Clock(system, system)
    start = system.now_ns // 1000
    assert [clock.take() for _ in range(4)] == [start, start + 1, start + 2, start + 3]


def test_a_system_clock_set_back_is_not_followed() -> None:
    """Times increase by single microseconds until the system clock has caught up."""
    system = SetClock()
    clock = Clock(system, system)
    first = clock.take()
    system.pass_seconds(-3600)
    assert clock.take() == first + 1
    system.pass_seconds(3601)
    assert clock.take() == first + 1_000_000


def test_time_advances_while_the_system_clock_is_behind() -> None:
    """At half the rate of a monotonic clock, until the system clock has caught up."""
    system, steady = SetClock(), SetClock()
    clock = Clock(system, steady)
    first = clock.take()
    system.pass_seconds(-60)
    for seconds in (20, 40, 60, 80, 100):
        for each in (system, steady):
            each.pass_seconds(20)
        assert clock.take() == first + seconds * 500_000
    for each in (system, steady):
        each.pass_seconds(40)
    assert clock.take() == system.now_ns // 1000 == first + 80 * 1_000_000


def test_taking_many_reserves_them_all() -> None:
    """`take(n)` returns the first of n times that no other call returns."""
    system = SetClock()
    clock = Clock(system, system)
    first = clock.take(10)
    assert clock.take() == first + 10
    assert clock.take(5) == first + 11
    assert clock.take() == first + 16


@settings(derandomize=True)
@given(st.lists(st.tuples(st.integers(-5000, 5000), st.integers(1, 5))))
def test_times_are_unique_whatever_the_system_clock_does(steps: list[tuple[int, int]]) -> None:
    """The reserved ranges increase and do not overlap."""
    system = SetClock()
    clock = Clock(system, system)
    end = 0
    for jump, count in steps:
        system.now_ns += jump
        first = clock.take(count)
        assert first >= max(end, system.now_ns // 1000)
        end = first + count


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
