"""What recipients have said of getting messages, and whether the ledger of it is whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from numberkeep.domain.consent import ConsentEntry, broken
from numberkeep.domain.errors import InvalidPhone
from numberkeep.domain.identity import Account
from numberkeep.domain.phone import find_phone
from numberkeep.service.context import Context

_PAGE: Final = 1000
_TRIES: Final = 10
"""How often to look at a ledger that grows meanwhile."""


@dataclass(slots=True, frozen=True)
class Verified:
    """What a look at an account's ledger found.

    Attributes:
        entries: how many entries it has.
        faults: what is wrong with it, without numbers; empty for a ledger that is whole.
    """

    entries: int
    faults: Sequence[str]


async def show(context: Context, account: Account, number: str) -> Sequence[ConsentEntry]:
    """All that was ever said of a number, oldest first.

    Raises:
        InvalidPhone: no telephone can have it.
    """
    phone = find_phone(number, account.region)
    if phone is None:
        raise InvalidPhone("number")
    return await context.store.consent_of(account.account_id, phone)


async def verify(context: Context, account: Account) -> Verified:
    """Whether the ledger is as it was written, to its end, and says what holds of each number."""
    tries = 0
    while True:
        tries += 1
        before = await context.store.tallies(account.account_id)
        entries = await _all(context, account.account_id)
        held = {phone for phone, entry in (await context.store.opt_outs(account.account_id)).items() if entry}
        if (await context.store.tallies(account.account_id)).entries == before.entries or tries == _TRIES:
            break  # nobody changed it meanwhile
    said = {entry.phone: entry.opted_out for entry in entries}
    differing = {phone for phone, opted_out in said.items() if opted_out} ^ held
    faults = list(broken(entries, before.entries, before.ledger))
    if differing:
        faults.append(f"{len(differing)} numbers are not opted out or in as the ledger says of them last")
    return Verified(len(entries), faults)


async def _all(context: Context, account_id: int) -> list[ConsentEntry]:
    entries: list[ConsentEntry] = []
    while page := await context.store.consent(account_id, entries[-1].entry_id if entries else 0, _PAGE):
        entries += page
    return entries
