"""Searches of the PostgreSQL store on Citus."""

import pytest

from contract.test_postgres_search import IndexContract


class TestIndexOnCitus(IndexContract):
    """An index that is behind, which has contacts that are indexed and others that are not."""

    @pytest.fixture
    def database(self, emptied_citus: str) -> str:
        """Return an empty, distributed database."""
        return emptied_citus

    @pytest.fixture
    def steps(self) -> int:
        """Return how many steps are indexed after each command."""
        return 1
