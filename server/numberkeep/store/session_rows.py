"""The columns of sessions, and how they are read; the same for every engine."""

from collections.abc import Iterable
from typing import Any, Final

from numberkeep.domain.session import Session

SESSION_COLUMNS: Final = (
    "account_id, session_id, key_id, token_hash, previous_hash, form_token, created_at, rotated_at, used_at"
)


def session_of(row: Iterable[Any]) -> Session:
    """Return the session whose `SESSION_COLUMNS` these are."""
    return Session(*row)
