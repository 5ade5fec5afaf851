"""Accounts' settings."""

from collections.abc import Sequence

from numberkeep.domain.account_commands import SetAccount
from numberkeep.domain.errors import FieldError, InvalidInput
from numberkeep.domain.identity import Account
from numberkeep.domain.phone import known_region
from numberkeep.domain.secret import SECRET_MEND, is_secret
from numberkeep.domain.verification.verification import check_text
from numberkeep.service.context import Context
from numberkeep.service.inbound import signing_hash
from numberkeep.store.queries import GetAccount, ListAccounts


async def list_all(context: Context) -> Sequence[Account]:
    """Every account, oldest first."""
    return await context.store.read(ListAccounts())


async def named(context: Context, name: str) -> Account | None:
    """Return the account of this name."""
    return await context.store.read(GetAccount(name))


async def change(
    context: Context,
    name: str,
    *,
    verification_text: str | None = None,
    signing_secret: str | None = None,
    region: str | None = None,
) -> Account | None:
    """Change what is not None of an account; gives the account, or None where there is none of this name.

    Args:
        context: what to work with.
        name: the account's.
        verification_text: what its verification messages say; `""` for the text that all accounts have.
        signing_secret: by which carriers prove themselves; `""` for none.
        region: the region of numbers without `+`, ISO 3166-1 alpha-2 in any case. Stored numbers stay as they are.

    Raises:
        InvalidInput: the text, the secret or the region cannot be taken, or another account has the secret.
    """
    if verification_text:
        check_text(verification_text)
    if signing_secret and not is_secret(signing_secret):
        raise InvalidInput(f"the signing secret {SECRET_MEND}", [FieldError("signing_secret", SECRET_MEND)])
    digest = None if signing_secret is None else signing_hash(signing_secret) if signing_secret else b""
    if region is not None:
        region = known_region(region)
    return await context.apply(SetAccount(name, verification_text, digest, region))
