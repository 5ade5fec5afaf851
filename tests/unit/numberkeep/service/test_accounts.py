"""Account settings."""

import pytest

from numberkeep.domain.errors import InvalidInput
from numberkeep.domain.identity import Account, KeyPair
from numberkeep.domain.limits import MAX_SECRET, MAX_TEXT
from numberkeep.service import accounts, inbound, keys
from numberkeep.service.accounts import Changes
from numberkeep.service.context import Context

SECRET = "sixteen letters!"


async def test_only_given_settings_change(context: Context, account: Account) -> None:
    """Omitting the text or the secret leaves it unchanged; an empty one removes it."""
    changed = await accounts.change(context, "default", Changes(verification_text="Is {phone} yours?"))
    assert changed is not None
    assert (changed.account_id, changed.verification_text) == (account.account_id, "Is {phone} yours?")
    await accounts.change(context, "default", Changes(signing_secret=SECRET))
    assert await inbound.account_signing(context, SECRET) == changed
    assert await accounts.change(context, "default", Changes(verification_text="")) == account
    assert await inbound.account_signing(context, SECRET) == account
    await accounts.change(context, "default", Changes(signing_secret=""))
    assert await inbound.account_signing(context, SECRET) is None
    assert await inbound.account_signing(context, "") is None


async def test_an_unknown_account_is_not_created(context: Context, account: Account) -> None:
    """Updating it has no effect; accounts are listed oldest first."""
    assert await accounts.change(context, "nobody", Changes(verification_text="x")) is None
    other = await keys.create(context, "another", KeyPair("key2", "secret2"))
    assert list(await accounts.list_all(context)) == [account, other.account]


@pytest.mark.parametrize(
    "text",
    [" ", "\n", "x" * (MAX_TEXT + 1), "Hi {name}", "{}", "{First_name}", "Hi {first_name", "{{first_name}}", "no }"],
)
async def test_an_invalid_text_template_is_refused(context: Context, account: Account, text: str) -> None:
    """InvalidInput names the field, and the account keeps its text."""
    with pytest.raises(InvalidInput) as refused:
        await accounts.change(context, "default", Changes(verification_text=text))
    assert [error.field for error in refused.value.fields] == ["verification_text"]
    assert list(await accounts.list_all(context)) == [account]


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("secret", ["\u00fc", "a\nb", "a\0", " a", "a ", "\t", " ", "x" * (MAX_SECRET + 1), "x" * 15])
async def test_a_secret_that_a_header_cannot_carry_or_is_short_is_refused(context: Context, secret: str) -> None:
    """HTTP strips blanks at the ends and allows only some characters; a short secret can be guessed."""
    with pytest.raises(InvalidInput) as refused:
        await accounts.change(context, "default", Changes(signing_secret=secret))
    assert [error.field for error in refused.value.fields] == ["signing_secret"]
    assert await inbound.account_signing(context, secret) is None


@pytest.mark.usefixtures("account")
async def test_secrets_are_unique_among_accounts(context: Context) -> None:
    """A secret identifies one account; that account may set it again."""
    await keys.create(context, "another", KeyPair("key2", "secret2"))
    for _ in range(2):
        assert await accounts.change(context, "default", Changes(signing_secret=SECRET)) is not None
    with pytest.raises(InvalidInput, match="another account"):
        await accounts.change(context, "another", Changes(signing_secret=SECRET))
