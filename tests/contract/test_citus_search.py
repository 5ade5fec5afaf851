"""Searches of the PostgreSQL store on Citus."""

import pytest

from contract.test_postgres_search import IndexContract, Indexing


class TestIndexOnCitus(IndexContract):
    """An index that is behind, and texts of which some are right."""

    @pytest.fixture
    def database(self, emptied_citus: str) -> str:
        """Return an empty, distributed database."""
        return emptied_citus

    @pytest.fixture
    def indexing(self) -> Indexing:
        """Return how it is indexed."""
        return Indexing(1, as_older=True)
