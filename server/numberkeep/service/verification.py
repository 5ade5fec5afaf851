"""Asking a person to show that a number is theirs."""

from collections.abc import Sequence

from numberkeep.domain.command import SECOND
from numberkeep.domain.errors import ContactNotFound, InvalidPhone
from numberkeep.domain.identity import Account
from numberkeep.domain.messages.message import Message
from numberkeep.domain.phone import parse_phone
from numberkeep.domain.verification.commands import RequestVerification
from numberkeep.domain.verification.verification import DEFAULT_TEXT
from numberkeep.service.context import Context, Idempotency
from numberkeep.store.queries import ListMessages


async def request(context: Context, account: Account, number: str, *, once: Idempotency | None = None) -> bool:
    """Owe the contact a verification message; gives False where it is verified already and nothing is sent.

    Raises:
        MissingFields: the number is empty.
        ContactNotFound: there is no contact with this number.
        RecipientOptedOut: nothing may be sent to it.
        VerificationTooSoon: one was sent a moment ago.
    """
    try:
        phone = parse_phone(number, account.region, field="number")
    except InvalidPhone:
        raise ContactNotFound from None
    return await context.apply(
        RequestVerification(
            account.account_id,
            phone,
            account.verification_text or DEFAULT_TEXT,
            context.stamp(),
            resend_after=context.resend_seconds * SECOND,
            expires_after=context.verification_seconds * SECOND,
        ),
        once,
    )


async def messages(context: Context, account: Account, limit: int) -> Sequence[Message]:
    """The account's newest messages, newest first."""
    return await context.store.read(ListMessages(account.account_id, limit))
