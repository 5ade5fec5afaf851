"""A relay that does nothing for one account for a while, or finishes what it has to do for one."""

import asyncio

from numberkeep.domain.identity import Account, KeyPair
from numberkeep.service import keys
from numberkeep.service.context import Context
from numberkeep.store.queries import GetBacklog, GetTallies
from numberkeep.store.whole_account import EmptyAccount
from support.outlets import Script, ScriptedNotifier, waiting
from support.relaying import PATIENCE, at_work, create, register, until


async def test_what_was_under_way_has_no_consequence(context: Context, account: Account) -> None:
    """Numbers start again meanwhile, so that it would be taken for another delivery."""
    held = asyncio.Event()
    notifier = ScriptedNotifier(slow=Script(waiting(held)))
    await register(context, account, "slow")
    async with at_work(context, notifier) as relay:
        await create(context, account, 1)
        await until(lambda: bool(notifier.got))
        async with relay.stopped(account.account_id):
            await context.apply(EmptyAccount(account.account_id, restart=True))
            await register(context, account, "slow")
            await create(context, account, 1)
            held.set()
            await asyncio.sleep(0.1)
            assert notifier.taken == []
            assert (await context.store.read(GetBacklog())).waiting == 1
        await notifier.until_taken(1)
    assert (await context.store.read(GetTallies(account.account_id))).events == 1


async def test_other_accounts_are_served_meanwhile(context: Context, account: Account) -> None:
    """And the account again at the end."""
    other = (await keys.create(context, "other", KeyPair("key2", "s"))).account
    notifier = ScriptedNotifier()
    for each in (account, other):
        await register(context, each, "fast")
    async with at_work(context, notifier) as relay:
        async with relay.stopped(account.account_id), relay.stopped(account.account_id):
            await create(context, account, 1)
            await create(context, other, 1)
            await notifier.until_taken(1)
            assert [name for name, *_ in notifier.taken] == ["other"]
        await notifier.until_taken(2)


async def test_an_account_s_work_is_finished_on_demand(context: Context, account: Account) -> None:
    """Whatever others wait for."""
    other = (await keys.create(context, "other", KeyPair("key2", "s"))).account
    held = asyncio.Event()
    notifier = ScriptedNotifier(slow=Script(waiting(held)))
    await register(context, other, "slow")
    await register(context, account, "fast")
    async with at_work(context, notifier) as relay:
        await create(context, other, 1)
        await create(context, account, *range(20))
        await asyncio.wait_for(relay.finish(account.account_id), PATIENCE)
        assert len(notifier.taken) == 20
        held.set()
