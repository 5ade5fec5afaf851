"""Identities: contact ids, accounts, and API keys with the hashes of their secrets."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from numberkeep.domain.messages.reply import ReplyRules

_EPOCH_2020_MICROS: Final = 1_577_836_800_000_000
NODE_BITS: Final = 12
_contact_id = re.compile(r"[0-7][0-9a-f]{15}").fullmatch


def contact_id_at(micros: int, node: int) -> int:
    """Return the contact id for a contact created at `micros` by the process with this `node` number.

    63 bits: microseconds since 2020 (good until 2091), followed by the node. So ids rise with time, two processes do
    not collide, and an id does not reveal how many contacts there are.
    """
    return (micros - _EPOCH_2020_MICROS) << NODE_BITS | node


def contact_id_text(contact_id: int) -> str:
    """Return a contact id as the API shows it: 16 hexadecimal digits, which sort as the ids do."""
    return f"{contact_id:016x}"


def parse_contact_id(text: str) -> int | None:
    """Return the contact id that a text stands for; None if it is not one."""
    return int(text, 16) if _contact_id(text) else None


@dataclass(slots=True, frozen=True)
class Account:
    """A tenant: its keys give access to its contacts and to no others.

    Attributes:
        account_id: identity within the store.
        name: what the command line calls it.
        region: the region (ISO 3166-1 alpha-2) in which numbers without `+` are read.
        verification_text: what its verification messages say, see `text_for`; `""` for the default text.
        replies: how it treats replies.
    """

    account_id: int
    name: str
    region: str
    verification_text: str = ""
    replies: ReplyRules = field(default_factory=ReplyRules)


@dataclass(slots=True, frozen=True)
class ApiKey:
    """A key as it is stored, with the hash of its secret.

    Attributes:
        key_id: what clients send with the secret.
        secret_hash: see `hash_secret`.
        account: what it gives access to.
        created_at: when it was created.
        revoked_at: when it was revoked; None if it was not.
        read_only: whether it may change nothing.
        name: what it is for; `""` for nothing in particular.
    """

    key_id: str
    secret_hash: bytes
    account: Account
    created_at: datetime
    revoked_at: datetime | None = None
    read_only: bool = False
    name: str = ""

    def opens_with(self, secret: bytes) -> bool:
        """Return whether `secret` is this key's and the key is not revoked; takes the same time for any secret."""
        return hmac.compare_digest(hash_secret(secret), self.secret_hash) and self.revoked_at is None


@dataclass(slots=True, frozen=True)
class KeyPair:
    """A key id and its secret, as a client sends them; shown once, never stored."""

    key_id: str
    secret: str = field(repr=False)

    @property
    def secret_hash(self) -> bytes:
        """The hash of the secret, which the store keeps."""
        return hash_secret(self.secret.encode())


def new_key_pair() -> KeyPair:
    """Return a random pair: 64 bits of id, 256 bits of secret."""
    return KeyPair(f"nk_{secrets.token_hex(8)}", secrets.token_hex(32))


def hash_secret(secret: bytes) -> bytes:
    """Return the secret's SHA-256: a random secret of 256 bits needs no slow hash (docs/adr/0006-api-keys.md)."""
    return hashlib.sha256(secret).digest()
