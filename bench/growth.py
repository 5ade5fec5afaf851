"""What a thousand, a million and ten million contacts in one account cost, on both engines: p50, in one run."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Final

from bench import people
from bench.engines import Engine, engines, fill, opened, settle
from bench.load import median
from numberkeep.domain.commands import CreateContact
from numberkeep.domain.contact import ContactPatch
from numberkeep.domain.identity import contact_id_at
from numberkeep.domain.listing import ContactFilter, ListQuery, Order, Position
from numberkeep.store.contract import Store

CALLS: Final = 300
ROUNDS: Final = 7
_RARE: Final = "rare"
_RARE_BEARERS: Final = 20


def measure(sizes: Sequence[int]) -> Iterator[str]:
    """The table's rows: microseconds at the first size, and at each other as a ratio to it."""
    with engines() as there:
        for engine in there:
            yield from asyncio.run(_measure(engine, sizes))


async def _measure(engine: Engine, sizes: Sequence[int]) -> list[str]:
    stores: list[tuple[Store, dict[str, Call]]] = []
    for size in sizes:
        url = engine.new_database()
        await fill(url, size)
        context, account = await opened(url)
        await _mark_rare(context.store, account.account_id, size)
        await context.store.close()
        await settle(url)
        context, account = await opened(url)
        stores.append((context.store, await _calls(context.store, account.account_id, size)))
    rows: list[str] = []
    for name in stores[0][1]:
        p50s: list[list[float]] = [[] for _ in sizes]
        for _ in range(ROUNDS):
            for (_, calls), times in zip(stores, p50s, strict=True):
                times.append(await _p50(calls[name]))
        ratios = [median([b / a for a, b in zip(p50s[0], other, strict=True)]) for other in p50s[1:]]
        shown = " | ".join(f"{ratio:.2f}" for ratio in ratios)
        rows.append(f"| {engine.name}: {name} | {median(p50s[0]) * 1e6:,.0f} us | {shown} |")
    for store, _ in stores:
        await store.close()
    return rows


Call = Callable[[], Awaitable[object]]


async def _p50(call: Call) -> float:
    times: list[float] = []
    for _ in range(CALLS):
        begin = time.perf_counter()
        await call()
        times.append(time.perf_counter() - begin)
    return median(times)


async def _mark_rare(store: Store, account_id: int, size: int) -> None:
    """Twenty contacts spread over the others bear a tag that no other has; an update makes it so."""
    for number in range(0, size, max(1, size // _RARE_BEARERS)):
        at = people.START_MICROS + size + number
        patch = ContactPatch(tags=("customer", _RARE))
        command = CreateContact(account_id, people.phone(number), patch, True, contact_id_at(at, 2), at)  # noqa: FBT003
        await store.apply(command)


async def _calls(store: Store, account_id: int, size: int) -> dict[str, Call]:
    chance = random.Random(1)  # noqa: S311 - the same numbers on every run
    made = iter(range(10**9))

    def retrieve() -> Awaitable[object]:
        return store.contact(account_id, people.phone(chance.randrange(size)))

    def create() -> Awaitable[object]:
        n = next(made)
        at = people.START_MICROS + 2 * size + n
        phone = f"+1{3_000_000_000 + n * 7_919 % 999_999_937}9"
        patch = ContactPatch(first_name="Ada", last_name="Lovelace", tags=("customer",))
        return store.apply(CreateContact(account_id, phone, patch, False, contact_id_at(at, 3), at))  # noqa: FBT003

    def page(query: ListQuery) -> Call:
        return lambda: store.contacts(account_id, query)

    def cursor() -> Awaitable[object]:
        at = people.START_MICROS + chance.randrange(size // 2, size)
        return store.contacts(account_id, ListQuery(limit=100, after=Position(at, contact_id_at(at, 1))))

    first = ListQuery(order=Order(), limit=100)
    return {
        "retrieve": retrieve,
        "create": create,
        "count": lambda: store.count(account_id),
        "first page of 100": page(first),
        "page of 100 by cursor": cursor,
        "page of a rare tag": page(ListQuery(ContactFilter(tags=(_RARE,)), limit=100)),
    }
