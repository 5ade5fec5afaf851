"""Accounts and their API keys."""

import asyncio

import pytest

from numberkeep.domain.account_commands import CreateFirstKey, CreateKey, RevokeKey
from numberkeep.domain.contacts.contact import moment
from numberkeep.domain.errors import InvalidInput
from numberkeep.domain.identity import ApiKey
from numberkeep.store.contract import Store
from numberkeep.store.queries import GetApiKey, ListApiKeys
from support.store import START

HASH = bytes(range(32))


def creation(key_id: str, account: str = "default", *, region: str = "US", at: int = START) -> CreateKey:
    """Return the command that creates a key."""
    return CreateKey(account, region, key_id, HASH, at)


class KeyContract:
    """CreateKey, CreateFirstKey, RevokeKey and the reads of keys."""

    async def test_a_key_is_read_as_it_was_created(self, store: Store) -> None:
        """A new key has its hash, its time and its account, and is not revoked."""
        made = await store.apply(creation("k1", "Caf\u00e9", region="GB", at=START + 1))
        assert made == ApiKey("k1", HASH, made.account, moment(START + 1), revoked_at=None)
        assert (made.account.name, made.account.region) == ("Caf\u00e9", "GB")
        assert await store.read(GetApiKey("k1")) == made

    @pytest.mark.parametrize("key_id", ["", "k", "K1", "k1 ", "' OR 1=1 --", "k\u00e9", "%", "x" * 10_000])
    async def test_an_unknown_id_is_no_key(self, store: Store, key_id: str) -> None:
        """Only the exact id finds a key."""
        await store.apply(creation("k1"))
        assert await store.read(GetApiKey(key_id)) is None

    async def test_keys_of_one_account_name_share_the_account(self, store: Store) -> None:
        """The account is created with its first key; later keys join it and leave its region unchanged."""
        first = await store.apply(creation("k1", "one", region="GB"))
        second = await store.apply(creation("k2", "one", region="DE"))
        other = await store.apply(creation("k3", "two"))
        assert second.account == first.account
        assert second.account.region == "GB"
        assert other.account.account_id != first.account.account_id

    async def test_an_id_in_use_is_refused(self, store: Store) -> None:
        """A key id is unique in the whole store: the second create is refused and creates no account either."""
        made = await store.apply(creation("k1", "one"))
        with pytest.raises(InvalidInput) as refused:
            await store.apply(CreateKey("two", "US", "k1", b"other", START + 1))
        assert [error.field for error in refused.value.fields] == ["key_id"]
        assert list(await store.read(ListApiKeys())) == [made]
        following = await store.apply(creation("k2", "two", region="FR"))
        assert following.account.region == "FR"

    async def test_the_first_key_is_created_once(self, store: Store) -> None:
        """On an empty store CreateFirstKey creates the key; afterwards it returns None and creates none."""
        made = await store.apply(CreateFirstKey(creation("k1")))
        assert made is not None
        assert made == await store.read(GetApiKey("k1"))
        assert await store.apply(CreateFirstKey(creation("k2", "other"))) is None
        assert list(await store.read(ListApiKeys())) == [made]

    async def test_a_revoked_key_counts_as_the_first(self, store: Store) -> None:
        """A store whose only key is revoked gets no first key: someone locked it on purpose."""
        await store.apply(creation("k1"))
        await store.apply(RevokeKey("k1", START))
        assert await store.apply(CreateFirstKey(creation("k2"))) is None

    async def test_processes_that_start_together_create_one_first_key(self, store: Store) -> None:
        """Of many concurrent CreateFirstKey commands exactly one creates its key."""
        made = await asyncio.gather(*[store.apply(CreateFirstKey(creation(f"k{n}"))) for n in range(8)])
        assert len([key for key in made if key is not None]) == 1
        assert len(await store.read(ListApiKeys())) == 1

    async def test_a_revoked_key_stays_readable_with_its_time(self, store: Store) -> None:
        """Revoking affects this key only; revoking it again also returns True and keeps the first time."""
        await store.apply(creation("k1"))
        other = await store.apply(creation("k2"))
        for at in (START + 5, START + 9):
            assert await store.apply(RevokeKey("k1", at)) is True
        revoked = await store.read(GetApiKey("k1"))
        assert revoked is not None
        assert revoked.revoked_at == moment(START + 5)
        assert await store.read(GetApiKey("k2")) == other

    async def test_an_unknown_key_cannot_be_revoked(self, store: Store) -> None:
        """Revoking an unknown id returns False."""
        assert await store.apply(RevokeKey("k1", START)) is False

    async def test_all_keys_are_listed_oldest_first(self, store: Store) -> None:
        """Keys of all accounts are ordered by their times, revoked ones included."""
        for key_id, account, at in [("b", "two", 3), ("c", "one", 1), ("a", "one", 2)]:
            await store.apply(creation(key_id, account, at=START + at))
        await store.apply(RevokeKey("c", START + 9))
        keys = await store.read(ListApiKeys())
        assert [(key.key_id, key.account.name, key.revoked_at is None) for key in keys] == [
            ("c", "one", False),
            ("a", "one", True),
            ("b", "two", True),
        ]
