"""The store for any number of processes: PostgreSQL 14 or newer, optionally with Citus."""

from numberkeep.store.postgres.checking import check
from numberkeep.store.postgres.store import PostgresStore
from numberkeep.store.postgres.transfer import PostgresTransfer

__all__ = ["PostgresStore", "PostgresTransfer", "check"]
