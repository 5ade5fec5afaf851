"""The one way in which a unit of work records what it changes: rows by key, as loaded and as they are now."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class ChangeCounter:
    """Counts the changes to all rows of one unit of work.

    Attributes:
        changes: how many there were; shows whether a refused command left anything behind.
    """

    __slots__ = ("changes",)

    def __init__(self) -> None:
        self.changes = 0


@dataclass(slots=True)
class Difference(Generic[V]):
    """What happened to the rows of one kind since they were loaded; false if nothing did."""

    inserted: list[V] = field(default_factory=list)
    updated: list[tuple[V, V]] = field(default_factory=list)
    deleted: list[V] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.inserted or self.updated or self.deleted)

    @property
    def written(self) -> list[V]:
        """The rows that are new or changed, as they are now."""
        return [*self.inserted, *(new for _, new in self.updated)] if self.updated else self.inserted


class Rows(Generic[K, V]):
    """The rows of one kind by key.

    Args:
        counter: counts the changes.
        loaded: the rows as the store has them; never changed.
    """

    __slots__ = ("_counter", "_loaded", "_now")

    def __init__(self, counter: ChangeCounter, loaded: Mapping[K, V]) -> None:
        self._counter = counter
        self._loaded = loaded
        self._now: dict[K, V | None] = {}  # the touched keys, None for a removed row

    def get(self, key: K) -> V | None:
        """Return the row with this key, or None."""
        return self._now[key] if key in self._now else self._loaded.get(key)

    def put(self, key: K, row: V) -> None:
        """Insert or replace a row."""
        self._counter.changes += 1
        self._now[key] = row

    def remove(self, key: K) -> None:
        """Remove the row with this key."""
        self._counter.changes += 1
        self._now[key] = None

    def __bool__(self) -> bool:
        """Return whether there may be any rows."""
        return bool(self._loaded or self._now)

    def __iter__(self) -> Iterator[V]:
        """Iterate over the rows as they are now: the loaded ones, then the new ones."""
        for key in {**self._loaded, **self._now}:
            row = self.get(key)
            if row is not None:
                yield row

    def difference(self) -> Difference[V]:
        """Return what differs from what was loaded; calling it changes nothing."""
        found: Difference[V] = Difference()
        if not self._now:
            return found
        for key, new in self._now.items():
            old = self._loaded.get(key)
            if old is None:
                if new is not None:
                    found.inserted.append(new)
            elif new is None:
                found.deleted.append(old)
            elif new != old:
                found.updated.append((old, new))
        return found
