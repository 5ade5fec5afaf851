"""The commands on accounts and their keys; store/directory.py applies them."""

from dataclasses import dataclass
from typing import Final

from numberkeep.domain.command import Command
from numberkeep.domain.identity import Account, ApiKey

SECRET_TAKEN: Final = "another account uses this signing secret: choose another"  # noqa: S105 - a refusal's text


@dataclass(slots=True)
class CreateKey(Command[ApiKey]):
    """Create a key for the account with this name, and the account if it does not exist.

    Raises on application: InvalidInput if the key id is taken.
    """

    account_name: str
    region: str
    key_id: str
    secret_hash: bytes
    at: int
    read_only: bool = False
    name: str = ""


@dataclass(slots=True)
class CreateFirstKey(Command[ApiKey | None]):
    """Create a key if the store has no keys, not even revoked ones; return None if it has."""

    key: CreateKey


@dataclass(slots=True)
class RevokeKey(Command[bool]):
    """Revoke a key permanently; return False if there is none with this id."""

    key_id: str
    at: int


@dataclass(slots=True)
class SetAccount(Command[Account | None]):
    """Change the values that are not None, and return the account, or None if there is none with this name.

    Attributes:
        account_name: the account's name.
        verification_text: a template for `text_for`; `""` for the default text.
        signing_hash: the SHA-256 of the secret by which carriers prove themselves; `b""` for none.
        region: the region of numbers without `+`.
        opt_out_words: see ReplyRules.
        unclear_opts_out: see ReplyRules.
        confirmation: see ReplyRules.

    Raises on application: InvalidInput if another account uses the secret.
    """

    account_name: str
    verification_text: str | None = None
    signing_hash: bytes | None = None
    region: str | None = None
    opt_out_words: tuple[str, ...] | None = None
    unclear_opts_out: bool | None = None
    confirmation: str | None = None
