"""Signing in to the console: who may try how often, and what a read-only session is shown."""

import asyncio
from collections.abc import AsyncIterator
from unittest.mock import patch

import pytest

from numberkeep.console import pages
from numberkeep.console.attempts import PER_ADDRESS, PER_KEY
from numberkeep.service.sessions import new_link, store_link
from numberkeep.store.queries import GetApiKey
from support.api import FIRST, Service
from support.console import Visitor, visiting


@pytest.fixture
async def visitor(service: Service) -> AsyncIterator[Visitor]:
    """Return somebody who has not signed in."""
    async with visiting(service) as visitor:
        yield visitor


async def guess(visitor: Visitor, token: str, key_id: str, forwarded: tuple[str, ...] = ()) -> int:
    """Return the status of an attempt with a wrong secret."""
    data = {"form_token": token, "key_id": key_id, "secret": "wrong"}
    headers = [("x-forwarded-for", each) for each in forwarded]
    return (await visitor.client.post("/console/sign-in", data=data, headers=headers)).status_code


async def test_attempts_at_the_same_time_count(service: Service, visitor: Visitor) -> None:
    """Each counts before its key is looked up: a store that answers later must not let more of them through."""
    token = await visitor.token()
    read = service.context.store.read

    async def slow(query: object) -> object:
        await asyncio.sleep(0.01)
        return await read(query)  # type: ignore[arg-type]

    with patch.object(service.context.store, "read", slow):
        statuses = await asyncio.gather(*(guess(visitor, token, "nk_target") for _ in range(3 * PER_KEY)))
    assert sorted(statuses) == [401] * PER_KEY + [429] * (2 * PER_KEY)


async def test_who_signs_in_has_not_failed(visitor: Visitor) -> None:
    """However often."""
    for _ in range(PER_KEY + 2):
        await visitor.sign_in()
        visitor.client.cookies.clear()


@pytest.mark.parametrize("lines", [1, 2])
async def test_a_forged_address_does_not_help(visitor: Visitor, lines: int) -> None:
    """The proxy's own entry counts: the last one, in the header that the client sent or in one after it."""
    token = await visitor.token()
    statuses = []
    for n in range(PER_ADDRESS + 1):
        forged = f"192.0.2.{n}"
        forwarded = (f"{forged}, 198.51.100.7",) if lines == 1 else (forged, "198.51.100.7")
        statuses.append(await guess(visitor, token, f"nk_{n}", forwarded))
    assert statuses[-2:] == [401, 429]


async def test_a_network_of_ipv6_is_one_address(visitor: Visitor) -> None:
    """A subscriber has 2^64 of them."""
    token = await visitor.token()
    statuses = [await guess(visitor, token, f"nk_{n}", (f"2001:db8::{n:x}:1",)) for n in range(PER_ADDRESS + 1)]
    assert statuses[-2:] == [401, 429]


async def test_a_read_only_session_is_shown_no_form_of_a_change(service: Service, visitor: Visitor) -> None:
    """The page says that the key is read-only, instead of a form that is refused."""
    await visitor.sign_in(await service.new_account("default", read_only=True))
    forms = [route.path for route in pages.routes() if route.method == "GET" and route.changes]
    assert "/keys/new" in forms
    assert "/contacts/new" in forms
    for path in forms:
        answer = await visitor.get(path.replace("{key_id}", FIRST.key_id).replace("{webhook_id:int}", "1"))
        assert answer.status_code == 403, path
        assert "This API key is read-only" in answer.text


async def test_another_session_reports_nothing_of_the_one_before(service: Service, visitor: Visitor) -> None:
    """Nor does it offer to undo what that has done; by a link as with a key."""
    pair = await service.new_account("other")
    for by_link in (False, True):
        token = await visitor.sign_in()
        await visitor.post("/contacts/new", token, number="+14155550123", first_name="Ada")
        answer = await visitor.post("/contacts/+14155550123/delete", token)
        assert "numberkeep_flash" in answer.headers["set-cookie"]
        kept = dict(visitor.client.cookies)
        if by_link:
            key = await service.context.store.read(GetApiKey(pair.key_id))
            assert key is not None
            session, link = new_link(key)
            await store_link(service.context.store, session)
            answer = await visitor.get(f"/sign-in/link?token={link}", host="localhost")
        else:
            data = {"key_id": pair.key_id, "secret": pair.secret}
            answer = await visitor.post("/sign-in", token, **data)
        assert answer.status_code == 303
        assert "data-toast>" not in (await visitor.get("/keys")).text
        visitor.client.cookies.clear()
        visitor.client.cookies.update(kept)
        assert (await visitor.get("/keys")).status_code == 303
        visitor.client.cookies.clear()
