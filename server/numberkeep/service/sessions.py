"""The use cases on sessions of the console: sign in, continue, sign out, and sign in by a link."""

import re
from dataclasses import dataclass, replace
from typing import Final

from numberkeep.domain.identity import ApiKey
from numberkeep.domain.session import Session, new_session, unused_session
from numberkeep.service.clock import Clock
from numberkeep.service.keys import Authenticator
from numberkeep.store.contract import Store
from numberkeep.store.session_commands import ChangeSession, DeleteSession, PutSession
from numberkeep.store.session_queries import GetSession

_PARTS: Final = 3
_is_account_id: Final = re.compile(r"[0-9]{1,18}", re.ASCII).fullmatch
_is_session_id: Final = re.compile(r"[0-9a-f]{1,15}").fullmatch


@dataclass(slots=True, frozen=True)
class SignedIn:
    """A session that was opened by its cookie.

    Attributes:
        session: the session.
        key: the key that signed in.
        cookie: the cookie's new value; None if it stays.
    """

    session: Session
    key: ApiKey
    cookie: str | None = None


class Sessions:
    """Opens and ends sessions.

    Args:
        store: where they are.
        authenticator: knows the keys that they belong to.
        clock: the time. Sessions last in the time of the people who use them, so it is not a clock that tests set.
    """

    def __init__(self, store: Store, authenticator: Authenticator, clock: Clock | None = None) -> None:
        self._store = store
        self._authenticator = authenticator
        self._clock = clock or Clock()

    async def sign_in(self, key_id: str, secret: str) -> SignedIn:
        """Begin a session with a key pair.

        Raises:
            InvalidCredentials: as for `Authenticator.key`.
        """
        key = await self._authenticator.key(key_id.encode("latin-1", "replace"), secret.encode())
        return await self._begin(key)

    async def continued(self, cookie: str) -> SignedIn | None:
        """Return the session of a cookie, with the cookie's new value if its token was replaced.

        Returns:
            None if the session has ended or its key was revoked, or if the cookie is not one.
        """
        found, token = await self._find(cookie)
        now = self._clock.now()
        if found is None or not found.opens_with(token, now):
            return None
        key = await self._authenticator.valid(found.key_id)
        if key is None or key.account.account_id != found.account_id:
            return None
        if found.is_rotated_by(token, now):
            changed, fresh = found.rotated(token, now)
            # Of requests that were sent together, one replaces the token; the others go on with the one that they have.
            if await self._store.apply(ChangeSession(found.account_id, changed, found.rotated_at)):
                return SignedIn(changed, key, _cookie(changed, fresh))
        elif found.is_noted(token, now):
            await self._store.apply(ChangeSession(found.account_id, found.used(now), found.rotated_at))
        return SignedIn(found, key)

    async def lasts(self, session: Session) -> bool:
        """Return whether a session that was opened before has not ended since; this is no use of it."""
        found = await self._store.read(GetSession(session.account_id, session.session_id))
        return (
            found is not None
            and found.is_live(self._clock.now())
            and await self._authenticator.valid(found.key_id) is not None
        )

    async def end(self, session: Session) -> None:
        """End a session."""
        await self._store.apply(DeleteSession(session.account_id, session.session_id))

    async def by_link(self, text: str) -> SignedIn | None:
        """Begin the session of a link that `new_link` has made; None if it was used, is too old, or is not one."""
        found, token = await self._find(text)
        now = self._clock.now()
        if found is None or not found.opens_by_link(token, now):
            return None
        key = await self._authenticator.valid(found.key_id)
        if key is None:
            return None
        begun, fresh = found.rotated(token, now)
        begun = replace(begun, previous_hash=b"")
        if not await self._store.apply(ChangeSession(found.account_id, begun, found.rotated_at)):
            return None
        return SignedIn(begun, key, _cookie(begun, fresh))

    async def _begin(self, key: ApiKey) -> SignedIn:
        now = self._clock.now()
        session, token = new_session(key.account.account_id, key.key_id, now)
        await self._store.apply(PutSession(session.account_id, session, now))
        return SignedIn(session, key, _cookie(session, token))

    async def _find(self, text: str) -> tuple[Session | None, str]:
        account_id, session_id, token = _parts(text)
        return await self._store.read(GetSession(account_id, session_id)) if token else None, token


def new_link(key: ApiKey, clock: Clock | None = None) -> tuple[Session, str]:
    """Return a session that `store_link` stores, and the text that begins it; see `Sessions.by_link`."""
    session, token = unused_session(key.account.account_id, key.key_id, (clock or Clock()).now())
    return session, _cookie(session, token)


async def store_link(store: Store, session: Session) -> None:
    """Store a session that has not begun."""
    await store.apply(PutSession(session.account_id, session, session.created_at))


def _cookie(session: Session, token: str) -> str:
    return f"{session.account_id}.{session.session_id:x}.{token}"


def _parts(text: str) -> tuple[int, int, str]:
    """Return the account, the session and the token of a cookie; no token if it is not one."""
    parts = text.split(".")
    if len(parts) != _PARTS:
        return 0, 0, ""
    account_id, session_id, token = parts
    if not (_is_account_id(account_id) and _is_session_id(session_id)):
        return 0, 0, ""
    return int(account_id), int(session_id, 16), token
