"""How many names are looked up at a time, and for whom."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import pytest

from numberkeep.domain.outbox.errors import DeliveryFailed
from numberkeep.outbound.lookups import THREADS_OF_AN_ACCOUNT, Lookups
from numberkeep.outbound.targets import Targets


class SlowNames:
    """A resolver that hangs on every name but `good`, until `end` is called; it counts its lookups."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._end = asyncio.Event()

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """Return an address."""
        del port
        self.asked.append(host)
        if not host.startswith("good"):
            await self._end.wait()
            raise OSError("no address")
        return ["8.8.8.8"]

    def end(self) -> None:
        """End the lookups that hang, as the system does at its own timeout."""
        self._end.set()


@pytest.fixture
def names() -> SlowNames:
    """Return a resolver."""
    return SlowNames()


async def test_slow_names_of_an_account_delay_no_other_account(names: SlowNames) -> None:
    """An account has only a few lookups under way, also after nobody waits for them."""
    targets = Targets(resolve=names, limit=0.05)
    for _ in range(2):
        found = await asyncio.gather(
            *(targets.resolve("slow", f"http://slow{n}.test/") for n in range(20)), return_exceptions=True
        )
        assert {str(each) for each in found} == {"the host's name was not resolved within 0.05 s"}
    assert len(names.asked) == THREADS_OF_AN_ACCOUNT
    await targets.resolve("other", "http://good.test/")


async def test_an_account_recovers_when_its_lookups_end(names: SlowNames) -> None:
    """Names that waited and were given up are not looked up then."""
    targets = Targets(resolve=names, limit=0.05)
    await asyncio.gather(*(targets.resolve("slow", f"http://slow{n}.test/") for n in range(9)), return_exceptions=True)
    with pytest.raises(DeliveryFailed, match="not resolved within"):
        await targets.resolve("slow", "http://good.test/")
    names.end()
    await targets.resolve("slow", "http://good.test/")
    assert names.asked == ["slow0.test", "slow1.test", "good.test"]


async def test_a_name_is_looked_up_once_at_a_time(names: SlowNames) -> None:
    """Simultaneous deliveries to one webhook share a lookup, a later one starts its own."""
    lookups = Lookups(names)
    many = [asyncio.create_task(lookups.addresses("acme", "slow.test", 80)) for _ in range(8)]
    await asyncio.sleep(0)
    many[0].cancel()
    with suppress(asyncio.CancelledError):
        await many[0]
    names.end()
    assert [type(each) for each in await asyncio.gather(*many[1:], return_exceptions=True)] == [OSError] * 7
    assert names.asked == ["slow.test"]
    for _ in range(2):
        assert await lookups.addresses("acme", "good.test", 80) == ["8.8.8.8"]
    assert names.asked == ["slow.test", "good.test", "good.test"]
    assert not lookups._running
