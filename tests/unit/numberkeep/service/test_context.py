"""The clock that never repeats."""

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


def test_the_clock_tells_the_systems_time_in_microseconds() -> None:
    """Nanoseconds are cut to microseconds, and time that passes is seen."""
    system = SetClock()
    clock = Clock(system, system)
    assert clock.take() == system.now_ns // 1000
    system.pass_seconds(1.5)
    assert clock.take() == system.now_ns // 1000


def test_a_clock_that_stands_still_gives_every_microsecond_once() -> None:
    """Calls within one microsecond get the following ones."""
    system = SetClock()
    clock = Clock(system, system)
    start = system.now_ns // 1000
    assert [clock.take() for _ in range(4)] == [start, start + 1, start + 2, start + 3]


def test_a_system_clock_that_goes_back_is_not_followed() -> None:
    """Time goes on by single microseconds until the system's clock has caught up."""
    system = SetClock()
    clock = Clock(system, system)
    first = clock.take()
    system.pass_seconds(-3600)
    assert clock.take() == first + 1
    system.pass_seconds(3601)
    assert clock.take() == first + 1_000_000


def test_time_goes_on_while_the_system_clock_lies_behind() -> None:
    """At half the pace of a clock that nobody sets, until the system's has caught up; then by that again."""
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
    """`take(n)` gives the first of n that nobody else gets."""
    system = SetClock()
    clock = Clock(system, system)
    first = clock.take(10)
    assert clock.take() == first + 10
    assert clock.take(5) == first + 11
    assert clock.take() == first + 16


@settings(derandomize=True)
@given(st.lists(st.tuples(st.integers(-5000, 5000), st.integers(1, 5))))
def test_whatever_the_system_clock_does_nothing_is_given_twice(steps: list[tuple[int, int]]) -> None:
    """However the system's clock jumps, the ranges that are given out rise and do not overlap."""
    system = SetClock()
    clock = Clock(system, system)
    end = 0
    for jump, count in steps:
        system.now_ns += jump
        first = clock.take(count)
        assert first >= max(end, system.now_ns // 1000)
        end = first + count


def test_a_process_has_a_node_number_of_its_own() -> None:
    """Contexts draw node numbers that fit the ids and differ between processes, most likely."""
    nodes = {Context(SqliteStore(None)).node for _ in range(50)}
    assert all(0 <= node < 2**NODE_BITS for node in nodes)
    assert len(nodes) > 1


async def test_an_idempotency_key_belongs_to_one_command(context: Context, account: Account) -> None:
    """A use case may apply others beside it: repeated, they are applied again, and the one is answered as before."""
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


async def test_commands_bear_who_acts(context: Context, account: Account) -> None:
    """The actor and the cause of the context, at the clock's time; without any it is the system."""
    key, request = Actor(ActorKind.API_KEY, "nk_1"), Cause(CauseKind.REQUEST, "r-1")
    for acting in (context, context.acting(key, request)):
        await contacts.create(acting, account, "+14155550001", ContactPatch(), update_if_exists=True)
        await contacts.set_opt_out(acting, account, "+14155550001", opted_out=acting is not context)
    events = await context.store.read(ListEvents(account.account_id, 0, 10))
    assert [(event.actor, event.cause) for event in events] == [(SYSTEM, None), (key, request), (key, request)]
