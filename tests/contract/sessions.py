"""Sessions of the console, and when keys were used last."""

import asyncio
from dataclasses import replace

import pytest

from contract.keys import creation
from numberkeep.domain.identity import ApiKey
from numberkeep.domain.session import IDLE, LIFETIME, Session, new_session, unused_session
from numberkeep.store.contract import Store
from numberkeep.store.queries import GetApiKey
from numberkeep.store.session_commands import ChangeSession, DeleteSession, NoteKeyUse, PutSession
from numberkeep.store.session_queries import GetSession, ListApiKeysOf, ListKeyUses
from numberkeep.store.whole_account import DeleteAccount, EmptyAccount, ReadContents, ReplaceContents
from support.store import START


async def put(store: Store, session: Session) -> Session:
    """Store a session at the time at which it was created, and return it."""
    await store.apply(PutSession(session.account_id, session, session.created_at))
    return session


class SessionContract:
    """The commands on sessions and uses of keys, and their reads."""

    @pytest.fixture
    async def key(self, store: Store) -> ApiKey:
        """Return a key."""
        return await store.apply(creation("k1"))

    async def found(self, store: Store, session: Session) -> Session | None:
        """Return the stored session with the same id."""
        return await store.read(GetSession(session.account_id, session.session_id))

    async def test_a_session_is_read_as_it_was_stored(self, store: Store, key: ApiKey) -> None:
        """It is found by the account and its id, and by nothing else."""
        session, _ = new_session(key.account.account_id, "k1", START)
        await put(store, session)
        assert await self.found(store, session) == session
        assert await store.read(GetSession(session.account_id + 1, session.session_id)) is None
        assert await store.read(GetSession(session.account_id, session.session_id + 1)) is None

    async def test_of_two_changes_from_one_state_one_is_made(self, store: Store, key: ApiKey) -> None:
        """Two requests that replace a token at the same time: the other one keeps the token that it has."""
        session, token = new_session(key.account.account_id, "k1", START)
        await put(store, session)
        changes = [session.rotated(token, START + n)[0] for n in (1, 2, 3)]
        done = await asyncio.gather(
            *[store.apply(ChangeSession(each.account_id, each, session.rotated_at)) for each in changes]
        )
        assert sorted(done) == [False, False, True]
        assert await self.found(store, session) == changes[done.index(True)]

    async def test_a_session_that_has_ended_is_not_changed(self, store: Store, key: ApiKey) -> None:
        """Signing out wins over a request that is under way."""
        session = await put(store, new_session(key.account.account_id, "k1", START)[0])
        await store.apply(DeleteSession(session.account_id, session.session_id))
        assert await store.apply(ChangeSession(session.account_id, session.used(START + 1), START)) is False
        assert await self.found(store, session) is None

    async def test_a_new_session_removes_those_that_have_ended(self, store: Store, key: ApiKey) -> None:
        """Of its account: unused for too long, or too old. One whose link waits is none of them."""
        account_id, now = key.account.account_id, START + LIFETIME
        idle = await put(store, new_session(account_id, "k1", now - IDLE - 1)[0])
        old = new_session(account_id, "k1", now - LIFETIME - 1)[0].used(now)
        await store.apply(PutSession(account_id, old, old.created_at))
        waiting = await put(store, unused_session(account_id, "k1", now - 1)[0])
        live = await put(store, new_session(account_id, "k1", now - IDLE + 1)[0])
        await put(store, new_session(account_id, "k1", now)[0])
        assert [await self.found(store, each) for each in (idle, old)] == [None, None]
        assert [await self.found(store, each) for each in (waiting, live)] == [waiting, live]

    async def test_the_latest_use_of_a_key_is_kept(self, store: Store, key: ApiKey) -> None:
        """Processes note uses in any order."""
        account_id = key.account.account_id
        assert await store.read(ListKeyUses(account_id)) == {}
        for at in (START + 2, START + 9, START + 5):
            await store.apply(NoteKeyUse(account_id, "k1", at))
        assert await store.read(ListKeyUses(account_id)) == {"k1": START + 9}

    async def test_keys_are_listed_of_one_account(self, store: Store, key: ApiKey) -> None:
        """Oldest first."""
        await store.apply(creation("k0", at=START + 1))
        await store.apply(creation("other", "another"))
        assert [each.key_id for each in await store.read(ListApiKeysOf(key.account.account_id))] == ["k1", "k0"]

    async def test_a_key_keeps_its_name_and_its_rights(self, store: Store) -> None:
        """It is read as it was created."""
        command = creation("reader")
        made = await store.apply(replace(command, read_only=True, name="Caf\u00e9"))
        assert (made.read_only, made.name) == (True, "Caf\u00e9")
        assert await store.read(GetApiKey("reader")) == made

    async def test_sessions_are_no_part_of_the_state_of_an_account(self, store: Store, key: ApiKey) -> None:
        """Sessions survive when a test empties or restores the account, and end when it is deleted."""
        account_id = key.account.account_id
        session = await put(store, new_session(account_id, "k1", START)[0])
        await store.apply(NoteKeyUse(account_id, "k1", START))
        contents = await store.apply(ReadContents(account_id))
        await store.apply(EmptyAccount(account_id))
        await store.apply(ReplaceContents(account_id, contents))
        assert await self.found(store, session) == session
        assert await store.read(ListKeyUses(account_id)) == {"k1": START}
        await store.apply(DeleteAccount(account_id))
        assert await self.found(store, session) is None
        assert await store.read(ListKeyUses(account_id)) == {}
