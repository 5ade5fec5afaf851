"""The use cases on webhooks in the form of the hosted service: add, replace and remove by URL and name."""

import asyncio
from collections.abc import Collection, Mapping, Sequence

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
    """Add webhooks, update the secrets of those that exist, and return all of the account's webhooks.

    Args:
        context: the service's context.
        notifier: checks the URLs.
        account: the account of the webhooks.
        given: the webhooks, by their places in the request.
        once: runs the command only if its idempotency key was not used before.

    Raises:
        InvalidInput: some are not valid, each named by its place, or there would be too many.
    """
    await _check(notifier, account, given)
    return await context.apply(AddHosted(account.account_id, list(given.values()), context.stamp()), once)


async def replace_all(
    context: Context, notifier: Notifier, account: Account, given: Mapping[str, HostedWebhook]
) -> Sequence[Webhook]:
    """Replace all webhooks with hosted names by these; arguments, result and errors as for `add`."""
    await _check(notifier, account, given)
    return await context.apply(ReplaceHosted(account.account_id, list(given.values()), context.stamp()))


async def remove(context: Context, account: Account, urls: Collection[str], name: str | None) -> None:
    """Remove these URLs, under a hosted name or under all of them (None)."""
    names = tuple(HOSTED_NAMES) if name is None else (name,)
    await context.apply(RemoveHosted(account.account_id, urls, names))


async def _check(notifier: Notifier, account: Account, given: Mapping[str, HostedWebhook]) -> None:
    if len(given) > MAX_WEBHOOKS:
        raise InvalidInput(f"an account has at most {MAX_WEBHOOKS} webhooks: name fewer")
    found = await asyncio.gather(
        *(faults_of(notifier, account, each.url, each.secret, may_be_short=True) for each in given.values())
    )
    faults = [
        FieldError(f"{place}.{fault.field}", fault.message)
        for place, of_one in zip(given, found, strict=True)
        for fault in of_one
    ]
    if faults:
        raise InvalidInput(f"{faults[0].field} {faults[0].message}", faults)
