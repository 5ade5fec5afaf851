"""Which databases test mode may use: tests delete accounts, so it works on no accounts but its own."""

from numberkeep.service import accounts
from numberkeep.service.context import Context


async def has_other_accounts(context: Context) -> bool:
    """Return whether the database has accounts that were not created in test mode."""
    return bool(await accounts.list_all(context))
