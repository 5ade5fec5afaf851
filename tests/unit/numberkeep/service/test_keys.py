"""API keys, and the authentication of requests."""

import pytest

from numberkeep.domain.errors import InvalidCredentials, InvalidInput
from numberkeep.domain.identity import Account, ApiKey, KeyPair
from numberkeep.service import keys
from numberkeep.service.context import Context
from numberkeep.service.keys import Authenticator
from numberkeep.store.contract import Store
from numberkeep.store.queries import GetApiKey
from support.api import SetClock


class CountingAuthenticator:
    """An authenticator with a clock that tests set.

    Attributes:
        now: the clock's time in seconds.
        looked_up: the key ids that it looked up in the store.
    """

    def __init__(self, store: Store) -> None:
        self.now = 0.0
        self.looked_up: list[str] = []
        self.authenticator = Authenticator(store, lambda: self.now)

    async def accepts(self, key_id: str, secret: str) -> bool:
        """Return whether the key pair is accepted."""
        try:
            await self.authenticator.key(key_id.encode("latin-1"), secret.encode("latin-1"))
        except InvalidCredentials:
            return False
        return True


@pytest.fixture
async def counting(context: Context, account: Account, monkeypatch: pytest.MonkeyPatch) -> CountingAuthenticator:
    """Return an authenticator over a store with the account's key."""
    del account  # set for its key
    counting = CountingAuthenticator(context.store)
    read = context.store.read

    async def noted(query: GetApiKey) -> ApiKey | None:
        counting.looked_up.append(query.key_id)
        return await read(query)

    monkeypatch.setattr(context.store, "read", noted)
    return counting


async def test_a_key_pair_authenticates_its_account(context: Context, account: Account) -> None:
    """The result is the account of the key."""
    other = await keys.create(context, "other", KeyPair("key2", "secret2"))
    authenticator = Authenticator(context.store)
    assert (await authenticator.key(b"key", b"secret")).account == account
    assert await authenticator.key(b"key2", b"secret2") == other


@pytest.mark.parametrize(
    ("key_id", "secret"),
    [
        ("key", ""),
        ("key", "Secret"),
        ("key", "secret "),
        ("key", "secret\x00"),
        ("key", "s\xe9cret"),
        ("KEY", "secret"),
        ("key\x00", "secret"),
        ("key\xe9", "secret"),
        ("nobody", "secret"),
        ("", ""),
    ],
)
async def test_a_wrong_pair_is_refused(counting: CountingAuthenticator, key_id: str, secret: str) -> None:
    """An unknown id and a wrong secret raise InvalidCredentials, before and after the right secret was used."""
    assert not await counting.accepts(key_id, secret)
    assert await counting.accepts("key", "secret")
    assert not await counting.accepts(key_id, secret)


async def test_a_key_is_cached_for_one_second(counting: CountingAuthenticator) -> None:
    """All requests within a second, also with wrong secrets, make one store read; later ones make another."""
    for now in (0.0, 0.4, 1.0):
        counting.now = now
        assert await counting.accepts("key", "secret")
        assert not await counting.accepts("key", "wrong")
    assert counting.looked_up == ["key"]
    counting.now = 1.01
    assert await counting.accepts("key", "secret")
    assert counting.looked_up == ["key", "key"]


async def test_a_revocation_takes_effect_after_one_second(counting: CountingAuthenticator, context: Context) -> None:
    """A cached key is refused from one second after its lookup."""
    assert await counting.accepts("key", "secret")
    await keys.revoke(context, "key")
    counting.now = 1.01
    assert not await counting.accepts("key", "secret")
    counting.now = 5.0
    assert not await counting.accepts("key", "secret")


async def test_an_unknown_id_is_not_cached(counting: CountingAuthenticator, context: Context) -> None:
    """Unknown ids use no memory, and a key works as soon as it is created."""
    for n in range(20):
        assert not await counting.accepts(f"nobody-{n}", "secret")
    assert counting.authenticator._known == {}
    await keys.create(context, "default", KeyPair("nobody-1", "secret"))
    assert await counting.accepts("nobody-1", "secret")


async def test_the_first_key_is_created_only_in_an_empty_store(context: Context) -> None:
    """It creates the account `default`; a second first pair is not created."""
    made = await keys.create_first(context, KeyPair("one", "s1"))
    assert await keys.create_first(context, KeyPair("two", "s2")) is None
    (key,) = await keys.list_all(context)
    assert key == made
    assert (key.key_id, key.account.name, key.account.region) == ("one", "default", "US")
    assert key.opens_with(b"s1")


async def test_an_existing_id_is_refused(context: Context, account: Account) -> None:
    """Key ids are unique among all accounts."""
    with pytest.raises(InvalidInput):
        await keys.create(context, "other", KeyPair("key", "mine"))
    (key,) = await keys.list_all(context)
    assert key.account == account


async def test_keys_are_listed_with_their_times(context: Context, account: Account, clock: SetClock) -> None:
    """All keys, oldest first, with the times of creation and revocation."""
    clock.pass_seconds(10)
    await keys.create(context, "default", KeyPair("later", "s"))
    clock.pass_seconds(10)
    assert await keys.revoke(context, "key") is True
    assert await keys.revoke(context, "unknown") is False
    first, second = await keys.list_all(context)
    assert (first.key_id, second.key_id, second.account) == ("key", "later", account)
    assert (second.created_at - first.created_at).total_seconds() == 10
    assert first.revoked_at is not None
    assert (first.revoked_at - first.created_at).total_seconds() == 20
    assert second.revoked_at is None
