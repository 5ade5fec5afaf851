"""The console over HTTP: who gets pages, and which forms are accepted."""

import asyncio
import re
from collections.abc import AsyncIterator

import httpx2
import pytest

from numberkeep.console import pages
from numberkeep.domain.identity import KeyPair
from numberkeep.domain.limits import MAX_BODY_BYTES
from numberkeep.domain.stamp import Actor, ActorKind, Cause, CauseKind
from numberkeep.service import keys
from numberkeep.store.queries import GetAccount, ListEvents
from support.api import FIRST, Service
from support.console import Visitor, visiting

OPEN = {"/sign-in", "/sign-in/link", "/preferences"}
GETS = [route.path for route in pages.routes() if route.method == "GET" and "{" not in route.path]
POSTS = [route for route in pages.routes() if route.method == "POST"]


@pytest.fixture
async def visitor(service: Service) -> AsyncIterator[Visitor]:
    """Return somebody who has not signed in."""
    async with visiting(service) as visitor:
        yield visitor


async def test_without_a_session_every_page_leads_to_the_form(visitor: Visitor) -> None:
    """Which leads back to the page."""
    for path in GETS:
        answer = await visitor.get(path)
        if path not in OPEN:
            assert answer.status_code == 303, path
            assert answer.headers["location"].startswith("/console/sign-in"), path
    answer = await visitor.get("/keys?x=1")
    assert answer.headers["location"] == "/console/sign-in?next=%2Fconsole%2Fkeys%3Fx%3D1"


async def test_without_a_session_no_form_is_accepted(visitor: Visitor) -> None:
    """Not even with the token of the page without one."""
    token = await visitor.token()
    for route in POSTS:
        if route.path not in OPEN:
            answer = await visitor.post(re.sub(r"\{.*?\}", "1", route.path), token)
            assert (answer.status_code, answer.headers["location"]) == (303, "/console/sign-in"), route.path


async def test_a_script_learns_that_the_session_has_ended(visitor: Visitor) -> None:
    """Instead of the sign-in page in the place of a fragment."""
    answer = await visitor.get("/keys", x_fragment="keys")
    assert (answer.status_code, answer.headers["x-sign-in"]) == (401, "/console/sign-in")


async def test_signing_in_leads_back(visitor: Visitor) -> None:
    """To a page of the console, and to nothing else."""
    pair = {"key_id": FIRST.key_id, "secret": FIRST.secret}
    for given, led in {"/console/keys?x=1": "/console/keys?x=1", "//evil.example": "/console"}.items():
        answer = await visitor.post("/sign-in", await visitor.token(), next=given, **pair)
        assert answer.headers["location"] == led
        visitor.client.cookies.clear()


async def test_every_page_has_the_headers(visitor: Visitor) -> None:
    """No script but our own, in no frame, kept by nobody."""
    await visitor.sign_in()
    for path in ("/keys", "/nowhere", "/sign-in"):
        headers = (await visitor.get(path)).headers
        assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        assert (headers["cache-control"], headers["x-frame-options"]) == ("no-store", "DENY")
        assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "same-origin")
        assert headers["x-request-id"]


@pytest.mark.parametrize("token", ["", "wrong"])
async def test_a_form_without_the_token_changes_nothing(visitor: Visitor, token: str) -> None:
    """A page of another site cannot know it."""
    await visitor.sign_in()
    before = (await visitor.get("/keys")).text.count("nk_")
    answer = await visitor.post("/keys", token, access="change")
    assert answer.status_code == 403
    assert "nothing was changed" in answer.text
    assert (await visitor.get("/keys")).text.count("nk_") == before


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://numberkeep.test:81"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
async def test_a_form_of_another_site_changes_nothing(visitor: Visitor, headers: dict[str, str]) -> None:
    """Even with the token."""
    token = await visitor.sign_in()
    answer = await visitor.client.post("/console/keys", data={"form_token": token}, headers=headers)
    assert answer.status_code == 403


async def test_the_token_may_be_in_a_header(visitor: Visitor) -> None:
    """As scripts send it."""
    token = await visitor.sign_in()
    answer = await visitor.client.post("/console/keys", data={}, headers={"x-form-token": token})
    assert answer.status_code == 200


async def test_the_token_of_another_session_is_refused(service: Service, visitor: Visitor) -> None:
    """Of the same key too."""
    await visitor.sign_in()
    async with visiting(service) as other:
        answer = await visitor.post("/keys", await other.sign_in())
    assert answer.status_code == 403


@pytest.mark.parametrize("host", ["evil.example", "numberkeep.test.evil.example", "10.0.0.1"])
async def test_another_name_is_refused(visitor: Visitor, host: str) -> None:
    """With what to do, and before anything else is looked at."""
    await visitor.sign_in()
    for path in ("/keys", "/sign-in"):
        answer = await visitor.get(path, host=host)
        assert answer.status_code == 421
        assert "NUMBERKEEP_PUBLIC_URL" in answer.text


async def test_a_read_only_key_shows_everything_and_changes_nothing(service: Service, visitor: Visitor) -> None:
    """Whatever the form; its pages have no buttons for it."""
    token = await visitor.sign_in(await service.new_account("default", read_only=True))
    page = await visitor.get("/keys")
    assert "This key is read-only" in page.text
    assert "Revoke" not in page.text
    assert "New key" not in page.text
    for route in POSTS:
        if route.changes:
            answer = await visitor.post(re.sub(r"\{.*?\}", "1", route.path), token)
            assert (answer.status_code, "This API key is read-only" in answer.text) == (403, True), route.path


async def test_a_session_ends_with_its_key(service: Service, visitor: Visitor) -> None:
    """And with no other key."""
    pair = await service.new_account("default")
    await visitor.sign_in(pair)
    await keys.revoke(service.context, FIRST.key_id)
    assert (await visitor.get("/keys")).status_code == 200
    await keys.revoke(service.context, pair.key_id)
    answers = [await visitor.get("/keys")]
    for _ in range(200):  # it may go on for a second
        await asyncio.sleep(0.05)
        answers.append(await visitor.get("/keys"))
        if answers[-1].status_code != 200:
            break
    assert answers[-1].headers["location"].startswith("/console/sign-in")


async def test_a_person_signs_out(visitor: Visitor) -> None:
    """The cookie is removed, and worth nothing if it was kept."""
    token = await visitor.sign_in()
    kept = dict(visitor.client.cookies)
    answer = await visitor.post("/sign-out", token)
    assert answer.headers["location"] == "/console/sign-in"
    visitor.client.cookies.update(kept)
    assert (await visitor.get("/keys")).status_code == 303


async def test_keys_of_other_accounts_are_not_there(service: Service, visitor: Visitor) -> None:
    """They are neither listed nor found."""
    other = await service.new_account("other")
    token = await visitor.sign_in()
    assert other.key_id not in (await visitor.get("/keys")).text
    assert (await visitor.get(f"/keys/{other.key_id}")).status_code == 404
    assert (await visitor.post(f"/keys/{other.key_id}/revoke", token)).status_code == 404
    assert await keys.opens(service.context, other)


async def test_a_key_is_created_and_revoked(service: Service, visitor: Visitor) -> None:
    """The secret is shown once, and works until then."""
    token = await visitor.sign_in()
    page = await visitor.post("/keys", token, access="read")
    found = re.search(r"SENDBLUE_API_API_KEY=(\S+) SENDBLUE_API_API_SECRET=([0-9a-f]+)", page.text)
    assert found
    pair = KeyPair(found[1], found[2])
    assert await keys.opens(service.context, pair)
    listed = (await visitor.get("/keys")).text
    assert pair.key_id in listed
    assert pair.secret not in listed
    answer = await visitor.post(f"/keys/{pair.key_id}/revoke", token)
    assert answer.headers["location"] == "/console/keys"
    assert f"{pair.key_id} was revoked" in (await visitor.get("/keys")).text
    assert f"{pair.key_id} was revoked" not in (await visitor.get("/keys")).text
    assert not await keys.opens(service.context, pair)


async def test_the_own_key_ends_the_session(service: Service, visitor: Visitor) -> None:
    """The page says so before."""
    pair = await service.new_account("default")
    token = await visitor.sign_in(pair)
    assert "and that is you" in (await visitor.get(f"/keys/{pair.key_id}")).text
    answer = await visitor.post(f"/keys/{pair.key_id}/revoke", token)
    assert answer.headers["location"] == "/console/sign-in"
    assert (await visitor.get("/keys")).status_code == 303


async def test_an_unknown_page_is_reported_as_a_page(visitor: Visitor) -> None:
    """Errors of the console are no JSON."""
    await visitor.sign_in()
    for path, status in {"/nowhere": 404, "/static/x/nothing.css": 404, "/sign-out": 405}.items():
        answer = await visitor.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8"), path


async def test_a_large_form_is_refused(visitor: Visitor) -> None:
    """As a large body of the API."""
    token = await visitor.sign_in()
    answer = await visitor.post("/keys", token, access="x" * MAX_BODY_BYTES)
    assert answer.status_code == 413
    answer = await visitor.client.post(
        "/console/keys", data={f"f{n}": "1" for n in range(1001)}, headers={"x-form-token": token}
    )
    assert answer.status_code == 400


async def test_files_of_the_console_are_kept_by_browsers(visitor: Visitor) -> None:
    """Under a path that changes with any of them."""
    page = (await visitor.get("/sign-in")).text
    paths = re.findall(r'"/console(/static/[^"#]+)"', page)
    assert len(paths) > 3
    for path in paths:
        answer = await visitor.get(path)
        assert (answer.status_code, "immutable" in answer.headers["cache-control"]) == (200, True)
        again = await visitor.get(path, if_none_match=answer.headers["etag"])
        assert (again.status_code, again.content) == (304, b"")
    old = await visitor.get(re.sub(r"/static/\w+/", "/static/0123456789ab/", paths[0]))
    assert (old.status_code, old.headers["cache-control"]) == (200, "no-cache")


@pytest.mark.parametrize(
    "path", ["/static/", "/static", "/static/../app.py", "/static/x/../../endpoint.py", "/static/x/y/console.css"]
)
async def test_other_files_are_not_served(visitor: Visitor, path: str) -> None:
    """Only those in static/."""
    assert (await visitor.client.get(httpx2.URL(f"http://numberkeep.test/console{path}"))).status_code in {303, 404}


async def test_a_theme_is_kept(visitor: Visitor) -> None:
    """Before and after signing in; an unknown one is that of the system."""
    for theme, shown in {"dark": 'data-theme="dark"', "pink": '<html lang="en">'}.items():
        answer = await visitor.post("/preferences", await visitor.token(), theme=theme, back="/console/keys")
        assert answer.headers["location"] == "/console/keys"
        assert shown in (await visitor.get("/sign-in")).text


async def test_requests_are_counted_by_page(service: Service, visitor: Visitor) -> None:
    """Never by what is in the path."""
    await visitor.sign_in()
    await visitor.get("/keys/nk_0123")
    async with service.wire(None) as wire:
        metrics = (await wire.get("/metrics")).text
    assert 'operation="console.keys.ask_to_revoke"' in metrics
    assert "nk_0123" not in metrics


async def test_a_link_works_on_this_machine_alone(visitor: Visitor) -> None:
    """Neither under another name nor through a proxy."""
    answer = await visitor.get("/sign-in/link?token=1.1.x")
    assert answer.status_code == 403
    assert "older than 10 minutes" in answer.text


async def test_what_waits_for_a_person_stands_beside_the_section(service: Service, visitor: Visitor) -> None:
    """An unclear reply, and nothing before it."""
    await visitor.sign_in()
    assert 'class="badge"' not in (await visitor.get("/keys")).text
    async with service.wire() as wire:
        body = {"from": "+14155550123", "content": "please stop texting me"}
        assert (await wire.post("/_numberkeep/inbound", json=body)).status_code == 200
    assert '<b class="badge">1<span class="sr"> to decide</span></b>' in (await visitor.get("/keys")).text


async def test_a_change_in_the_console_is_recorded_as_the_sessions(service: Service, visitor: Visitor) -> None:
    """With the id of the key, as part of the request."""
    token = await visitor.sign_in()
    answer = await visitor.post("/contacts/new", token, number="+14155550123")
    assert answer.status_code == 303
    account = await service.context.store.read(GetAccount("default"))
    assert account is not None
    [event] = await service.context.store.read(ListEvents(account.account_id, 0, 10))
    assert event.actor == Actor(ActorKind.CONSOLE_SESSION, FIRST.key_id)
    assert event.cause == Cause(CauseKind.REQUEST, answer.headers["x-request-id"])
