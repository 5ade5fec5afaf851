"""The use case on verification: send a verification message."""

from numberkeep.domain.command import SECOND
from numberkeep.domain.errors import ContactNotFound, InvalidPhone
from numberkeep.domain.identity import Account
from numberkeep.domain.phone import parse_phone
from numberkeep.domain.verification.commands import RequestVerification
from numberkeep.domain.verification.verification import DEFAULT_TEXT
from numberkeep.service.context import Context, Idempotency


async def request(context: Context, account: Account, number: str, *, once: Idempotency | None = None) -> bool:
    """Enqueue a verification message to the contact; return False if it is verified already and nothing is sent.

    Raises:
        MissingFields: the number is empty.
        ContactNotFound: there is no contact with this number.
        RecipientOptedOut: the recipient has opted out.
        ReplyUnderReview: a reply of the recipient is unclear and not decided yet.
        VerificationTooSoon: one was sent less than `resend_seconds` ago.
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
