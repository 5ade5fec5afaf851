"""The SQL of the commands on sessions of the console and uses of keys."""

from collections.abc import Mapping
from typing import Final

from numberkeep.store.postgres.read_statements import SESSION
from numberkeep.store.session_rows import SESSION_COLUMNS

SESSIONS: Final[Mapping[str, str]] = {
    "session": SESSION,
    "put_session": (
        f"INSERT INTO numberkeep.sessions ({SESSION_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) "
        "ON CONFLICT (account_id, session_id) DO UPDATE SET token_hash = excluded.token_hash, "
        "previous_hash = excluded.previous_hash, rotated_at = excluded.rotated_at, used_at = excluded.used_at"
    ),
    "delete_session": "DELETE FROM numberkeep.sessions WHERE account_id = $1 AND session_id = $2",
    "delete_old_sessions": (
        "DELETE FROM numberkeep.sessions WHERE account_id = $1 "
        "AND (greatest(used_at, created_at) < $2 OR created_at < $3)"
    ),
    "put_key_use": (
        "INSERT INTO numberkeep.key_uses AS k (account_id, key_id, used_at) VALUES ($1, $2, $3) "
        "ON CONFLICT (account_id, key_id) DO UPDATE SET used_at = greatest(k.used_at, excluded.used_at)"
    ),
}
"""The statements of the commands on sessions and uses of keys."""
