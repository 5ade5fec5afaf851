"""The clock of test mode."""

import asyncio
from math import inf

import pytest

from numberkeep.domain.command import SECOND
from numberkeep.service.settable_clock import SettableClock
from support.api import SetClock

NEW_YEAR = 1_767_225_600 * SECOND
"""2026-01-01T00:00:00Z, before the time of the system in these tests."""


@pytest.fixture
def system() -> SetClock:
    """Return the system's clock."""
    return SetClock()


@pytest.fixture
def clock(system: SetClock) -> SettableClock:
    """Return a clock that was not set."""
    return SettableClock(system, system)


def test_until_it_is_set_it_is_the_system_s(clock: SettableClock, system: SetClock) -> None:
    """With unique times."""
    assert [clock.take(), clock.take()] == [system.now_ns // 1000, system.now_ns // 1000 + 1]
    assert clock.seconds() == system.now_ns / 1_000_000_000
    assert not clock.frozen
    system.pass_seconds(1)
    assert clock.now() == clock.at == system.now_ns // 1000


def test_frozen_time_stands_still_and_its_stamps_rise(clock: SettableClock, system: SetClock) -> None:
    """By as many microseconds as were reserved; reading the time reserves none."""
    clock.freeze(NEW_YEAR)
    system.pass_seconds(100)
    assert clock.frozen
    assert [clock.take(), clock.take(3), clock.take()] == [NEW_YEAR, NEW_YEAR + 1, NEW_YEAR + 4]
    assert [clock.now(), clock.now()] == [NEW_YEAR + 5, NEW_YEAR + 5]
    assert clock.at == NEW_YEAR
    assert clock.seconds() == NEW_YEAR / SECOND


def test_the_same_calls_get_the_same_stamps_after_every_freeze(clock: SettableClock, system: SetClock) -> None:
    """Whatever happened before, and whether the time goes on or back by that."""

    def calls() -> list[int]:
        clock.freeze(NEW_YEAR)
        found = [clock.take(), clock.take(2)]
        clock.advance(60 * SECOND)
        return [*found, clock.take(), clock.take()]

    first = calls()
    clock.advance(3600 * SECOND)
    system.pass_seconds(5)
    assert calls() == first == [NEW_YEAR, NEW_YEAR + 1, NEW_YEAR + 60 * SECOND + 3, NEW_YEAR + 60 * SECOND + 4]


def test_freezing_it_as_it_is_keeps_its_time(clock: SettableClock, system: SetClock) -> None:
    """The second time too, without a stamp that was taken before."""
    before = clock.take()
    clock.freeze()
    first = clock.take()
    assert before < first <= before + 2
    system.pass_seconds(10)
    clock.freeze()
    assert clock.take() == first + 1


def test_an_advance_makes_every_stamp_as_much_older(clock: SettableClock) -> None:
    """However many there were: a limit of 60 s lifts when the clock is advanced by 60 s."""
    clock.freeze(NEW_YEAR)
    last = clock.take(5000) + 4999
    clock.advance(1000)
    assert clock.at == NEW_YEAR + 1000
    assert clock.now() >= last + 1000


def test_a_running_clock_runs_on_after_an_advance(clock: SettableClock, system: SetClock) -> None:
    """So much ahead of the system's."""
    clock.advance(3600 * SECOND)
    assert not clock.frozen
    assert clock.take() == system.now_ns // 1000 + 3600 * SECOND
    system.pass_seconds(2)
    assert clock.take() == system.now_ns // 1000 + 3600 * SECOND
    assert clock.seconds() == system.now_ns / 1_000_000_000 + 3600


def test_resuming_returns_to_the_system_s_time(clock: SettableClock, system: SetClock) -> None:
    """From any time, frozen or not."""
    clock.advance(3600 * SECOND)
    clock.freeze()
    clock.resume()
    assert not clock.frozen
    assert 0 <= clock.take() - system.now_ns // 1000 < 10


def test_a_wait_on_a_frozen_clock_does_not_end_by_itself(clock: SettableClock) -> None:
    """Unless its stamp has passed."""
    clock.freeze(NEW_YEAR)
    assert clock.seconds_until(NEW_YEAR + 1) == inf
    assert clock.seconds_until(NEW_YEAR) == 0
    clock.advance(SECOND)
    assert clock.seconds_until(NEW_YEAR + 1) == 0
    clock.resume()
    assert 0 < clock.seconds_until(clock.now() + SECOND) <= 1


def test_retries_are_not_spread(clock: SettableClock) -> None:
    """A test knows when they are due."""
    assert clock.spread(2.0) == 0


def test_those_who_wait_are_called_whenever_it_is_set(clock: SettableClock) -> None:
    """As long as they wait."""
    calls: list[int] = []
    with clock.watching(lambda: calls.append(clock.at)), clock.watching(lambda: calls.append(0)):
        clock.freeze(NEW_YEAR)
        clock.advance(SECOND)
    clock.resume()
    assert calls == [NEW_YEAR, 0, NEW_YEAR + SECOND, 0]


async def hang(clock: SettableClock, seconds: float) -> float:
    """Hang until a timeout, and return the seconds that it took."""
    now = asyncio.get_running_loop().time
    begun = now()
    with pytest.raises(TimeoutError):
        async with clock.timeout(seconds):
            await asyncio.Event().wait()
    return now() - begun


@pytest.mark.parametrize("freezes", [True, False])
async def test_a_timeout_ends_when_its_time_is_passed(clock: SettableClock, freezes: bool) -> None:  # noqa: FBT001
    """By an advance or by a freeze at a later time, and not before."""
    clock.freeze(NEW_YEAR)
    hanging = asyncio.create_task(hang(clock, 60))
    for _ in range(3):
        await asyncio.sleep(0.02)
        assert not hanging.done()
        if freezes:
            clock.freeze(clock.at + 20 * SECOND)
        else:
            clock.advance(20 * SECOND)
    assert await hanging < 30


async def test_a_clock_that_is_set_back_extends_no_timeout(clock: SettableClock) -> None:
    """What hangs would hang for that long."""
    hanging = asyncio.create_task(hang(clock, 0.1))
    await asyncio.sleep(0.01)
    clock.freeze(NEW_YEAR)
    assert await hanging < 30


async def test_a_timeout_ends_by_itself_too(clock: SettableClock) -> None:
    """What hangs must end although the clock stands still. Setting it afterwards has no effect."""
    clock.freeze(NEW_YEAR)
    assert await hang(clock, 0.01) < 30
    async with clock.timeout(0.01):
        pass
    clock.advance(SECOND)
