"""The ids of contacts that are created at the same time."""

import pytest

from numberkeep.domain.contacts.commands import BulkRow, DeleteContacts, UpsertContacts
from numberkeep.domain.contacts.contact import ContactPatch
from numberkeep.domain.contacts.importing import Existing, ImportContacts
from numberkeep.domain.identity import Account, KeyPair, contact_id_at
from numberkeep.domain.jobs.commands import AddJob, Step
from numberkeep.domain.jobs.job import JobStatus
from numberkeep.service import contacts, keys
from numberkeep.service.context import Context
from numberkeep.service.settable_clock import SettableClock
from numberkeep.store.contract import Store
from numberkeep.store.queries import GetContact
from numberkeep.test_mode.context import TestContext
from support.set_time import NEW_YEAR, PHONE

ID = contact_id_at(NEW_YEAR, 0)


@pytest.fixture
def clock() -> SettableClock:
    """Return the clock."""
    return SettableClock()


@pytest.fixture
def context(store: Store, clock: SettableClock) -> Context:
    """Return a context that replaces one of node 5."""
    return TestContext.of(Context(store, node=5, resend_seconds=7), clock)


async def new_account(context: Context, name: str) -> Account:
    """Create an account."""
    return (await keys.create(context, name, KeyPair(f"key-{name}", "secret"))).account


async def create(context: Context, account: Account, phone: str = PHONE) -> int:
    """Create a contact, and return its id."""
    created = await contacts.create(context, account, phone, ContactPatch(), update_if_exists=False)
    found = await context.store.read(GetContact(account.account_id, phone))
    assert found
    assert found.contact_id == created.contact_id
    return found.contact_id


async def test_it_has_the_settings_of_the_context_that_it_replaces(context: Context) -> None:
    """Also with another actor. Only the node, which a process chooses at random, is always the same."""
    acting = context.acting(context.actor, None)
    assert isinstance(acting, TestContext)
    assert (acting.node, acting.resend_seconds) == (0, 7)


async def test_an_account_gets_other_ids_if_its_own_are_taken(context: Context, clock: SettableClock) -> None:
    """The same as long as the same are taken."""
    account = await new_account(context, "one")
    found = []
    for number in range(3):
        clock.freeze(NEW_YEAR)
        found.append(await create(context, account, f"+1415600000{number}"))
    assert found == [ID, ID + 1, ID + 2]
    await context.apply(DeleteContacts(account.account_id, ["+14156000001"], context.stamp()))
    clock.freeze(NEW_YEAR)
    assert await create(context, account, "+14156000004") == ID + 1


async def test_many_accounts_can_create_contacts_at_the_same_time(context: Context, clock: SettableClock) -> None:
    """However many of the ids are taken."""
    accounts = [await new_account(context, f"a{number}") for number in range(50)]
    for account in accounts:
        clock.freeze(NEW_YEAR)
        await create(context, account)
    for account in accounts:
        assert await context.store.read(GetContact(account.account_id, PHONE))


async def test_rows_of_bulk_requests_and_imports_get_other_ids_too(context: Context, clock: SettableClock) -> None:
    """An import applies its command as a step of a job."""
    account = await new_account(context, "one")
    job = await context.apply(AddJob(account.account_id, "known", JobStatus.RUNNING, "", context.stamp()))
    clock.freeze(NEW_YEAR)
    await create(context, account)
    rows = [BulkRow(f"+1415600000{place}", ContactPatch(), ID + (place << 12), NEW_YEAR) for place in range(3)]
    upserted = await context.apply(UpsertContacts(account.account_id, rows, context.stamp()))
    assert [contact.contact_id for contact in upserted.contacts] == [ID + (place << 12) + 1 for place in range(3)]
    rows = [BulkRow(f"+1415600001{place}", ContactPatch(), ID + (place << 12), NEW_YEAR) for place in range(3)]
    command = ImportContacts(account.account_id, rows, Existing.UPDATE, False, "x.csv", context.stamp())  # noqa: FBT003
    await context.apply(
        Step(
            account.account_id,
            job.job_id,
            command,
            lambda job: job,
            lambda job, _result, _events: job,
            lambda _: (),
            context.stamp(),
        )
    )
    for row in rows:
        assert await context.store.read(GetContact(account.account_id, row.phone))
