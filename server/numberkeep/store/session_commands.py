"""The commands on sessions and uses of keys: statements alone, because nothing follows from these rows."""

from dataclasses import astuple, dataclass

from numberkeep.domain.session import IDLE, LIFETIME, Session
from numberkeep.domain.work.loaded import Tallies
from numberkeep.store.flow import Fetch, Flow
from numberkeep.store.session_rows import session_of
from numberkeep.store.whole_account import WholeAccount


@dataclass(slots=True)
class PutSession(WholeAccount[None]):
    """Store a session, in place of itself if it exists, and delete the account's sessions that have ended."""

    account_id: int
    session: Session
    at: int

    def flow(self, tallies: Tallies) -> Flow[None]:  # noqa: ARG002 - it counts nothing
        """Delete the others, then store it."""
        yield Fetch("delete_old_sessions", (self.account_id, self.at - IDLE, self.at - LIFETIME))
        yield Fetch("put_session", astuple(self.session))


@dataclass(slots=True)
class ChangeSession(WholeAccount[bool]):
    """Store a session in place of itself; return False if it has ended, or another process has rotated its token.

    Attributes:
        account_id: the account.
        session: the changed session.
        rotated_at: when the token was made that the change starts from.
    """

    account_id: int
    session: Session
    rotated_at: int

    def flow(self, tallies: Tallies) -> Flow[bool]:  # noqa: ARG002 - it counts nothing
        """Return whether it was stored."""
        found = yield Fetch("session", (self.account_id, self.session.session_id))
        if not found or session_of(found[0]).rotated_at != self.rotated_at:
            return False
        yield Fetch("put_session", astuple(self.session))
        return True


@dataclass(slots=True)
class DeleteSession(WholeAccount[None]):
    """End a session."""

    account_id: int
    session_id: int

    def flow(self, tallies: Tallies) -> Flow[None]:  # noqa: ARG002 - it counts nothing
        """Delete it."""
        yield Fetch("delete_session", (self.account_id, self.session_id))


@dataclass(slots=True)
class NoteKeyUse(WholeAccount[None]):
    """Store when a key was used last, unless a later time is stored."""

    account_id: int
    key_id: str
    at: int

    def flow(self, tallies: Tallies) -> Flow[None]:  # noqa: ARG002 - it counts nothing
        """Store it."""
        yield Fetch("put_key_use", (self.account_id, self.key_id, self.at))
