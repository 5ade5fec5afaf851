"""The state of the outbox, which is counted at a limited rate."""

import asyncio

import pytest

from numberkeep.domain.command import SECOND
from numberkeep.domain.errors import StoreUnavailable
from numberkeep.domain.outbox.delivery import Backlog
from numberkeep.service.backlog import CachedBacklog
from numberkeep.service.context import Context
from numberkeep.store.queries import GetBacklog
from support.api import SetClock
from support.faults import wrap_reads


class Counting:
    """A store whose counts take one second by default, with a monotonic clock."""

    def __init__(self, context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
        self.counts = 0
        self.time = 100.0
        self.takes = 1.0
        self.fails = False
        wrap_reads(monkeypatch, context.store, lambda _: self.backlog, GetBacklog)
        self.cached = CachedBacklog(context, lambda: self.time)

    async def backlog(self, _: GetBacklog) -> Backlog:
        """Return the count."""
        await asyncio.sleep(0)
        if self.fails:
            raise StoreUnavailable("down")
        self.counts += 1
        self.time += self.takes
        return Backlog(self.counts, None, 0)

    async def count(self) -> int:
        """Return the waiting deliveries of the cached count."""
        found = await self.cached.backlog()
        assert found is not None
        return found.waiting


@pytest.fixture
def counting(context: Context, monkeypatch: pytest.MonkeyPatch) -> Counting:
    """Return a store that counts slowly."""
    return Counting(context, monkeypatch)


async def test_a_count_is_cached_for_twenty_times_its_duration(counting: Counting) -> None:
    """After that, the store counts again."""
    for passed, count in ((0, 1), (19.9, 1), (0.2, 2), (20.1, 3)):
        counting.time += passed
        assert await counting.count() == count


async def test_a_fast_count_is_not_cached(counting: Counting) -> None:
    """With few pending deliveries every result is current."""
    counting.takes = 0.005
    assert [await counting.count() for _ in range(3)] == [1, 2, 3]


async def test_concurrent_callers_share_a_count(counting: Counting) -> None:
    """However many they are, the store counts once."""
    assert set(await asyncio.gather(*[counting.count() for _ in range(50)])) == {1}
    assert counting.counts == 1


async def test_a_failure_is_raised_and_not_cached(counting: Counting) -> None:
    """An expired count is not returned in place of an unavailable store's."""
    await counting.cached.backlog()
    counting.fails = True
    assert await counting.count() == 1
    counting.time += 21
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            await counting.cached.backlog()
    counting.fails = False
    assert await counting.count() == 2


async def test_pending_deliveries_have_an_age(context: Context, clock: SetClock) -> None:
    """Since the oldest was enqueued; 0 without any, or if the clock was set back."""
    cached = CachedBacklog(context)
    now = context.clock.take()
    clock.pass_seconds(90)
    assert abs(cached.age_seconds(Backlog(1, now, 0)) - 90) < 100 / SECOND
    assert cached.age_seconds(Backlog(0, None, 3)) == 0
    assert cached.age_seconds(Backlog(1, now + 10**12, 0)) == 0
