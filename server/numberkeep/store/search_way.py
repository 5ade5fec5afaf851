"""Decides how contacts that words find are read: along a listing, or as candidates that an index names, sorted.

A walk along the listing fills a page soon with what many contacts have. What was found on the way says how long the
rest will take. Both ways return the same contacts in the same order.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

WALKS: Final = (400, 8_000, 32_000)
"""Contacts of each part of a walk; all further ones are as long as the last."""


class Lookup(NamedTuple):
    """When to look up candidates.

    Attributes:
        beyond: the rest of the walk, in contacts, that is expected to take longer.
        most: how many are not too many.
    """

    beyond: int
    most: int


class Way:
    """The decisions of one search.

    Args:
        missing: how many contacts will be read.
        lookups: each is made once, in this order.
        candidate: a candidate takes as long to read as so many contacts of a walk.
    """

    def __init__(self, missing: int, lookups: Sequence[Lookup], candidate: int) -> None:
        self.missing = missing
        self._lookups = list(lookups)
        self._candidate = candidate
        self._found = 0
        self._walked = 0

    def find(self, count: int) -> None:
        """Note that contacts were found."""
        self._found += count
        self.missing -= count

    def walk(self, count: int) -> None:
        """Note that so many contacts were walked past."""
        self._walked += count

    def lookup(self) -> int | None:
        """Return how many candidates should be looked up now, at most; None to walk on."""
        # As if one more was found, because that none was in a short walk says little.
        if self._lookups and self._is_longer_than(self._lookups[0].beyond, self._found + 1):
            return self._lookups.pop(0).most
        return None

    def is_longer_than_reading(self, candidates: int) -> bool:
        """Return whether the rest of the walk is expected to take longer than reading so many candidates."""
        return self._is_longer_than(self._candidate * candidates, self._found)

    def _is_longer_than(self, contacts: int, found: int) -> bool:
        return self.missing * self._walked > contacts * found
