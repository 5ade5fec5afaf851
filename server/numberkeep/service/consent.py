"""The use cases on the consent ledger: show a number's entries, and verify the ledger."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final

from numberkeep.domain.consent.commands import Imported, ImportOptOuts
from numberkeep.domain.consent.ledger import ConsentEntry, ConsentSource, OptedOut, broken
from numberkeep.domain.errors import InvalidPhone
from numberkeep.domain.identity import Account
from numberkeep.domain.phone import find_phone
from numberkeep.service.context import Context, Idempotency
from numberkeep.store.queries import GetTallies, ListConsent, ListConsentOf, ListOptedOut, ListOptOuts

_PAGE: Final = 1000


@dataclass(slots=True, frozen=True)
class Verified:
    """The result of verifying an account's ledger.

    Attributes:
        entries: how many entries it has.
        faults: what is wrong with it, without phone numbers; empty for an intact ledger.
    """

    entries: int
    faults: Sequence[str]


async def show(context: Context, account: Account, number: str) -> Sequence[ConsentEntry]:
    """Return all ledger entries about a number, oldest first.

    Raises:
        InvalidPhone: it is not a phone number.
    """
    phone = find_phone(number, account.region)
    if phone is None:
        raise InvalidPhone("number", number)
    return await context.store.read(ListConsentOf(account.account_id, phone))


async def opted_out(context: Context, account: Account, after: str, limit: int) -> Sequence[OptedOut]:
    """Return up to `limit` numbers after `after` that are opted out, in order of the numbers, contacts or not."""
    return await context.store.read(ListOptedOut(account.account_id, after, limit))


async def import_opt_outs(
    context: Context, account: Account, numbers: Sequence[str], once: Idempotency | None = None
) -> Imported:
    """Record that the recipients behind numbers opted out elsewhere. Nothing else of a list can opt anybody in or out.

    A number that is not valid does not keep the others from being recorded.
    """
    phones = [find_phone(number, account.region) for number in numbers]
    valid = list(dict.fromkeys(phone for phone in phones if phone is not None))
    rejected = [index for index, phone in enumerate(phones) if phone is None]
    return await context.apply(ImportOptOuts(account.account_id, valid, rejected, context.stamp()), once)


async def verify(context: Context, account: Account) -> Verified:
    """Check that the ledger is complete and unchanged, and that the opt-outs follow from it.

    The ledger may grow meanwhile: entries added after the start are not checked, nor are the opt-outs of their numbers.
    """
    account_id = account.account_id
    before = await context.store.read(GetTallies(account_id))
    entries = [entry async for entry in _between(context, account_id, 0, before.entries)]
    held = {phone for phone, entry in (await context.store.read(ListOptOuts(account_id))).items() if entry}
    after = await context.store.read(GetTallies(account_id))
    changing = {entry.phone async for entry in _between(context, account_id, before.entries, after.entries)}
    beyond = await context.store.read(ListConsent(account_id, after.entries, 1))
    known = (await context.store.read(GetTallies(account_id))).entries

    faults = list(broken(entries, before.entries, before.ledger))
    if beyond and beyond[0].entry_id > known:
        faults.append(f"the ledger has entry {beyond[0].entry_id}, but the account records {known}")
    said = {entry.phone: entry.opted_out for entry in entries}
    moved = {entry.wording for entry in entries if entry.source is ConsentSource.MIGRATION}
    differing = ({phone for phone, opted_out in said.items() if opted_out} ^ held) - changing - moved
    if differing:
        faults.append(f"the opt-outs do not match the last ledger entries of {len(differing)} numbers")
    return Verified(len(entries), faults)


async def _between(context: Context, account_id: int, place: int, last: int) -> AsyncIterator[ConsentEntry]:
    """Yield the entries after the number `place`, up to the number `last`."""
    while place < last and (page := await context.store.read(ListConsent(account_id, place, min(_PAGE, last - place)))):
        for entry in page:
            if entry.entry_id <= last:
                yield entry
        place = page[-1].entry_id
