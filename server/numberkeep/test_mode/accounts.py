"""The control API of accounts: creates one for each test, so that tests do not see each other's data."""

import secrets
from typing import Literal

import msgspec

from numberkeep.domain.errors import FieldError
from numberkeep.domain.identity import new_key_pair
from numberkeep.domain.phone import known_region
from numberkeep.http.request_errors import HttpError
from numberkeep.service import accounts, keys
from numberkeep.test_mode.control import ServiceCall
from numberkeep.wire.answers import invalid


class AccountBody(msgspec.Struct, kw_only=True):
    """The account to create."""

    name: str | None = None
    region: str | None = None


class AccountOut(msgspec.Struct, kw_only=True):
    """The account, with its key pair."""

    account: str
    api_key: str
    api_secret: str
    status: Literal["OK"] = "OK"


class AccountExists(HttpError):
    """There is an account of this name."""

    def __init__(self) -> None:
        message = "There is an account of this name: choose another, or leave out `name`."
        super().__init__(409, message, ((b"x-should-retry", b"false"),))


async def create(call: ServiceCall, given: AccountBody) -> AccountOut:
    """Create an account with a key pair.

    Raises:
        InvalidInput: the name or the region cannot be used.
        AccountExists: the name is taken.
    """
    context, name = call.mode.context, given.name
    region = keys.DEFAULT_REGION if given.region is None else known_region(given.region)
    if name is None:
        name = f"test-{secrets.token_hex(6)}"
    elif not keys.is_account_name(name):
        raise invalid(FieldError("name", "must be a name of printable characters"))
    pair = new_key_pair()
    async with call.mode.creating:  # the name may not be taken between the check and the creation
        if any(account.name == name for account in await accounts.list_all(context)):
            raise AccountExists
        await keys.create(context, name, pair, region)
    return AccountOut(account=name, api_key=pair.key_id, api_secret=pair.secret)
