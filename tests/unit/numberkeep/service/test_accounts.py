"""Accounts' settings."""

import pytest

from numberkeep.domain.errors import InvalidInput
from numberkeep.domain.identity import Account, KeyPair
from numberkeep.domain.limits import MAX_SECRET, MAX_TEXT
from numberkeep.service import accounts, inbound, keys
from numberkeep.service.context import Context


async def test_only_what_is_given_is_changed(context: Context, account: Account) -> None:
    """The text and the secret are each left alone where nothing is said of them, and taken back by an empty one."""
    changed = await accounts.change(context, "default", verification_text="Is {phone} yours?")
    assert changed is not None
    assert (changed.account_id, changed.verification_text) == (account.account_id, "Is {phone} yours?")
    await accounts.change(context, "default", signing_secret="s")
    assert await inbound.account_signing(context, "s") == changed
    assert await accounts.change(context, "default", verification_text="") == account
    assert await inbound.account_signing(context, "s") == account
    await accounts.change(context, "default", signing_secret="")
    assert await inbound.account_signing(context, "s") is None
    assert await inbound.account_signing(context, "") is None


async def test_an_unknown_account_is_none(context: Context, account: Account) -> None:
    """Nothing is made by changing it; all accounts are listed, oldest first."""
    assert await accounts.change(context, "nobody", verification_text="x") is None
    other = await keys.create(context, "another", KeyPair("key2", "secret2"))
    assert list(await accounts.list_all(context)) == [account, other.account]


@pytest.mark.parametrize(
    "text",
    [" ", "\n", "x" * (MAX_TEXT + 1), "Hi {name}", "{}", "{First_name}", "Hi {first_name", "{{first_name}}", "no }"],
)
async def test_a_text_that_no_message_can_be_made_of_is_refused(context: Context, account: Account, text: str) -> None:
    """InvalidInput names the field, and the account keeps what it had."""
    with pytest.raises(InvalidInput) as refused:
        await accounts.change(context, "default", verification_text=text)
    assert [error.field for error in refused.value.fields] == ["verification_text"]
    assert list(await accounts.list_all(context)) == [account]


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("secret", ["\u00fc", "a\nb", "a\0", " a", "a ", "\t", " ", "x" * (MAX_SECRET + 1)])
async def test_a_secret_that_no_header_brings_back_is_refused(context: Context, secret: str) -> None:
    """A header loses the blanks at its ends and has no other characters, so nobody could prove to know it."""
    with pytest.raises(InvalidInput) as refused:
        await accounts.change(context, "default", signing_secret=secret)
    assert [error.field for error in refused.value.fields] == ["signing_secret"]
    assert await inbound.account_signing(context, secret) is None


@pytest.mark.usefixtures("account")
async def test_two_accounts_have_two_secrets(context: Context) -> None:
    """A secret leads to one account; who has it may have it again."""
    await keys.create(context, "another", KeyPair("key2", "secret2"))
    for _ in range(2):
        assert await accounts.change(context, "default", signing_secret="a b") is not None
    with pytest.raises(InvalidInput, match="another account"):
        await accounts.change(context, "another", signing_secret="a b")
