"""API keys: making, listing and revoking them, and telling whose a request is."""

import hmac
import math
import time
from collections.abc import Callable, Sequence
from typing import Final

from numberkeep.domain.directory import CreateFirstKey, CreateKey, RevokeKey
from numberkeep.domain.errors import InvalidCredentials
from numberkeep.domain.identity import Account, ApiKey, KeyPair, hash_secret
from numberkeep.service.context import Context
from numberkeep.store.contract import Store
from numberkeep.store.queries import GetApiKey, ListApiKeys

DEFAULT_ACCOUNT: Final = "default"
DEFAULT_REGION: Final = "US"

_TRUST_SECONDS: Final = 1.0
"""How long a key is believed without asking the store: so long a revoked key may still work."""


class Authenticator:
    """Tells whose a request is, asking the store for a key at most once a second.

    Args:
        store: where the keys are.
        now: seconds of a monotonic clock; a test gives its own.
    """

    def __init__(self, store: Store, now: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._now = now
        self._known: dict[bytes, tuple[float, ApiKey]] = {}

    async def account(self, key_id: bytes, secret: bytes) -> Account:
        """The account whose key this is.

        Unknown id and wrong secret answer alike.

        Raises:
            InvalidCredentials: the key is unknown or revoked, or the secret is not its own.
        """
        believed_until, key = self._known.get(key_id, (-math.inf, None))
        if believed_until < self._now():
            key = await self._look_up(key_id)
        if key is None:
            hash_secret(secret)
            raise InvalidCredentials
        if not key.opens_with(secret):
            raise InvalidCredentials
        return key.account

    async def _look_up(self, key_id: bytes) -> ApiKey | None:
        key = await self._store.read(GetApiKey(key_id.decode("latin-1")))
        if key is None:
            self._known.pop(key_id, None)  # only keys that exist are remembered, so strangers cannot fill the memory
        else:
            self._known[key_id] = (self._now() + _TRUST_SECONDS, key)
        return key


def same_secret(given: str, secret: str) -> bool:
    """Whether they are the same and not empty; takes the same time for any `given`."""
    return bool(secret) and hmac.compare_digest(given.encode(), secret.encode())


async def create_first(context: Context, pair: KeyPair) -> bool:
    """On a store without keys, make the account `default` with this pair; gives whether it was made."""
    return await context.apply(CreateFirstKey(_creation(context, DEFAULT_ACCOUNT, pair))) is not None


async def opens(context: Context, pair: KeyPair) -> bool:
    """Whether this pair is a key of the store, not revoked."""
    key = await context.store.read(GetApiKey(pair.key_id))
    return key is not None and key.opens_with(pair.secret.encode())


async def create(context: Context, account_name: str, pair: KeyPair) -> ApiKey:
    """Make a key for an account, and the account where there is none of this name.

    Raises:
        InvalidInput: the key id is taken.
    """
    return await context.apply(_creation(context, account_name, pair))


async def list_all(context: Context) -> Sequence[ApiKey]:
    """Every key of every account, oldest first."""
    return await context.store.read(ListApiKeys())


async def revoke(context: Context, key_id: str) -> bool:
    """Revoke a key for good; gives False where there is none of this id."""
    return await context.apply(RevokeKey(key_id, context.clock.take()))


def _creation(context: Context, account_name: str, pair: KeyPair) -> CreateKey:
    return CreateKey(account_name, DEFAULT_REGION, pair.key_id, pair.secret_hash, context.clock.take())
