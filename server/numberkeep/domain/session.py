"""Sessions of the console: who is signed in, for how long, and when a session's token is replaced.

The token is in the browser's cookie; what is stored is its SHA-256 (docs/adr/0027-the-console.md).
"""

import hmac
import secrets
from dataclasses import dataclass, field, replace
from typing import Final

from numberkeep.domain.identity import hash_secret

_SECOND: Final = 1_000_000
IDLE: Final = 12 * 3600 * _SECOND
"""How long a session lasts without a request, microseconds."""
LIFETIME: Final = 7 * 24 * 3600 * _SECOND
"""How long a session lasts at most, microseconds."""
ROTATED_EVERY: Final = 3600 * _SECOND
"""After how long a token is replaced, microseconds."""
NOTED_EVERY: Final = 60 * _SECOND
"""How often a use is stored, of a session as of a key, microseconds."""
_GRACE: Final = 60 * _SECOND
"""How long a replaced token is accepted in any case: requests that were sent together carry the same one."""

LINK_LIFETIME: Final = 600 * _SECOND
"""How long a link may be used that signs in, microseconds."""
_UNUSED: Final = 0


@dataclass(slots=True, frozen=True)
class Session:
    """A sign-in.

    Attributes:
        account_id: whose data it shows.
        session_id: identity within the account.
        key_id: the API key that signed in; the session ends with it.
        token_hash: the hash of the token.
        previous_hash: the hash of the token before it; `b""` if there was none.
        form_token: what every form of the session repeats.
        created_at: when it began, microseconds since 1970.
        rotated_at: when the token was made.
        used_at: when it was used last, to the minute, or when the token was made if that was not used yet; 0 for one
            that begins with the use of a link.
    """

    account_id: int
    session_id: int
    key_id: str
    token_hash: bytes = field(repr=False)
    previous_hash: bytes = field(repr=False)
    form_token: str = field(repr=False)
    created_at: int
    rotated_at: int
    used_at: int

    def is_live(self, at: int) -> bool:
        """Return whether the session lasts at this time."""
        return at <= min(self.used_at + IDLE, self.created_at + LIFETIME)

    def opens_with(self, token: str, at: int) -> bool:
        """Return whether the session lasts at this time and the token is its own.

        The one before is accepted for another moment, and until the new one is used: its answer may have been lost.
        """
        before = hmac.compare_digest(hash_secret(token.encode()), self.previous_hash)
        may_be_old = not self._is_token_used or at <= self.rotated_at + _GRACE
        return self.is_live(at) and (self.has_current(token) or (before and may_be_old))

    def is_rotated_by(self, token: str, at: int) -> bool:
        """Return whether the use of a token that opens the session replaces it: it is old, or the new one was lost."""
        return at > self.rotated_at + _GRACE and (not self.has_current(token) or at >= self.rotated_at + ROTATED_EVERY)

    def is_noted(self, token: str, at: int) -> bool:
        """Return whether the use of a token that opens the session has to be stored."""
        return self.has_current(token) and (not self._is_token_used or at - self.used_at >= NOTED_EVERY)

    @property
    def _is_token_used(self) -> bool:
        return self.used_at > self.rotated_at

    def opens_by_link(self, token: str, at: int) -> bool:
        """Return whether the session waits for its link, and the token is the link's."""
        is_waiting = self.used_at == _UNUSED and self.created_at <= at <= self.created_at + LINK_LIFETIME
        return is_waiting and self.has_current(token)

    def has_current(self, token: str) -> bool:
        """Return whether a token is the session's newest."""
        return hmac.compare_digest(hash_secret(token.encode()), self.token_hash)

    def used(self, at: int) -> "Session":
        """Return the session after a use of its newest token."""
        return replace(self, used_at=max(at, self.rotated_at + 1))

    def rotated(self, token: str, at: int) -> "tuple[Session, str]":
        """Return the session with another token in place of this one, and the new token."""
        fresh = secrets.token_urlsafe(32)
        now, before = hash_secret(fresh.encode()), hash_secret(token.encode())
        return replace(self, token_hash=now, previous_hash=before, rotated_at=at, used_at=at), fresh


def new_session(account_id: int, key_id: str, at: int) -> tuple[Session, str]:
    """Return a session that begins now, and its token."""
    token = secrets.token_urlsafe(32)
    form_token = secrets.token_urlsafe(24)
    session_id = secrets.randbits(59)
    return Session(account_id, session_id, key_id, hash_secret(token.encode()), b"", form_token, at, at, at), token


def unused_session(account_id: int, key_id: str, at: int) -> tuple[Session, str]:
    """Return a session that begins when its link is used, and the token of the link."""
    session, token = new_session(account_id, key_id, at)
    return replace(session, used_at=_UNUSED), token
