"""Stores that fail or answer differently: every read goes through `read`, so one replacement covers a kind of read."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from numberkeep.store.contract import Store
from numberkeep.store.queries import Query

Reader = Callable[[Any], Awaitable[Any]]


def wrap_reads(
    monkeypatch: pytest.MonkeyPatch, store: Store, wrapped: Callable[[Reader], Reader], *kinds: type[Query[Any]]
) -> None:
    """Replace reads of these kinds, or all if none is named, with what `wrapped` returns for the real one."""
    real = store.read
    instead = wrapped(real)

    async def read(query: Query[Any]) -> Any:
        return await (instead if not kinds or isinstance(query, kinds) else real)(query)

    monkeypatch.setattr(store, "read", read)


def fail_reads(monkeypatch: pytest.MonkeyPatch, store: Store, error: Exception, *kinds: type[Query[Any]]) -> None:
    """Make reads of these kinds, or all if none is named, raise an error."""

    async def fail(_: Query[Any]) -> Any:
        raise error

    wrap_reads(monkeypatch, store, lambda _: fail, *kinds)
