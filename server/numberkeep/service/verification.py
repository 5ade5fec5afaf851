"""Asking a person to show that a number is theirs."""

from collections.abc import Sequence
from typing import Final

from numberkeep.domain.commands import RequestVerification
from numberkeep.domain.errors import ContactNotFound, MissingFields
from numberkeep.domain.identity import Account
from numberkeep.domain.message import Message
from numberkeep.domain.phone import find_phone
from numberkeep.service.context import Context

TEXT: Final = "Please reply to this message to confirm your phone number. Reply STOP to receive no more messages."


async def request(context: Context, account: Account, number: str) -> bool:
    """Owe the contact a verification message; gives False where it is verified already and nothing is sent.

    Raises:
        MissingFields: the number is empty.
        ContactNotFound: there is no contact with this number.
        RecipientOptedOut: nothing may be sent to it.
        VerificationTooSoon: one was sent a moment ago.
    """
    if not number.strip():
        raise MissingFields("number")
    phone = find_phone(number, account.region)
    if phone is None:
        raise ContactNotFound
    return await context.apply(
        RequestVerification(
            account.account_id, phone, TEXT, context.clock.take(), resend_after=context.resend_seconds * 1_000_000
        )
    )


async def messages(context: Context, account: Account, limit: int) -> Sequence[Message]:
    """The account's newest messages, newest first."""
    return await context.store.messages(account.account_id, limit)
