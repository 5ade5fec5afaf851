"""Telling what would go on for ever that the service is to stop."""

import asyncio
import threading
import time

from numberkeep.http.closing import Closing


async def test_everyone_who_waits_is_told_from_any_thread() -> None:
    """Those who wait already, at once, and those who come later."""
    closing = Closing()
    waiting = [asyncio.create_task(closing.wait()) for _ in range(3)]
    await asyncio.sleep(0)
    assert not any(task.done() for task in waiting)
    thread = threading.Timer(0.05, closing.begin)  # by then the loop sleeps, and has to be woken
    began = time.monotonic()
    thread.start()
    async with asyncio.timeout(5):
        await asyncio.gather(*waiting)
        await closing.wait()
    assert time.monotonic() - began < 4
    thread.join()


async def test_what_was_told_before_anybody_waited_is_heard() -> None:
    """More than once is as once."""
    closing = Closing()
    closing.begin()
    closing.begin()
    async with asyncio.timeout(5):
        await closing.wait()


def test_a_loop_that_has_ended_is_no_hindrance() -> None:
    """Who tells it after the end of all waits raises nothing."""
    closing = Closing()

    async def wait_a_little() -> None:
        task = asyncio.create_task(closing.wait())
        await asyncio.sleep(0)
        task.cancel()

    asyncio.run(wait_a_little())
    closing.begin()
