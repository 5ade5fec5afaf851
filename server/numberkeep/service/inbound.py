"""Messages that people write to an account, and the port of the carriers that hand them in."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from numberkeep.domain.errors import AccountNotFound, NumberkeepError
from numberkeep.domain.identity import Account
from numberkeep.domain.limits import MAX_URL
from numberkeep.domain.messages.commands import KeepMessage, Received, ReceiveMessage
from numberkeep.domain.messages.message import known_service
from numberkeep.domain.messages.receipts import Receipt
from numberkeep.domain.messages.reply import Verdict
from numberkeep.domain.messages.sender import find_sender_id
from numberkeep.domain.phone import find_phone, parse_phone
from numberkeep.service.context import Context, Idempotency
from numberkeep.store.queries import GetAccount, GetAccountBySigningHash


class NotSigned(NumberkeepError):
    """A carrier's request does not prove that it comes from the carrier; the text says what to set."""


@dataclass(slots=True, frozen=True)
class Incoming:
    """A message that a person wrote, as the caller or carrier describes it.

    Attributes:
        number: the person's number, as the carrier writes it; or a short code, a sender id or an e-mail address.
        content: the text; `""` for a message of pictures alone.
        handle: the carrier's id of the message; a message with a handle is stored once.
        line: the account's own number that it was sent to; `""` if it is not known.
        field: the request's name for the person's number.
        verdict: what the carrier says that the message means; None if it says nothing.
        media_url: the file that it carries; `""` for none.
        service: by which service it came, as the carrier writes it; `""` if it does not say.
    """

    number: str
    content: str
    handle: str
    line: str
    field: str
    verdict: Verdict | None = None
    media_url: str = ""
    service: str = ""

    @property
    def media(self) -> str:
        """The file's URL if it can be stored, else `""`: the message counts, whatever it carries."""
        return self.media_url if len(self.media_url) <= MAX_URL else ""


@dataclass(slots=True, frozen=True)
class CarrierRequest:
    """A request in which a carrier hands in a message.

    Attributes:
        headers: by lower-case name.
        scheme: `http` or `https`.
        target: the path and the query, as they were sent.
        body: the body; `b""` while it is not read.
    """

    headers: Mapping[bytes, bytes]
    scheme: str
    target: bytes
    body: bytes = b""


class Carrier(Protocol):
    """A carrier that hands in messages."""

    @property
    def name(self) -> str:
        """The carrier's name, which the changes that it causes are recorded under."""

    @property
    def header(self) -> bytes:
        """The header by which its requests are recognised, in lower case."""

    @property
    def signs_body(self) -> bool:
        """Whether `account` needs the request's body; else it is read only after that."""

    @property
    def reply(self) -> tuple[bytes, bytes] | None:
        """The content type and body that it expects as the answer; None if any JSON will do."""

    async def account(self, context: Context, request: CarrierRequest) -> Account | None:
        """Return the account whose secret the request proves; None if it proves the secret of all accounts.

        Raises:
            NotSigned: it proves neither.
            InvalidInput: the body cannot be read.
        """

    def read(self, request: CarrierRequest) -> Incoming | Receipt | None:
        """Return the message that is handed in, or what becomes of one that was sent; None for anything else.

        Raises:
            InvalidInput: the body does not fit.
        """


async def receive(context: Context, account: Account, message: Incoming, once: Idempotency | None = None) -> Received:
    """Store a message and return what it changed.

    Args:
        context: what to work with.
        account: the account that it was written to.
        message: the message.
        once: runs the command only if its idempotency key was not used before.

    Raises:
        MissingFields: the number is empty.
        InvalidPhone: it is neither a number nor a sender id.
    """
    account_id, region, stamp = account.account_id, account.region, context.stamp()
    line, service = find_phone(message.line, region) or "", known_service(message.service)
    sender = None if find_phone(message.number, region) else find_sender_id(message.number)
    if sender is not None:
        keep = KeepMessage(account_id, sender, line, message.content, message.handle, stamp, message.media, service)
        return await context.apply(keep, once)
    phone = parse_phone(message.number, region, field=message.field)
    command = ReceiveMessage(
        account_id,
        phone,
        line,
        message.content,
        message.handle,
        stamp,
        message.verdict,
        account.replies,
        message.media,
        service,
    )
    return await context.apply(command, once)


async def account_named(context: Context, name: str) -> Account:
    """Return the account of this name.

    Raises:
        AccountNotFound: there is none.
    """
    account = await context.store.read(GetAccount(name))
    if account is None:
        raise AccountNotFound
    return account


async def account_signing(context: Context, secret: str) -> Account | None:
    """Return the account that has this signing secret, if any."""
    return await context.store.read(GetAccountBySigningHash(signing_hash(secret))) if secret else None


def signing_hash(secret: str) -> bytes:
    """Return what the store keeps of a signing secret: its SHA-256, by which it is also looked up."""
    return hashlib.sha256(secret.encode()).digest()
