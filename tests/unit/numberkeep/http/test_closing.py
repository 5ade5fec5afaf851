"""Signaling shutdown to open-ended responses."""

import asyncio
import threading
import time

from numberkeep.http.closing import Closing


async def test_all_waiters_are_notified_from_any_thread() -> None:
    """Current ones at once, and later ones immediately."""
    closing = Closing()
    waiting = [asyncio.create_task(closing.wait()) for _ in range(3)]
    await asyncio.sleep(0)
    assert not any(task.done() for task in waiting)
    thread = threading.Timer(0.05, closing.begin)  # by then the loop sleeps, and must be woken
    began = time.monotonic()
    thread.start()
    async with asyncio.timeout(5):
        await asyncio.gather(*waiting)
        await closing.wait()
    assert time.monotonic() - began < 4
    thread.join()


async def test_a_signal_before_the_first_wait_is_kept() -> None:
    """Repeated signals have the effect of one."""
    closing = Closing()
    closing.begin()
    closing.begin()
    async with asyncio.timeout(5):
        await closing.wait()


def test_a_signal_after_the_loop_has_ended_is_ignored() -> None:
    """It raises nothing."""
    closing = Closing()

    async def wait_a_little() -> None:
        task = asyncio.create_task(closing.wait())
        await asyncio.sleep(0)
        task.cancel()

    asyncio.run(wait_a_little())
    closing.begin()
