"""An account with rows of every kind, for tests of what is stored."""

from numberkeep.store.contract import Store
from support.store import DEAD, AccountDriver, new_account, phone


async def filled_account(store: Store) -> AccountDriver:
    """Return a new account with 20 contacts, some tagged, opted out or asked; and create another account."""
    account = await new_account(store, "default")
    await account.upsert(*[account.row(phone(n), tags=("a", 'say "b"\n')[: n % 3]) for n in range(20)])
    for n in (3, 4):
        await account.opt_out(phone(n))
    await account.opt_out(phone(500))
    await account.opt_out(phone(4), opted_out=False)
    for _ in range(2):
        await account.add_webhook("message.created")
    for n in (6, 7):
        await account.request_verification(phone(n))
    [failing, *_] = await account.take()
    await account.settle(failing, DEAD)
    await (await new_account(store, "other")).create(phone(3), tags=("a",))
    return account
