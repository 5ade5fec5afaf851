"""Long computations in slices."""

import asyncio
import time

import pytest

from numberkeep.domain.errors import InvalidInput
from numberkeep.service.slices import Slices, Steps


def count(steps: int, seconds: float) -> Steps[int]:
    """Take some time in each of the steps."""
    for _ in range(steps):
        yield
        time.sleep(seconds)
    return steps


async def test_the_loop_runs_between_slices() -> None:
    """A computation of a tenth of a second never blocks it for long."""
    ticks: list[float] = []

    async def tick() -> None:
        while True:
            ticks.append(time.thread_time())
            await asyncio.sleep(0)

    ticking = asyncio.create_task(tick())
    assert await Slices().run(count(100, 0.001)) == 100
    ticking.cancel()
    assert len(ticks) > 10


async def test_computations_run_one_after_the_other() -> None:
    """In the order of the calls, so that together they take no more of the loop than one."""
    slices, ended = Slices(), list[str]()

    async def run(name: str, steps: int) -> None:
        await slices.run(count(steps, 0.001))
        ended.append(name)

    await asyncio.gather(run("long", 30), run("short", 1))
    assert ended == ["long", "short"]


async def test_an_error_ends_a_computation() -> None:
    """And the next one runs."""

    def fail() -> Steps[None]:
        yield
        raise InvalidInput("no")

    slices = Slices()
    with pytest.raises(InvalidInput):
        await slices.run(fail())
    assert await slices.run(count(1, 0)) == 1
