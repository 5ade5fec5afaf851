"""Every change to accounts and their keys. Each store applies these by its own statements: they are few and rare."""

from dataclasses import dataclass
from typing import Final

from numberkeep.domain.command import Command
from numberkeep.domain.identity import Account, ApiKey

SECRET_TAKEN: Final = "another account has this signing secret: give each its own"  # noqa: S105 - a refusal's text


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


@dataclass(slots=True)
class SetAccount(Command[Account | None]):
    """Change what is not None of an account; gives the account, or None where there is none of this name.

    `region` is the region of numbers without `+`; `verification_text` is for `text_for`, `""` for the text that all
    accounts have; `signing_hash` is the SHA-256 of the secret by which carriers prove themselves, `b""` for none.
    Raises on application: InvalidInput where another account has the secret.
    """

    account_name: str
    verification_text: str | None = None
    signing_hash: bytes | None = None
    region: str | None = None
