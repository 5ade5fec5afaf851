"""Operations on the account's keys. They are for people: a program must not be able to make itself another key."""

from collections.abc import Sequence
from dataclasses import dataclass

from numberkeep.domain.errors import InvalidInput, KeyNotFound
from numberkeep.domain.identity import KeyPair, new_key_pair
from numberkeep.operations.operation import Call, operation
from numberkeep.service import keys
from numberkeep.service.keys import KnownKey
from numberkeep.wire.answers import Nothing


@dataclass(slots=True, frozen=True)
class NewKey:
    """The key to create."""

    read_only: bool
    name: str = ""


@dataclass(slots=True, frozen=True)
class ByKey:
    """The id of a key."""

    key_id: str


@operation("keys.list", reads=True)
async def list_keys(call: Call, _: Nothing) -> Sequence[KnownKey]:
    """List the account's keys, oldest first."""
    return await keys.list_of(call.context, call.account)


@operation("keys.create", InvalidInput)
async def create(call: Call, given: NewKey) -> KeyPair:
    """Create a key for the account; only this answer has the secret."""
    pair = new_key_pair()
    await keys.create(call.context, call.account.name, pair, read_only=given.read_only, name=given.name)
    return pair


@operation("keys.retrieve", KeyNotFound, reads=True)
async def retrieve(call: Call, given: ByKey) -> KnownKey:
    """Retrieve one of the account's keys."""
    found = [each for each in await keys.list_of(call.context, call.account) if each.key.key_id == given.key_id]
    if not found:
        raise KeyNotFound
    return found[0]


@operation("keys.revoke", KeyNotFound)
async def revoke(call: Call, given: ByKey) -> KnownKey:
    """Revoke one of the account's keys permanently, and return it."""
    await retrieve.function(call, given)  # another account's is not found
    await keys.revoke(call.context, given.key_id)
    return await retrieve.function(call, given)
