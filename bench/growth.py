"""The p50 of calls with a thousand, a million and ten million contacts in one account, on both engines.

Every call is measured twice: over HTTP on one connection, as a client sees it, and in the store alone.
"""

import asyncio
import http.client
import json
import random
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import Final
from urllib.parse import urlsplit

from bench import people
from bench.engines import PAIR, Engine, engines, fill, opened, settle
from bench.load import median, server
from bench.requests import NUMBERKEEP
from numberkeep.domain.contacts.commands import CreateContact
from numberkeep.domain.contacts.contact import ContactPatch
from numberkeep.domain.contacts.listing import ContactFilter, ListQuery, Position
from numberkeep.domain.identity import contact_id_at
from numberkeep.domain.stamp import Stamp
from numberkeep.http.query import next_link
from numberkeep.store.contract import Store
from numberkeep.store.queries import GetContact, GetTallies, ListContacts
from numberkeep.wire.listing import cursor_text

Call = Callable[[], Awaitable[object]]

CALLS: Final = 300
ROUNDS: Final = 7
_RARE: Final = "rare"
_RARE_COUNT: Final = 20
_ALL: Final = "/api/v2/contacts"


def measure(sizes: Sequence[int]) -> Iterator[str]:
    """Yield the rows of the table: microseconds at the first size, and the ratio to it at every other size."""
    with engines() as available:
        for engine in available:
            urls = [prepare(engine, size) for size in sizes]
            yield from compare(engine, urls, sizes)


def prepare(engine: Engine, size: int) -> str:
    """Return the URL of a database with `size` contacts, of which twenty, spread evenly, have a rare tag."""
    url = engine.new_database()

    async def mark() -> None:
        context, account = await opened(url)
        for number in range(0, size, max(1, size // _RARE_COUNT)):
            at = people.START_MICROS + size + number
            patch = ContactPatch(tags=("customer", _RARE))
            await context.store.apply(
                CreateContact(account.account_id, people.phone(number), patch, True, contact_id_at(at, 2), Stamp(at))  # noqa: FBT003
            )
        await context.store.close()

    asyncio.run(fill(url, size))
    asyncio.run(mark())
    asyncio.run(settle(url))
    return url


def compare(engine: Engine, urls: Sequence[str], sizes: Sequence[int]) -> Iterator[str]:
    """Yield the rows of one engine."""
    with ExitStack() as stack:
        wires: list[dict[str, Call]] = []
        for url, size in zip(urls, sizes, strict=True):
            service = stack.enter_context(server([str(NUMBERKEEP), "serve", "--database", url, "--port"]))
            wires.append(_Wire(service, size).calls())
        yield from asyncio.run(_rows(f"{engine.name}, HTTP", wires))
    yield from asyncio.run(_alone(engine, urls, sizes))


async def _alone(engine: Engine, urls: Sequence[str], sizes: Sequence[int]) -> Sequence[str]:
    stores = [await opened(url) for url in urls]
    calls = [_store_calls(each.store, account.account_id, n) for (each, account), n in zip(stores, sizes, strict=True)]
    rows = await _rows(f"{engine.name}, store", calls)
    for context, _ in stores:
        await context.store.close()
    return rows


async def _rows(engine: str, calls: Sequence[dict[str, Call]]) -> Sequence[str]:
    rows: list[str] = []
    for name in calls[0]:
        p50s: list[list[float]] = [[] for _ in calls]
        for _ in range(ROUNDS):
            for by_name, times in zip(calls, p50s, strict=True):
                times.append(await _p50(by_name[name]))
        ratios = [median([b / a for a, b in zip(p50s[0], other, strict=True)]) for other in p50s[1:]]
        shown = " | ".join(f"{ratio:.2f}" for ratio in ratios)
        rows.append(f"| {engine}: {name} | {median(p50s[0]) * 1e6:,.0f} us | {shown} |")
    return rows


async def _p50(call: Call) -> float:
    times: list[float] = []
    for _ in range(CALLS):
        begin = time.perf_counter()
        await call()
        times.append(time.perf_counter() - begin)
    return median(times)


class _Wire:
    """A client of one service, with one connection."""

    def __init__(self, url: str, size: int) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc)
        self._chance = random.Random(1)  # noqa: S311 - the same numbers on every run
        self._size = size
        self._made = 0

    def calls(self) -> dict[str, Call]:
        """Return the calls by name."""
        return {
            "retrieve": lambda: self._ask("GET", f"{_ALL}/{people.phone(self._chance.randrange(self._size))}"),
            "create": self._create,
            "count": lambda: self._ask("GET", f"{_ALL}/count"),
            "first page of 100": lambda: self._ask("GET", f"{_ALL}?limit=100"),
            "page of 100 by cursor": lambda: self._ask("GET", self._somewhere()),
            "page of a rare tag": lambda: self._ask("GET", f"{_ALL}?tag={_RARE}"),
        }

    def _create(self) -> Awaitable[object]:
        self._made += 1
        body = {"number": _new_phone(self._made), "first_name": "Ada", "last_name": "Lovelace", "tags": ["customer"]}
        return self._ask("POST", _ALL, json.dumps(body))

    def _somewhere(self) -> str:
        link = next_link(_ALL, b"limit=100", cursor_text(ListQuery().order, _place(self._chance, self._size)))
        return link[1 : link.index(">")]

    async def _ask(self, method: str, path: str, body: str | None = None) -> object:
        headers = {"sb-api-key-id": PAIR.key_id, "sb-api-secret-key": PAIR.secret}
        self._connection.request(method, path, body, headers)
        with self._connection.getresponse() as answer:
            assert answer.status == http.client.OK, answer.read()  # noqa: S101 - an error must not be measured
            return answer.read()


def _store_calls(store: Store, account_id: int, size: int) -> dict[str, Call]:
    chance = random.Random(1)  # noqa: S311 - the same numbers on every run
    made = iter(range(10**6, 10**9))

    def create() -> Awaitable[object]:
        n = next(made)
        at = people.START_MICROS + 2 * size + n
        patch = ContactPatch(first_name="Ada", last_name="Lovelace", tags=("customer",))
        return store.apply(CreateContact(account_id, _new_phone(n), patch, False, contact_id_at(at, 3), Stamp(at)))  # noqa: FBT003

    return {
        "retrieve": lambda: store.read(GetContact(account_id, people.phone(chance.randrange(size)))),
        "create": create,
        "count": lambda: store.read(GetTallies(account_id)),
        "first page of 100": lambda: store.read(ListContacts(account_id, ListQuery(limit=100))),
        "page of 100 by cursor": lambda: store.read(
            ListContacts(account_id, ListQuery(limit=100, after=_place(chance, size)))
        ),
        "page of a rare tag": lambda: store.read(ListContacts(account_id, ListQuery(ContactFilter(tags=(_RARE,))))),
    }


def _new_phone(n: int) -> str:
    """Return a number that no contact of people.py has."""
    return f"+44{1_000_000_000 + n * 7_919 % 8_999_999_929}"


def _place(chance: random.Random, size: int) -> Position:
    at = people.START_MICROS + chance.randrange(size // 2, size)
    return Position(at, contact_id_at(at, 1))
