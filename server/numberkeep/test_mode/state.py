"""The control API of an account's state: reset, snapshot, restore, seed, and the end of an account."""

from typing import Any

import msgspec

from numberkeep.domain.errors import InvalidInput
from numberkeep.service import snapshots
from numberkeep.store.whole_account import DeleteAccount, EmptyAccount, ReadContents, ReplaceContents
from numberkeep.test_mode import seeding
from numberkeep.test_mode.control import AccountCall
from numberkeep.wire.answers import Nothing, StatusOut


class ResetBody(msgspec.Struct, kw_only=True):
    """How to reset.

    Attributes:
        deterministic: whether numbers start at 1 again, so that the same calls get the same ones after each reset.
    """

    deterministic: bool = False


async def reset(call: AccountCall, given: ResetBody) -> StatusOut:
    """Delete everything in the account, its faults and its journal; keep its keys and its settings."""
    mode, account_id = call.mode, call.key.account.account_id
    async with mode.stopped(account_id):
        await mode.context.apply(EmptyAccount(account_id, restart=given.deterministic))
        mode.forget(account_id)
        if given.deterministic:
            mode.in_order.add(account_id)
            mode.context.signals.notify_restart(account_id)
    return StatusOut()


async def snapshot(call: AccountCall, _: Nothing) -> dict[str, Any]:
    """Return everything in the account, as a document for `restore`."""
    return snapshots.dump(await call.mode.context.apply(ReadContents(call.key.account.account_id)))


async def restore(call: AccountCall, data: bytes) -> StatusOut:
    """Replace everything in the account with a snapshot, of this account or another.

    Raises:
        InvalidInput: the document is not a snapshot, is damaged, or does not fit this version.
    """
    mode, account_id = call.mode, call.key.account.account_id
    contents = snapshots.load(seeding.document(data))
    async with mode.stopped(account_id):
        await mode.context.apply(ReplaceContents(account_id, contents))
        mode.api.authenticator.forget(account_id)
        mode.context.signals.notify_restart(account_id)
    return StatusOut()


async def seed(call: AccountCall, data: bytes) -> seeding.SeedAnswer:
    """Add contacts, opt-outs and messages to the account.

    Raises:
        InvalidInput: entries are not valid; nothing was added.
    """
    if snapshots.is_snapshot(seeding.document(data)):
        raise InvalidInput("This is a snapshot: send it to POST /_numberkeep/test/restore.")
    return await seeding.seed(call.mode.context, call.key.account, data)


async def delete(call: AccountCall, _: Nothing) -> StatusOut:
    """Delete the account with its keys and everything in it."""
    mode, account_id = call.mode, call.key.account.account_id
    async with mode.stopped(account_id):
        await mode.context.apply(DeleteAccount(account_id))
        mode.api.authenticator.forget(account_id)
        mode.forget(account_id)
        mode.context.signals.notify_restart(account_id)
    return StatusOut()
