"""Telling those who wait that an account has changed."""

import asyncio
import time

from numberkeep.service.bell import Bell


async def test_a_ring_before_the_wait_is_heard() -> None:
    """What happened since the last wait ends the next one at once: nothing falls in between."""
    bell = Bell()
    with bell.listening() as listener:
        bell.ring(1)
        bell.ring(2)
        bell.ring(1)
        assert await listener.wait(5) == {1, 2}
        began = time.monotonic()
        assert await listener.wait(0.05) == set()
        assert time.monotonic() - began > 0.04, "what was heard is not heard again"


async def test_a_ring_ends_a_wait() -> None:
    """At once, for everyone who waits for that account or for all, and for nobody else."""
    bell = Bell()
    with bell.listening() as everyone, bell.listening(1) as one, bell.listening(2) as two:
        waiting = [asyncio.create_task(listener.wait(0.1)) for listener in (everyone, one, two)]
        await asyncio.sleep(0)
        began = time.monotonic()
        bell.ring(1)
        assert await waiting[0] == await waiting[1] == {1}
        assert time.monotonic() - began < 0.09
        assert await waiting[2] == set()


async def test_a_wait_that_is_cancelled_loses_nothing() -> None:
    """What rang while nobody took it is heard by the next wait."""
    bell = Bell()
    with bell.listening(1) as listener:
        waiting = asyncio.create_task(listener.wait(5))
        await asyncio.sleep(0)
        bell.ring(1)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert await listener.wait(0.05) == {1}


def test_who_has_gone_is_rung_for_no_more() -> None:
    """Behind its block a listener is forgotten."""
    bell = Bell()
    with bell.listening():
        pass
    bell.ring(1)
    assert not bell._listeners
