"""The use cases on what happened to a number: its events, and its last verification."""

from collections.abc import Sequence

from numberkeep.domain.errors import ContactNotFound
from numberkeep.domain.event import Event
from numberkeep.domain.identity import Account
from numberkeep.domain.phone import find_phone
from numberkeep.domain.verification.verification import Verification
from numberkeep.service.context import Context
from numberkeep.store.contact_queries import GetVerification
from numberkeep.store.queries import ListEventsOf


async def events_of(context: Context, account: Account, number: str, limit: int) -> Sequence[Event]:
    """Return the last events about a number, newest first, whether or not it has a contact.

    Raises:
        ContactNotFound: it is not a phone number.
    """
    return await context.store.read(ListEventsOf(account.account_id, _phone(account, number), limit))


async def verification_of(context: Context, account: Account, number: str) -> Verification | None:
    """Return the last verification of a number.

    Raises:
        ContactNotFound: it is not a phone number.
    """
    return await context.store.read(GetVerification(account.account_id, _phone(account, number)))


def _phone(account: Account, number: str) -> str:
    phone = find_phone(number, account.region)
    if phone is None:
        raise ContactNotFound
    return phone
