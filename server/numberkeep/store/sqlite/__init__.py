"""The embedded store: one SQLite file in WAL mode, with one writer thread and reader threads."""

from numberkeep.store.sqlite.lock import ServiceLock
from numberkeep.store.sqlite.permissions import permission_warning
from numberkeep.store.sqlite.space import measure
from numberkeep.store.sqlite.staging import SqliteStaging
from numberkeep.store.sqlite.store import SqliteStore
from numberkeep.store.sqlite.transfer import SqliteTransfer

__all__ = ["ServiceLock", "SqliteStaging", "SqliteStore", "SqliteTransfer", "measure", "permission_warning"]
