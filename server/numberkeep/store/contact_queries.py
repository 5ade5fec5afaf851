"""The reads of contacts beside those of one and of a page, and of a number's verification."""

from collections.abc import Sequence
from dataclasses import dataclass

from numberkeep.domain.contacts.contact import ContactRecord
from numberkeep.domain.contacts.listing import ContactFilter
from numberkeep.domain.verification.verification import Verification
from numberkeep.store.queries import Query


@dataclass(slots=True)
class ListContactsOf(Query[Sequence[ContactRecord]]):
    """The account's contacts with these numbers, oldest first."""

    account_id: int
    phones: Sequence[str]


@dataclass(slots=True)
class CountContacts(Query[int]):
    """How many of the account's contacts meet the conditions; counting ends at `most`."""

    account_id: int
    where: ContactFilter
    most: int


@dataclass(slots=True)
class GetVerification(Query[Verification | None]):
    """The last verification of a number, pending or not; one that is pending may have expired."""

    account_id: int
    phone: str
