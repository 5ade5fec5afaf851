"""The reads of the search index, as values; see queries.py."""

from dataclasses import dataclass

from numberkeep.store.queries import Query


@dataclass(slots=True)
class CountUnindexed(Query[int]):
    """How many changes the search index lacks, over all accounts; for an account that it lacks, its contacts.

    Searches find the changes nevertheless, but take longer.
    """
