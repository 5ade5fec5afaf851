"""The settings of an account."""

import pytest

from numberkeep.domain.account_commands import SetAccount
from numberkeep.domain.errors import InvalidInput
from numberkeep.domain.identity import Account, hash_secret
from numberkeep.domain.messages.reply import ReplyRules
from numberkeep.store.queries import GetAccount, GetAccountBySigningHash, GetApiKey, ListApiKeys
from support.store import AccountDriver

SECRET, OTHER = hash_secret(b"one"), hash_secret(b"another")


class SettingsContract:
    """SetAccount, `Store.account` and `account_signing`."""

    async def test_a_new_account_has_no_settings(self, ours: AccountDriver) -> None:
        """It is found by its name and by no secret; an unknown name finds nothing."""
        store = ours.store
        assert await store.read(GetAccount("ours")) == Account(ours.account_id, "ours", "US", "")
        assert await store.read(GetAccount("Ours")) is None
        for digest in (SECRET, b"", bytes(32)):
            assert await store.read(GetAccountBySigningHash(digest)) is None

    async def test_what_is_set_is_shown_everywhere(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """The account, its keys and its secret show the settings of this account only; `""` resets the text."""
        store = ours.store
        account = await store.apply(SetAccount("ours", verification_text="Hi {first_name} \U0001f600"))
        assert account == Account(ours.account_id, "ours", "US", "Hi {first_name} \U0001f600")
        assert await store.read(GetAccount("ours")) == account
        key = await store.read(GetApiKey("key-of-ours"))
        assert key is not None
        assert key.account == account
        assert [each.account.verification_text for each in await store.read(ListApiKeys())] == [
            account.verification_text,
            "",
        ]
        assert await store.read(GetAccount("theirs")) == Account(theirs.account_id, "theirs", "US", "")
        emptied = await store.apply(SetAccount("ours", verification_text=""))
        assert emptied == await store.read(GetAccount("ours")) == Account(ours.account_id, "ours", "US", "")

    async def test_omitted_settings_stay(self, ours: AccountDriver) -> None:
        """None leaves the text and the secret as they are."""
        store = ours.store
        await store.apply(SetAccount("ours", "text", SECRET))
        account = await store.apply(SetAccount("ours"))
        assert account == await store.read(GetAccountBySigningHash(SECRET))
        await store.apply(SetAccount("ours", signing_hash=OTHER))
        assert (
            await store.read(GetAccountBySigningHash(OTHER))
            == account
            == Account(ours.account_id, "ours", "US", "text")
        )
        moved = await store.apply(SetAccount("ours", region="GB"))
        assert moved == Account(ours.account_id, "ours", "GB", "text") == await store.read(GetAccount("ours"))
        await store.apply(SetAccount("ours", verification_text="other"))
        changed = await store.read(GetAccountBySigningHash(OTHER))
        assert changed is not None
        assert (changed.verification_text, changed.region) == ("other", "GB")

    async def test_the_rules_for_replies_are_stored(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """Each by itself, with any text; those of another account stay."""
        words = ("Basta \U0001f600", 'a "b"')
        steps = [
            (SetAccount("ours", opt_out_words=words), ReplyRules(words)),
            (SetAccount("ours", unclear_opts_out=True), ReplyRules(words, unclear_opts_out=True)),
            (SetAccount("ours", confirmation="Bye."), ReplyRules(words, unclear_opts_out=True, confirmation="Bye.")),
            (SetAccount("ours", unclear_opts_out=False), ReplyRules(words, confirmation="Bye.")),
            (SetAccount("ours", opt_out_words=(), confirmation=""), ReplyRules()),
        ]
        for command, rules in steps:
            account = await ours.store.apply(command)
            assert (
                account
                == Account(ours.account_id, "ours", "US", "", rules)
                == await ours.store.read(GetAccount("ours"))
            )
            key = await ours.store.read(GetApiKey("key-of-ours"))
            assert key is not None
            assert key.account == account
        assert await ours.store.read(GetAccount("theirs")) == Account(theirs.account_id, "theirs", "US")

    async def test_a_secret_leads_to_one_account(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """Another account's secret is refused and changes nothing; a removed one is free; its own is accepted."""
        store = ours.store
        await store.apply(SetAccount("ours", signing_hash=SECRET))
        await store.apply(SetAccount("ours", signing_hash=SECRET))
        with pytest.raises(InvalidInput, match="another account uses this signing secret"):
            await store.apply(SetAccount("theirs", "text", SECRET))
        assert await store.read(GetAccount("theirs")) == Account(theirs.account_id, "theirs", "US", "")
        found = await store.read(GetAccountBySigningHash(SECRET))
        assert found is not None
        assert found.account_id == ours.account_id
        await store.apply(SetAccount("ours", signing_hash=b""))
        await store.apply(SetAccount("theirs", signing_hash=SECRET))
        found = await store.read(GetAccountBySigningHash(SECRET))
        assert found is not None
        assert found.account_id == theirs.account_id

    async def test_many_accounts_may_have_no_secret(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """None is not a secret that two accounts share, and an empty secret finds no account."""
        for name in ("ours", "theirs"):
            assert await ours.store.apply(SetAccount(name, signing_hash=b"")) is not None
        assert await theirs.store.read(GetAccountBySigningHash(b"")) is None

    async def test_an_unknown_account_is_not_created(self, ours: AccountDriver) -> None:
        """Changing a setting of an unknown account returns None."""
        assert await ours.store.apply(SetAccount("nobody", "text", SECRET)) is None
        assert await ours.store.read(GetAccount("nobody")) is None
        assert await ours.store.read(GetAccountBySigningHash(SECRET)) is None
