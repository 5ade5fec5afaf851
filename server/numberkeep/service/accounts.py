"""The use cases on accounts and their settings."""

from collections.abc import Sequence

from numberkeep.domain.account_commands import SetAccount
from numberkeep.domain.errors import FieldError, InvalidInput
from numberkeep.domain.identity import Account
from numberkeep.domain.phone import known_region
from numberkeep.domain.secret import secret_fault
from numberkeep.domain.verification.verification import check_text
from numberkeep.service.context import Context
from numberkeep.service.inbound import signing_hash
from numberkeep.store.queries import ListAccounts


async def list_all(context: Context) -> Sequence[Account]:
    """Return every account, oldest first."""
    return await context.store.read(ListAccounts())


async def change(
    context: Context,
    name: str,
    *,
    verification_text: str | None = None,
    signing_secret: str | None = None,
    region: str | None = None,
) -> Account | None:
    """Change the values that are not None, and return the account, or None if there is none with this name.

    Args:
        context: the service's context.
        name: the name of the account.
        verification_text: what its verification messages say; `""` for the default text.
        signing_secret: the secret by which carriers prove themselves; `""` for none.
        region: the region of numbers without `+`, ISO 3166-1 alpha-2 in any case. Stored numbers stay as they are.

    Raises:
        InvalidInput: the text, the secret or the region is not valid, or another account uses the secret.
    """
    if verification_text:
        check_text(verification_text)
    if signing_secret and (fault := secret_fault(signing_secret)) is not None:
        raise InvalidInput(f"the signing secret {fault}", [FieldError("signing_secret", fault)])
    digest = None if signing_secret is None else signing_hash(signing_secret) if signing_secret else b""
    if region is not None:
        region = known_region(region)
    return await context.apply(SetAccount(name, verification_text, digest, region))
