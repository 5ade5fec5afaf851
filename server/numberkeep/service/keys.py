"""The use cases on API keys: create, list and revoke them, and authenticate requests."""

import asyncio
import contextlib
import hmac
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from numberkeep.domain.account_commands import CreateFirstKey, CreateKey, RevokeKey
from numberkeep.domain.errors import FieldError, InvalidCredentials, InvalidInput, NumberkeepError
from numberkeep.domain.identity import Account, ApiKey, KeyPair, hash_secret
from numberkeep.domain.limits import MAX_KEY_NAME
from numberkeep.service.clock import Clock
from numberkeep.service.context import Context
from numberkeep.store.contract import Store
from numberkeep.store.queries import GetApiKey, ListApiKeys
from numberkeep.store.session_commands import NoteKeyUse
from numberkeep.store.session_queries import ListApiKeysOf, ListKeyUses

DEFAULT_ACCOUNT: Final = "default"
DEFAULT_REGION: Final = "US"

_TRUST_SECONDS: Final = 1.0
"""How long a key is trusted without asking the store, and so how long a revoked key may still work."""

_NOTED_SECONDS: Final = 60.0
"""How often the use of a key is stored."""


@dataclass(slots=True, frozen=True)
class KnownKey:
    """A key, and when it was used last.

    Attributes:
        key: the key.
        used_at: the time, to the minute, microseconds since 1970; None if it was not used.
    """

    key: ApiKey
    used_at: int | None


class Authenticator:
    """Authenticates requests, reading each key from the store at most once a second.

    Args:
        store: where the keys are.
        now: seconds of a monotonic clock; tests pass their own.
        clock: the time, which is stored as the time of a key's last use.
    """

    def __init__(self, store: Store, now: Callable[[], float] = time.monotonic, clock: Clock | None = None) -> None:
        self._store = store
        self._now = now
        self._clock = clock or Clock()
        self._noted: dict[str, float] = {}
        self._noting: set[asyncio.Task[None]] = set()
        self._known: dict[bytes, tuple[float, ApiKey]] = {}

    async def key(self, key_id: bytes, secret: bytes) -> ApiKey:
        """Return the key with this id and secret, which names its account.

        Raises:
            InvalidCredentials: the key is unknown or revoked, or the secret is wrong; callers cannot tell which.
        """
        key = await self._key(key_id)
        if key is None:
            hash_secret(secret)
            raise InvalidCredentials
        if not key.opens_with(secret):
            raise InvalidCredentials
        self._note_use(key)
        return key

    async def valid(self, key_id: str) -> ApiKey | None:
        """Return the key with this id, which a session uses; None if it is unknown or revoked."""
        key = await self._key(key_id.encode("latin-1", "replace"))
        if key is None or key.revoked_at is not None:
            return None
        self._note_use(key)
        return key

    async def _key(self, key_id: bytes) -> ApiKey | None:
        trusted_until, key = self._known.get(key_id, (-math.inf, None))
        return await self._look_up(key_id) if trusted_until < self._now() else key

    def _note_use(self, key: ApiKey) -> None:
        """Have the use stored, at most once a minute, while the request goes on."""
        if self._noted.get(key.key_id, -math.inf) + _NOTED_SECONDS > self._now():
            return
        self._noted[key.key_id] = self._now()
        noting = asyncio.create_task(self._store_use(NoteKeyUse(key.account.account_id, key.key_id, self._clock.now())))
        self._noting.add(noting)
        noting.add_done_callback(self._noting.discard)

    async def _store_use(self, use: NoteKeyUse) -> None:
        with contextlib.suppress(NumberkeepError):  # the request itself reports a store that fails
            await self._store.apply(use)

    def forget(self, account_id: int) -> None:
        """Read the keys of an account again when they are used next."""
        gone = [key_id for key_id, (_, key) in self._known.items() if key.account.account_id == account_id]
        for key_id in gone:
            del self._known[key_id]

    async def _look_up(self, key_id: bytes) -> ApiKey | None:
        key = await self._store.read(GetApiKey(key_id.decode("latin-1")))
        if key is None:
            self._known.pop(key_id, None)  # only existing keys are cached, so that strangers cannot fill the memory
        else:
            self._known[key_id] = (self._now() + _TRUST_SECONDS, key)
        return key


def same_secret(given: str, secret: str) -> bool:
    """Return whether both are equal and not empty, in a time that does not depend on `given`."""
    return bool(secret) and hmac.compare_digest(given.encode(), secret.encode())


async def create_first(context: Context, pair: KeyPair) -> ApiKey | None:
    """Create the account `default` with this pair in a store without keys; return None if it has keys."""
    return await context.apply(CreateFirstKey(_creation(context, DEFAULT_ACCOUNT, pair, DEFAULT_REGION)))


async def opens(context: Context, pair: KeyPair) -> bool:
    """Return whether this pair is a key of the store and not revoked."""
    key = await context.store.read(GetApiKey(pair.key_id))
    return key is not None and key.opens_with(pair.secret.encode())


def is_account_name(text: str) -> bool:
    """Return whether an account may have this name."""
    return bool(text.strip()) and text.isprintable()


def checked_name(text: str) -> str:
    """Return the name of a key without surrounding spaces.

    Raises:
        InvalidInput: it is too long, or has characters that are not printed.
    """
    name = text.strip()
    if len(name) > MAX_KEY_NAME or not name.isprintable():
        message = f"must be at most {MAX_KEY_NAME} printable characters"
        raise InvalidInput(f"The name {message}", [FieldError("name", message)])
    return name


async def create(
    context: Context,
    account_name: str,
    pair: KeyPair,
    region: str = DEFAULT_REGION,
    *,
    read_only: bool = False,
    name: str = "",
) -> ApiKey:
    """Create a key for an account, and the account, in this region, if it does not exist.

    Args:
        context: the context of use cases.
        account_name: the name of the account.
        pair: the id and the secret of the key.
        region: the region of a new account.
        read_only: whether the key may change nothing.
        name: what the key is for; `""` for nothing in particular.

    Raises:
        InvalidInput: the key id is taken, or the name is not valid.
    """
    creation = _creation(context, account_name, pair, region)
    creation.read_only, creation.name = read_only, checked_name(name)
    return await context.apply(creation)


async def list_all(context: Context) -> Sequence[ApiKey]:
    """Return every key of every account, oldest first."""
    return await context.store.read(ListApiKeys())


async def list_of(context: Context, account: Account) -> Sequence[KnownKey]:
    """Return every key of an account, oldest first."""
    uses = await context.store.read(ListKeyUses(account.account_id))
    keys = await context.store.read(ListApiKeysOf(account.account_id))
    return [KnownKey(key, uses.get(key.key_id)) for key in keys]


async def list_with_uses(context: Context) -> Sequence[KnownKey]:
    """Return every key of every account, oldest first."""
    keys = await list_all(context)
    uses: dict[str, int] = {}
    for account_id in {key.account.account_id: None for key in keys}:
        uses.update(await context.store.read(ListKeyUses(account_id)))
    return [KnownKey(key, uses.get(key.key_id)) for key in keys]


async def revoke(context: Context, key_id: str) -> bool:
    """Revoke a key permanently; return False if there is none with this id."""
    return await context.apply(RevokeKey(key_id, context.clock.take()))


def _creation(context: Context, account_name: str, pair: KeyPair, region: str) -> CreateKey:
    return CreateKey(account_name, region, pair.key_id, pair.secret_hash, context.clock.take())
