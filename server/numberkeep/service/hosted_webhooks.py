"""An account's webhooks as the hosted service's route has them: added, replaced and removed by URL and name."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from itertools import chain

from numberkeep.domain.errors import FieldError, InvalidInput
from numberkeep.domain.identity import Account
from numberkeep.domain.limits import MAX_WEBHOOKS
from numberkeep.domain.webhooks.hosted import AddHosted, HostedWebhook, RemoveHosted, ReplaceHosted
from numberkeep.domain.webhooks.types import HOSTED_NAMES
from numberkeep.domain.webhooks.webhook import Webhook
from numberkeep.service.context import Context, Idempotency
from numberkeep.service.outlets import Notifier
from numberkeep.service.webhooks import faults_of


async def add(
    context: Context,
    notifier: Notifier,
    account: Account,
    given: Mapping[str, HostedWebhook],
    *,
    once: Idempotency | None = None,
) -> Sequence[Webhook]:
    """Have these too; one that is there already takes the new secret, where one is given.

    Args:
        context: what to work with.
        notifier: what knows where a webhook may be.
        account: whose.
        given: the webhooks, by what the request calls the place of each.
        once: runs the command only if its idempotency key was not used before.

    Returns:
        all of the account's webhooks.

    Raises:
        InvalidInput: one cannot be taken, named by its place, or there would be too many.
    """
    await _check(notifier, given)
    return await context.apply(AddHosted(account.account_id, list(given.values()), context.stamp()), once)


async def replace_all(
    context: Context, notifier: Notifier, account: Account, given: Mapping[str, HostedWebhook]
) -> Sequence[Webhook]:
    """Have these and no others under hosted names; arguments, result and errors as for `add`."""
    await _check(notifier, given)
    return await context.apply(ReplaceHosted(account.account_id, list(given.values()), context.stamp()))


async def remove(context: Context, account: Account, urls: Collection[str], name: str | None) -> None:
    """Have these URLs no longer, under a hosted name or under all of them (None)."""
    names = tuple(HOSTED_NAMES) if name is None else (name,)
    await context.apply(RemoveHosted(account.account_id, urls, names))


async def _check(notifier: Notifier, given: Mapping[str, HostedWebhook]) -> None:
    if len(given) > MAX_WEBHOOKS:
        raise InvalidInput(f"an account has at most {MAX_WEBHOOKS} webhooks: name fewer")
    found = await asyncio.gather(*(faults_of(notifier, each.url, each.secret) for each in given.values()))
    faults = list(
        chain.from_iterable(
            (FieldError(f"{place}.{fault.field}", fault.message) for fault in of_one)
            for place, of_one in zip(given, found, strict=True)
        )
    )
    if faults:
        raise InvalidInput(f"{faults[0].field} {faults[0].message}", faults)
