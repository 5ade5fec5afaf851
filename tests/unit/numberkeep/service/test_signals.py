"""In-process notifications that an account has changed."""

import asyncio
import time

from numberkeep.service.signals import ChangeSignals


async def test_a_signal_before_the_wait_is_received() -> None:
    """A signal since the last wait ends the next one at once, so none is missed."""
    signals = ChangeSignals()
    with signals.listening() as listener:
        signals.notify(1)
        signals.notify(2)
        signals.notify(1)
        assert await listener.wait(5) == {1, 2}
        began = time.monotonic()
        assert await listener.wait(0.05) == set()
        assert time.monotonic() - began > 0.04, "a signal is received once"


async def test_a_signal_ends_a_wait() -> None:
    """At once, for all who wait for this account or for all accounts, and for no others."""
    signals = ChangeSignals()
    with signals.listening() as everyone, signals.listening(1) as one, signals.listening(2) as two:
        waiting = [asyncio.create_task(listener.wait(60)) for listener in (everyone, one, two)]
        await asyncio.sleep(0)
        signals.notify(1)
        async with asyncio.timeout(30):
            assert await waiting[0] == await waiting[1] == {1}
        assert not waiting[2].done()
        signals.notify(2)
        assert await waiting[2] == {2}


async def test_a_canceled_wait_loses_no_signal() -> None:
    """The next wait receives what arrived in between."""
    signals = ChangeSignals()
    with signals.listening(1) as listener:
        waiting = asyncio.create_task(listener.wait(5))
        await asyncio.sleep(0)
        signals.notify(1)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert await listener.wait(0.05) == {1}


def test_a_closed_listener_is_removed() -> None:
    """After its block it is no longer notified."""
    signals = ChangeSignals()
    with signals.listening():
        pass
    signals.notify(1)
    assert not signals._listeners
