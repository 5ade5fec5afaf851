"""The store for growth: PostgreSQL 14 or newer, or Citus on it, shared by any number of processes."""

from numberkeep.store.postgres.store import PostgresStore
from numberkeep.store.postgres.transfer import PostgresTransfer

__all__ = ["PostgresStore", "PostgresTransfer"]
