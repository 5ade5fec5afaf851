"""How many requests of a kind are under way at once."""

import asyncio
from contextlib import AbstractAsyncContextManager

import pytest

from numberkeep.http.budget import MIB
from numberkeep.http.request_errors import AccountBusy, ServiceBusy
from numberkeep.http.turns import Room, Turns


class Holder:
    """A request that ends when the test ends it."""

    def __init__(self, turn: AbstractAsyncContextManager[None]) -> None:
        self._turn = turn
        self._ending = asyncio.Event()
        self.working = False
        self.task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        async with self._turn:
            self.working = True
            await self._ending.wait()

    async def end(self) -> None:
        """End the request."""
        self._ending.set()
        await self.task


async def settled() -> None:
    """Let every task go on as far as it can."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_requests_beyond_the_turns_wait_in_order() -> None:
    """Those of another account do not wait for them."""
    turns = Turns(2, "bulk requests")
    holders = [Holder(turns.turn(1)) for _ in range(4)]
    other = Holder(turns.turn(2))
    await settled()
    assert [holder.working for holder in holders] == [True, True, False, False]
    assert other.working
    await holders[1].end()
    await settled()
    assert [holder.working for holder in holders] == [True, True, True, False]
    for holder in (*holders, other):
        await holder.end()


async def test_who_waits_too_long_is_refused() -> None:
    """With 429 and Retry-After; the turn then still works."""
    turns = Turns(1, "bulk requests", seconds=0.01)
    holder = Holder(turns.turn(1))
    await settled()
    with pytest.raises(AccountBusy) as refused:
        async with turns.turn(1):
            pass
    assert (refused.value.status, dict(refused.value.headers)[b"retry-after"]) == (429, b"1")
    await holder.end()
    async with turns.turn(1):
        pass


async def test_only_so_many_requests_wait() -> None:
    """The next one is refused at once."""
    turns = Turns(1, "bulk requests")
    holders = [Holder(turns.turn(1)) for _ in range(101)]
    await settled()
    with pytest.raises(AccountBusy):
        async with turns.turn(1):
            pass
    async with turns.turn(2):
        pass
    for holder in holders:
        holder.task.cancel()
    await asyncio.gather(*(holder.task for holder in holders), return_exceptions=True)
    async with turns.turn(1):
        pass


async def test_all_accounts_share_a_number_of_turns() -> None:
    """Who waits too long for those of others gets 503."""
    turns = Turns(2, "long pages", total=3, seconds=0.01)
    holders = [Holder(turns.turn(account)) for account in (1, 1, 2)]
    await settled()
    with pytest.raises(ServiceBusy) as refused:
        async with turns.turn(2):
            pass
    assert (refused.value.status, dict(refused.value.headers)[b"retry-after"]) == (503, b"1")
    await holders[0].end()
    async with turns.turn(2):
        pass
    for holder in holders[1:]:
        await holder.end()


async def test_bodies_wait_for_room_in_order() -> None:
    """A small body does not overtake a large one, and the largest one is worked on alone."""
    room = Room(32 * MIB)
    sizes = [16, 16, 40, 1]
    holders = [Holder(room.take(size * MIB)) for size in sizes]
    await settled()
    assert [holder.working for holder in holders] == [True, True, False, False]
    await holders[0].end()
    await settled()
    assert [holder.working for holder in holders[2:]] == [False, False]
    await holders[1].end()
    await settled()
    assert [holder.working for holder in holders[2:]] == [True, False]
    await holders[2].end()
    await settled()
    assert holders[3].working
    await holders[3].end()


async def test_who_stops_waiting_for_room_blocks_nobody() -> None:
    """The next one gets it."""
    room = Room(16 * MIB)
    first, second, third = (Holder(room.take(16 * MIB)) for _ in range(3))
    await settled()
    second.task.cancel()
    await first.end()
    await settled()
    assert third.working
    await third.end()
