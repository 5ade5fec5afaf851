"""The clock whose times are unique and rise."""

from hypothesis import given, settings
from hypothesis import strategies as st

from numberkeep.service.clock import Clock
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


def test_taking_none_returns_the_time_without_reserving_it() -> None:
    """`take(0)` and `now` rise too, and the next call may return the same time."""
    system = SetClock()
    clock = Clock(system, system)
    first = clock.take(10)
    assert clock.now() == clock.take(0) == clock.take() == first + 10
    system.pass_seconds(1)
    assert clock.now() == system.now_ns // 1000 == clock.take()


def test_the_time_of_day_follows_the_system_clock() -> None:
    """Also back, because receivers of signatures compare it with their own clocks."""
    system = SetClock()
    clock = Clock(system, system)
    clock.take()
    system.pass_seconds(-3600)
    assert clock.seconds() == system.now_ns / 1_000_000_000


def test_a_wait_ends_at_its_stamp() -> None:
    """It is never negative."""
    system = SetClock()
    clock = Clock(system, system)
    at = clock.take()
    assert clock.seconds_until(at + 1_500_000) == 1.499_999
    system.pass_seconds(2)
    assert clock.seconds_until(at + 1_500_000) == 0


def test_retries_are_spread() -> None:
    """By chance, up to the given seconds."""
    waits = {Clock().spread(2.0) for _ in range(100)}
    assert len(waits) > 1
    assert 0 <= min(waits) <= max(waits) <= 2
