"""The use cases on accounts and their settings."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from numberkeep.domain.account_commands import SetAccount
from numberkeep.domain.errors import FieldError, InvalidInput
from numberkeep.domain.identity import Account
from numberkeep.domain.messages.reply_rules import check_confirmation, checked_words
from numberkeep.domain.phone import known_region
from numberkeep.domain.secret import secret_fault
from numberkeep.domain.verification.verification import check_text
from numberkeep.service.context import Context
from numberkeep.service.inbound import signing_hash
from numberkeep.store.queries import ListAccounts


async def list_all(context: Context) -> Sequence[Account]:
    """Return every account, oldest first."""
    return await context.store.read(ListAccounts())


@dataclass(slots=True, frozen=True)
class Changes:
    """Changes to an account's settings; None leaves a setting as it is.

    Attributes:
        verification_text: what its verification messages say; `""` for the default text.
        signing_secret: the secret by which carriers prove themselves; `""` for none.
        region: the region of numbers without `+`, ISO 3166-1 alpha-2 in any case. Stored numbers stay as they are.
        opt_out_words: see ReplyRules; blank ones are left out, so that `("",)` removes all.
        unclear_opts_out: see ReplyRules.
        confirmation: see ReplyRules.
    """

    verification_text: str | None = None
    signing_secret: str | None = field(default=None, repr=False)
    region: str | None = None
    opt_out_words: Sequence[str] | None = None
    unclear_opts_out: bool | None = None
    confirmation: str | None = None


async def change(context: Context, name: str, changes: Changes) -> Account | None:
    """Change an account's settings, and return it, or None if there is none with this name.

    Raises:
        InvalidInput: a text, a word, the secret or the region is not valid, or another account uses the secret.
    """
    secret, words = changes.signing_secret, changes.opt_out_words
    if changes.verification_text:
        check_text(changes.verification_text)
    if secret and (fault := secret_fault(secret)) is not None:
        raise InvalidInput(f"the signing secret {fault}", [FieldError("signing_secret", fault)])
    if changes.confirmation:
        check_confirmation(changes.confirmation)
    return await context.apply(
        SetAccount(
            name,
            changes.verification_text,
            None if secret is None else signing_hash(secret) if secret else b"",
            None if changes.region is None else known_region(changes.region),
            None if words is None else checked_words(words),
            changes.unclear_opts_out,
            changes.confirmation,
        )
    )
