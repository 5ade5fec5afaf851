"""Counts of what matches, contacts by their numbers, and unclear replies as a condition."""

from contract.population import populate
from numberkeep.domain.contacts.listing import ContactFilter
from numberkeep.store.contact_queries import CountContacts, GetVerification, ListContactsOf
from support.store import PHONE, START, AccountDriver, phone

UNCLEAR = "Please leave me alone now"


async def counted(account: AccountDriver, most: int = 1000, **where: object) -> int:
    """Return how many contacts match."""
    return await account.store.read(CountContacts(account.account_id, ContactFilter(**where), most))  # type: ignore[arg-type]


class CountingContract:
    """CountContacts, ListContactsOf, GetVerification and the filter `unclear`."""

    async def test_what_matches_is_counted(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """As many as are listed, whatever the conditions, and of one account; counting ends at the limit."""
        await populate(ours)
        await theirs.create(PHONE, tags=("red",))
        for where in (
            {},
            {"tags": ("red",)},
            {"tags": ("red", "blue")},
            {"verified": True},
            {"opt_out": False},
            {"created_from": START + 3, "created_before": START + 6},
            {"phone": phone(3)},
            {"phone": "+1999"},
        ):
            assert await counted(ours, **where) == len(await ours.listed(**where)), where
        assert await counted(ours, 2) == 2
        assert await counted(ours, 2, tags=("red",)) == 2

    async def test_contacts_with_unclear_replies(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """Those with an open review; a decision closes it."""
        for n in range(4):
            await ours.create(phone(n), tags=("red",) if n else ())
            await theirs.create(phone(n))
        await ours.receive(phone(0), UNCLEAR)
        await ours.receive(phone(2), UNCLEAR)
        await ours.receive(phone(9), UNCLEAR)
        assert await ours.listed(unclear=True) == [phone(0), phone(2)]
        assert await ours.listed(unclear=True, tags=("red",)) == [phone(2)]
        assert await ours.listed(unclear=False) == [phone(1), phone(3)]
        assert await theirs.listed(unclear=True) == []
        assert await counted(ours, unclear=True) == 2
        await ours.decide(1, opts_out=False)
        assert await ours.listed(unclear=True) == [phone(2)]

    async def test_contacts_are_read_by_their_numbers(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """Each once, oldest first; numbers without a contact are left out."""
        for n in (3, 1, 2):
            await ours.create(phone(n))
        await theirs.create(phone(4))
        query = ListContactsOf(ours.account_id, [phone(1), phone(3), phone(4), phone(1)])
        assert [contact.phone for contact in await ours.store.read(query)] == [phone(3), phone(1)]
        assert not await ours.store.read(ListContactsOf(ours.account_id, []))

    async def test_the_last_verification_of_a_number_is_read(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """As it is stored; None before the first."""
        await ours.create(PHONE)
        assert await ours.store.read(GetVerification(ours.account_id, PHONE)) is None
        await ours.request_verification(PHONE)
        found = await ours.store.read(GetVerification(ours.account_id, PHONE))
        assert found is not None
        assert found.pending
        assert await theirs.store.read(GetVerification(theirs.account_id, PHONE)) is None
