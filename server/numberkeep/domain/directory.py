"""Every change to accounts and their keys. Each store applies these by its own statements: they are few and rare."""

from dataclasses import dataclass

from numberkeep.domain.commands import Command
from numberkeep.domain.identity import ApiKey


@dataclass(slots=True)
class CreateKey(Command[ApiKey]):
    """Make a key for the account of this name, and the account where there is none.

    Raises on application: InvalidInput where the key id is taken.
    """

    account_name: str
    region: str
    key_id: str
    secret_hash: bytes
    at: int


@dataclass(slots=True)
class CreateFirstKey(Command[ApiKey | None]):
    """Make a key if the store has none yet, revoked ones counted; gives None where it has."""

    key: CreateKey


@dataclass(slots=True)
class RevokeKey(Command[bool]):
    """Revoke a key for good; gives False where there is none of this id."""

    key_id: str
    at: int
