"""Messages that people write to an account."""

import hashlib

from numberkeep.domain.conversation import Received, ReceiveMessage
from numberkeep.domain.errors import MissingFields
from numberkeep.domain.identity import Account
from numberkeep.domain.phone import find_phone, parse_phone
from numberkeep.service.context import Context, Idempotency
from numberkeep.store.queries import GetAccountBySigningHash


async def receive(
    context: Context,
    account: Account,
    number: str,
    content: str,
    *,
    handle: str = "",
    line: str = "",
    field: str,
    once: Idempotency | None = None,
) -> Received:
    """Take in a message; gives what it has changed.

    Args:
        context: what to work with.
        account: to whom.
        number: the writer's.
        content: the text; `""` for one of pictures alone.
        handle: what the carrier calls it; a message with a handle is taken in once.
        line: the account's own number that it was written to, where that is known.
        field: what the request calls the writer's number.
        once: runs the command only if its idempotency key was not used before.

    Raises:
        MissingFields: the number is empty.
        InvalidPhone: no telephone can have it.
    """
    if not number.strip():
        raise MissingFields(field)
    phone = parse_phone(number, account.region, field=field)
    own = find_phone(line, account.region) or ""
    return await context.apply(ReceiveMessage(account.account_id, phone, own, content, handle, context.stamp()), once)


async def account_signing(context: Context, secret: str) -> Account | None:
    """The account whose signing secret this is."""
    return await context.store.read(GetAccountBySigningHash(signing_hash(secret))) if secret else None


def signing_hash(secret: str) -> bytes:
    """What the store keeps of a signing secret: its SHA-256, by which it is also looked up."""
    return hashlib.sha256(secret.encode()).digest()
