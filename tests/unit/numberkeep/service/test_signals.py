"""Telling those who wait that an account has changed."""

import asyncio
import time

from numberkeep.service.signals import ChangeSignals


async def test_a_ring_before_the_wait_is_heard() -> None:
    """What happened since the last wait ends the next one at once: nothing falls in between."""
    signals = ChangeSignals()
    with signals.listening() as listener:
        signals.notify(1)
        signals.notify(2)
        signals.notify(1)
        assert await listener.wait(5) == {1, 2}
        began = time.monotonic()
        assert await listener.wait(0.05) == set()
        assert time.monotonic() - began > 0.04, "what was heard is not heard again"


async def test_a_ring_ends_a_wait() -> None:
    """At once, for everyone who waits for that account or for all, and for nobody else."""
    signals = ChangeSignals()
    with signals.listening() as everyone, signals.listening(1) as one, signals.listening(2) as two:
        waiting = [asyncio.create_task(listener.wait(0.1)) for listener in (everyone, one, two)]
        await asyncio.sleep(0)
        began = time.monotonic()
        signals.notify(1)
        assert await waiting[0] == await waiting[1] == {1}
        assert time.monotonic() - began < 0.09
        assert await waiting[2] == set()


async def test_a_wait_that_is_cancelled_loses_nothing() -> None:
    """What rang while nobody took it is heard by the next wait."""
    signals = ChangeSignals()
    with signals.listening(1) as listener:
        waiting = asyncio.create_task(listener.wait(5))
        await asyncio.sleep(0)
        signals.notify(1)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert await listener.wait(0.05) == {1}


def test_who_has_gone_is_rung_for_no_more() -> None:
    """Behind its block a listener is forgotten."""
    signals = ChangeSignals()
    with signals.listening():
        pass
    signals.notify(1)
    assert not signals._listeners
