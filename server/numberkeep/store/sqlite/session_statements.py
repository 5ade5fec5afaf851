"""The SQL of the commands on sessions of the console and uses of keys."""

from collections.abc import Mapping
from typing import Final

from numberkeep.store.session_rows import SESSION_COLUMNS
from numberkeep.store.sqlite.read_statements import SESSION

SESSIONS: Final[Mapping[str, str]] = {
    "session": SESSION,
    "put_session": f"INSERT OR REPLACE INTO sessions ({SESSION_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "delete_session": "DELETE FROM sessions WHERE account_id = ? AND session_id = ?",
    "delete_old_sessions": (
        "DELETE FROM sessions WHERE account_id = ? AND (max(used_at, created_at) < ? OR created_at < ?)"
    ),
    "put_key_use": (
        "INSERT INTO key_uses (account_id, key_id, used_at) VALUES (?, ?, ?) "
        "ON CONFLICT (account_id, key_id) DO UPDATE SET used_at = max(used_at, excluded.used_at)"
    ),
}
"""The statements of the commands on sessions and uses of keys."""
