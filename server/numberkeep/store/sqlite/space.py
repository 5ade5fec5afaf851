"""Measures the room that a database file has."""

import shutil
import tempfile
from pathlib import Path

from numberkeep.store.space import Space


def measure(database: Path) -> Space:
    """Return the size of a database's files and the room for them.

    Raises:
        OSError: the file or its folder cannot be read.
    """
    wal = Path(f"{database}-wal")
    wal_size = wal.stat().st_size if wal.exists() else 0
    return Space(
        free=shutil.disk_usage(database.absolute().parent).free,
        size=database.stat().st_size + wal_size,
        wal=wal_size,
        temporary=shutil.disk_usage(tempfile.gettempdir()).free,
    )
