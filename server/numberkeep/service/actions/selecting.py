"""Stores which numbers an action is about, so that they stay the same while it works."""

from collections.abc import AsyncIterator, Sequence
from typing import Final

from numberkeep.domain.contacts.selection import Selection
from numberkeep.domain.identity import Account
from numberkeep.domain.jobs.commands import ChangeJob
from numberkeep.domain.jobs.job import JobPart
from numberkeep.domain.phone import find_phone
from numberkeep.service.actions.record import NUMBERS
from numberkeep.service.context import Context
from numberkeep.service.exports.export import selected
from numberkeep.service.slices import Steps
from numberkeep.store.queries import GetJobPart

STEP: Final = 2000
"""Numbers of one part, which one step works on: as many as an import applies at a time."""

_SLICE: Final = 16
"""Numbers that are read without a break; a number of some plans takes 30 microseconds."""


async def store_numbers(context: Context, account: Account, job_id: int, chosen: Sequence[str] | Selection) -> int:
    """Store the numbers of an action with its job, in the order in which they were given or created.

    Args:
        context: the service's context.
        account: the account.
        job_id: the job.
        chosen: numbers as people write them, of which those that are none are left out, or what the contacts match, all
            as of one moment.

    Returns:
        How many different numbers there are.
    """
    count = place = 0
    async for phones in _parts(_found(context, account, chosen)):
        part = JobPart(job_id, NUMBERS, place, "\n".join(phones).encode())
        await context.apply(ChangeJob(account.account_id, job_id, lambda job: job, context.stamp(0), [part]))
        count += len(phones)
        place += 1
    return count


async def numbers_at(context: Context, account_id: int, job_id: int, place: int) -> Sequence[str]:
    """Return the numbers of one part, `STEP` of them except in the last; none after the last."""
    data = await context.store.read(GetJobPart(account_id, job_id, NUMBERS, place))
    return [] if data is None else data.decode().split("\n")


async def _found(context: Context, account: Account, chosen: Sequence[str] | Selection) -> AsyncIterator[Sequence[str]]:
    if isinstance(chosen, Selection):
        async with selected(context, account, chosen) as slices:
            async for contacts in slices:
                yield [contact.phone for contact in contacts]
    else:
        yield await context.slices.run(_phones(account, chosen))


def _phones(account: Account, numbers: Sequence[str]) -> Steps[Sequence[str]]:
    found: dict[str, None] = {}
    for count, number in enumerate(numbers):
        if count % _SLICE == 0:
            yield
        phone = find_phone(number, account.region)
        if phone is not None:
            found[phone] = None
    return list(found)


async def _parts(slices: AsyncIterator[Sequence[str]]) -> AsyncIterator[Sequence[str]]:
    """Yield numbers in lists of STEP."""
    waiting: list[str] = []
    async for phones in slices:
        waiting += phones
        while len(waiting) >= STEP:
            yield waiting[:STEP]
            waiting = waiting[STEP:]
    if waiting:
        yield waiting
