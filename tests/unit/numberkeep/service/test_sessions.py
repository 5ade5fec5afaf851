"""Signing in to the console, going on and signing out."""

import pytest

from numberkeep.domain.errors import InvalidCredentials
from numberkeep.domain.identity import Account
from numberkeep.domain.session import LINK_LIFETIME, ROTATED_EVERY
from numberkeep.service import keys
from numberkeep.service.clock import Clock
from numberkeep.service.context import Context
from numberkeep.service.keys import Authenticator
from numberkeep.service.sessions import Sessions, new_link, store_link
from numberkeep.store.queries import GetApiKey
from support.api import SetClock


class Desk:
    """Sessions with a clock that tests set."""

    def __init__(self, context: Context) -> None:
        self.clock = SetClock()
        self.time = Clock(self.clock, self.clock)
        self.context = context
        self.authenticator = Authenticator(context.store, lambda: self.clock.now_ns / 1e9, self.time)
        self.sessions = Sessions(context.store, self.authenticator, self.time)

    async def sign_in(self) -> str:
        """Return the cookie of a new session."""
        return (await self.sessions.sign_in("key", "secret")).cookie or ""

    async def accepts(self, cookie: str) -> bool:
        """Return whether a cookie opens a session."""
        return await self.sessions.continued(cookie) is not None


@pytest.fixture
def desk(context: Context, account: Account) -> Desk:
    """Return a desk of an account with a key."""
    del account  # set for its key
    return Desk(context)


async def test_a_key_pair_opens_a_session_of_its_account(desk: Desk, account: Account) -> None:
    """The cookie opens it from then on."""
    cookie = await desk.sign_in()
    found = await desk.sessions.continued(cookie)
    assert found is not None
    assert (found.key.account, found.session.key_id, found.cookie) == (account, "key", None)


@pytest.mark.parametrize(("key_id", "secret"), [("key", "wrong"), ("nobody", "secret"), ("\u0142", "secret"), ("", "")])
async def test_a_wrong_pair_opens_none(desk: Desk, key_id: str, secret: str) -> None:
    """As for the API."""
    with pytest.raises(InvalidCredentials):
        await desk.sessions.sign_in(key_id, secret)


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        ".",
        "..",
        "1.1.",
        "1.1.x",
        "1.1",
        "a.b.c",
        "-1.1.x",
        "1.-1.x",
        "9" * 99 + ".1.x",
        "1." + "f" * 99 + ".x",
        "1.1.x.y",
    ],
)
async def test_what_is_no_cookie_opens_none(desk: Desk, cookie: str) -> None:
    """Nor does it fail."""
    await desk.sign_in()
    assert not await desk.accepts(cookie)


async def test_a_cookie_opens_its_own_session_only(desk: Desk) -> None:
    """Neither another session nor another account."""
    first, second = (await desk.sign_in()).split("."), (await desk.sign_in()).split(".")
    assert await desk.accepts(".".join(first))
    assert not await desk.accepts(".".join([*first[:2], second[2]]))
    assert not await desk.accepts(".".join(["2", *first[1:]]))


async def test_a_token_is_replaced_at_intervals(desk: Desk) -> None:
    """The old one works for another minute, even if the new one was used."""
    cookie = await desk.sign_in()
    desk.clock.pass_seconds(ROTATED_EVERY / 1e6)
    found = await desk.sessions.continued(cookie)
    assert found is not None
    assert found.cookie not in {None, cookie}
    again = await desk.sessions.continued(cookie)
    assert again is not None
    assert again.cookie is None
    assert await desk.accepts(found.cookie or "")
    desk.clock.pass_seconds(61)
    assert not await desk.accepts(cookie)
    assert await desk.accepts(found.cookie or "")


async def test_a_new_token_that_never_arrived_ends_no_session(desk: Desk) -> None:
    """The browser dropped the answer that had it: as long as nobody used it, the old one is replaced again."""
    cookie = await desk.sign_in()
    desk.clock.pass_seconds(ROTATED_EVERY / 1e6)
    lost = await desk.sessions.continued(cookie)
    assert lost is not None
    desk.clock.pass_seconds(600)
    found = await desk.sessions.continued(cookie)
    assert found is not None
    assert found.cookie not in {None, cookie, lost.cookie}
    assert not await desk.accepts(lost.cookie or "")
    assert await desk.accepts(found.cookie or "")
    desk.clock.pass_seconds(61)
    assert not await desk.accepts(cookie)


async def test_a_session_ends_with_its_key(desk: Desk) -> None:
    """Within a second, as for the API."""
    cookie = await desk.sign_in()
    found = await desk.sessions.continued(cookie)
    assert found is not None
    await keys.revoke(desk.context, "key")
    desk.clock.pass_seconds(1.01)
    assert not await desk.accepts(cookie)
    assert not await desk.sessions.lasts(found.session)


async def test_a_session_ends_when_somebody_signs_out(desk: Desk) -> None:
    """Others of the same key go on."""
    first, second = await desk.sign_in(), await desk.sign_in()
    found = await desk.sessions.continued(first)
    assert found is not None
    assert await desk.sessions.lasts(found.session)
    await desk.sessions.end(found.session)
    assert not await desk.sessions.lasts(found.session)
    assert [await desk.accepts(each) for each in (first, second)] == [False, True]


async def test_a_link_begins_a_session_once(desk: Desk) -> None:
    """Within ten minutes."""
    key = await desk.context.store.read(GetApiKey("key"))
    assert key is not None
    session, link = new_link(key, desk.time)
    await store_link(desk.context.store, session)
    late, late_link = new_link(key, desk.time)
    await store_link(desk.context.store, late)
    assert not await desk.accepts(link)
    begun = await desk.sessions.by_link(link)
    assert begun is not None
    assert await desk.accepts(begun.cookie or "")
    assert await desk.sessions.by_link(link) is None
    assert await desk.sessions.by_link(begun.cookie or "") is None
    desk.clock.pass_seconds(LINK_LIFETIME / 1e6 + 1)
    assert await desk.sessions.by_link(late_link) is None
