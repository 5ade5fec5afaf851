"""Short ways to command a store, one account at a time."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from numberkeep.domain.commands import (
    BulkRow,
    CreateContact,
    DeleteContacts,
    RequestVerification,
    SetOptOut,
    UpdateContact,
    UpsertContacts,
)
from numberkeep.domain.contact import Contact, ContactPatch, ReadOnly
from numberkeep.domain.directory import CreateKey
from numberkeep.domain.identity import contact_id_at, hash_secret
from numberkeep.domain.listing import ContactFilter, ListQuery, Order, OrderBy, Page, Position
from numberkeep.store.contract import Store

START = 1_790_000_000_000_000
"""When every test's time begins, in microseconds since 1970."""

SECOND = 1_000_000
PHONE = "+14155552671"

MarkVerified = Callable[[int, str], Coroutine[Any, Any, None]]
"""Makes the contact of an account with a number verified: no command does that yet."""


def phone(number: int) -> str:
    """One of ten thousand E.164 numbers, in the order of `number`."""
    return f"+1415600{number:04d}"


class AccountDriver:
    """Commands one account's contacts in a store; every command comes a second after the one before.

    Attributes:
        store: the store.
        account_id: the account.
        now: the time of the last command, microseconds since 1970.
    """

    def __init__(self, store: Store, account_id: int) -> None:
        self.store = store
        self.account_id = account_id
        self.now = START

    def tick(self) -> int:
        """The next command's time."""
        self.now += SECOND
        return self.now

    def row(self, number: str, *, index: int = 0, **said: Any) -> BulkRow:
        """A row of a bulk request that says this of the contact, with the next id and time."""
        at = self.tick()
        return BulkRow(number, ContactPatch(**said), contact_id_at(at, self.account_id), at, index)

    async def create(
        self,
        number: str,
        *,
        at: int | None = None,
        contact_id: int | None = None,
        update_if_exists: bool = False,
        **said: Any,
    ) -> Contact:
        """Create a contact of which `said` is said."""
        at = self.tick() if at is None else at
        contact_id = contact_id_at(at, self.account_id) if contact_id is None else contact_id
        command = CreateContact(self.account_id, number, ContactPatch(**said), update_if_exists, contact_id, at)
        return await self.store.apply(command)

    async def update(self, number: str, *, read_only: ReadOnly | None = None, **said: Any) -> Contact:
        """Say `said` of a contact that is there."""
        return await self.store.apply(
            UpdateContact(self.account_id, number, ContactPatch(**said), read_only or ReadOnly(), self.tick())
        )

    async def upsert(self, *rows: BulkRow) -> Sequence[Contact]:
        """Store the rows in bulk."""
        return (await self.store.apply(UpsertContacts(self.account_id, rows))).contacts

    async def delete(self, *numbers: str) -> int:
        """Delete the contacts with these numbers."""
        return await self.store.apply(DeleteContacts(self.account_id, numbers))

    async def opt_out(self, number: str, *, opted_out: bool = True) -> None:
        """Record what the recipient behind a number wants."""
        await self.store.apply(SetOptOut(self.account_id, number, opted_out, self.tick()))

    async def request_verification(
        self, number: str, *, at: int | None = None, content: str = "Please reply.", resend_after: int = 60 * SECOND
    ) -> bool:
        """Ask a contact to show that the number is theirs."""
        at = self.tick() if at is None else at
        return await self.store.apply(RequestVerification(self.account_id, number, content, at, resend_after))

    async def contact(self, number: str) -> Contact | None:
        """The contact with this number."""
        return await self.store.contact(self.account_id, number)

    async def count(self) -> int:
        """How many contacts there are."""
        return await self.store.count(self.account_id)

    async def page(
        self,
        by: OrderBy = OrderBy.CREATED_AT,
        *,
        descending: bool = True,
        limit: int = 1000,
        offset: int = 0,
        after: Position | None = None,
        **where: Any,
    ) -> Page:
        """One page of those contacts that are as `where` says."""
        query = ListQuery(ContactFilter(**where), Order(by, descending), limit, offset, after)
        return await self.store.contacts(self.account_id, query)

    async def listed(self, by: OrderBy = OrderBy.CREATED_AT, *, descending: bool = False, **given: Any) -> list[str]:
        """The numbers of one page, oldest first unless another order is asked for."""
        return [contact.phone for contact in (await self.page(by, descending=descending, **given)).contacts]

    async def pages(
        self, by: OrderBy, *, descending: bool, limit: int, after: Position | None = None, **where: Any
    ) -> list[Sequence[Contact]]:
        """Every page from `after` to the last, each found by the cursor of the one before."""
        pages: list[Sequence[Contact]] = []
        while True:
            page = await self.page(by, descending=descending, limit=limit, after=after, **where)
            pages.append(page.contacts)
            if page.next is None:
                return pages
            after = page.next


async def new_account(store: Store, name: str) -> AccountDriver:
    """A new account of the store."""
    key = await store.apply(CreateKey(name, "US", f"key-of-{name}", hash_secret(b"secret"), START))
    return AccountDriver(store, key.account.account_id)
