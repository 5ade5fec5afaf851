"""API keys, and telling whose a request is."""

import pytest

from numberkeep.domain.errors import InvalidCredentials, InvalidInput
from numberkeep.domain.identity import Account, ApiKey, KeyPair
from numberkeep.service import keys
from numberkeep.service.context import Context
from numberkeep.service.keys import Authenticator
from numberkeep.store.contract import Store
from numberkeep.store.queries import GetApiKey
from support.api import SetClock


class Door:
    """An authenticator with its own time.

    Attributes:
        now: the seconds of its clock.
        asked_for: the key ids that it has asked the store for.
    """

    def __init__(self, store: Store) -> None:
        self.now = 0.0
        self.asked_for: list[str] = []
        self.authenticator = Authenticator(store, lambda: self.now)

    async def lets_in(self, key_id: str, secret: str) -> bool:
        """Whether the pair is taken."""
        try:
            await self.authenticator.key(key_id.encode("latin-1"), secret.encode("latin-1"))
        except InvalidCredentials:
            return False
        return True


@pytest.fixture
async def door(context: Context, account: Account, monkeypatch: pytest.MonkeyPatch) -> Door:
    """An authenticator over a store with the account's key."""
    del account  # made for its key
    door = Door(context.store)
    read = context.store.read

    async def noted(query: GetApiKey) -> ApiKey | None:
        door.asked_for.append(query.key_id)
        return await read(query)

    monkeypatch.setattr(context.store, "read", noted)
    return door


async def test_a_pair_opens_its_own_account(context: Context, account: Account) -> None:
    """The account is the one whose key it is."""
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
async def test_a_wrong_pair_is_refused(door: Door, key_id: str, secret: str) -> None:
    """Unknown id and wrong secret raise InvalidCredentials, before and after the right secret was seen."""
    assert not await door.lets_in(key_id, secret)
    assert await door.lets_in("key", "secret")
    assert not await door.lets_in(key_id, secret)


async def test_a_key_is_believed_for_a_second(door: Door) -> None:
    """The store is asked once for all requests of a second, wrong secrets too, and again after it."""
    for now in (0.0, 0.4, 1.0):
        door.now = now
        assert await door.lets_in("key", "secret")
        assert not await door.lets_in("key", "wrong")
    assert door.asked_for == ["key"]
    door.now = 1.01
    assert await door.lets_in("key", "secret")
    assert door.asked_for == ["key", "key"]


async def test_a_revocation_is_seen_after_a_second(door: Door, context: Context) -> None:
    """A key that was believed is refused a second after it was looked up, and from then on."""
    assert await door.lets_in("key", "secret")
    await keys.revoke(context, "key")
    door.now = 1.01
    assert not await door.lets_in("key", "secret")
    door.now = 5.0
    assert not await door.lets_in("key", "secret")


async def test_an_unknown_id_is_not_remembered(door: Door, context: Context) -> None:
    """Strangers take no memory, and a key works as soon as it is made."""
    for n in range(20):
        assert not await door.lets_in(f"nobody-{n}", "secret")
    assert door.authenticator._known == {}
    await keys.create(context, "default", KeyPair("nobody-1", "secret"))
    assert await door.lets_in("nobody-1", "secret")


async def test_the_first_key_is_made_on_an_empty_store_only(context: Context) -> None:
    """The first pair makes the account `default` and opens it; a second first pair is not made."""
    assert await keys.create_first(context, KeyPair("one", "s1")) is True
    assert await keys.create_first(context, KeyPair("two", "s2")) is False
    (key,) = await keys.list_all(context)
    assert (key.key_id, key.account.name, key.account.region) == ("one", "default", "US")
    assert key.opens_with(b"s1")


async def test_a_taken_id_is_refused(context: Context, account: Account) -> None:
    """A key id is one account's: no second key of this id is made."""
    with pytest.raises(InvalidInput):
        await keys.create(context, "other", KeyPair("key", "mine"))
    (key,) = await keys.list_all(context)
    assert key.account == account


async def test_keys_are_listed_with_their_times(context: Context, account: Account, clock: SetClock) -> None:
    """Every key is listed, oldest first, with when it was made and when it was revoked."""
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
