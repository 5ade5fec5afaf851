"""The permissions of a database file, which contains people's numbers and the secrets of webhooks."""

import stat
from pathlib import Path
from typing import Final

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def permission_warning(database: Path) -> str:
    """Return a warning about a database that others than its owner may open; `""` if there is nothing to warn about."""
    try:
        mode = stat.S_IMODE(database.stat().st_mode)
    except OSError:
        return ""
    if not mode & _OTHERS:
        return ""
    return f"other users may open {database} (mode {mode:04o}): run `chmod 600 {database}`."
