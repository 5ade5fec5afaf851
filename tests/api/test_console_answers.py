"""What the console answers beside its pages: files, redirects and errors."""

from collections.abc import AsyncIterator
from unittest.mock import patch
from urllib.parse import unquote

import httpx2
import pytest
from starlette.types import Message

from numberkeep.console.security import HEADERS
from numberkeep.domain import session
from numberkeep.domain.errors import StoreUnavailable
from support.api import Service
from support.console import Visitor, visiting


@pytest.fixture
async def visitor(service: Service) -> AsyncIterator[Visitor]:
    """Return somebody who has not signed in."""
    async with visiting(service) as visitor:
        yield visitor


async def test_a_file_brings_the_new_cookie_of_its_session(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that was replaced while a file was fetched would otherwise be lost, and the person signed out."""
    await visitor.sign_in()
    monkeypatch.setattr(session, "ROTATED_EVERY", 0)
    monkeypatch.setattr(session, "_GRACE", 0)
    answer = await visitor.get("/export/file?format=csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="contacts.csv"'
    assert answer.headers["set-cookie"].startswith("numberkeep_session_=")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_file_has_the_headers_of_pages(visitor: Visitor, method: str) -> None:
    """It is neither kept nor taken for something else, and no header stands twice."""
    await visitor.sign_in()
    answer = await visitor.client.request(method, "/console/export/file?format=csv")
    found = answer.headers.multi_items()
    assert {(name.decode(), value.decode()) for name, value in HEADERS} <= set(found)
    names = [name for name, _ in found if name != "set-cookie"]
    assert sorted(names) == sorted(set(names))


async def test_conditions_that_are_not_valid_are_reported(visitor: Visitor) -> None:
    """By the export as by the list."""
    await visitor.sign_in()
    answer = await visitor.get(f"/export/file?q={'x' * 4001}")
    assert answer.status_code == 400


async def test_an_action_on_what_matches_checks_the_conditions(visitor: Visitor) -> None:
    """As the API does."""
    token = await visitor.sign_in()
    await visitor.post(f"/contacts/actions?q={'x' * 4001}", token, action="delete", all="1")
    assert "Nothing was done" in (await visitor.get("/keys")).text


@pytest.mark.parametrize("phone", ["1%0d%0aset-cookie:%20a=b", "1%26edit=2", "%F0%9F%98%80"])
async def test_what_is_in_a_path_stays_in_the_path_that_follows(visitor: Visitor, phone: str) -> None:
    """It becomes no header, and no parameter."""
    token = await visitor.sign_in()
    for path in (f"/contacts/{phone}/tags", f"/contacts/{phone}/tags?x=1"):
        for come in ("", "drawer"):
            answer = await visitor.post(path, token, **{"from": come})
            location = answer.headers["location"]
            assert (answer.status_code, location.isascii(), location.isprintable()) == (303, True, True)
            assert unquote(location).count(unquote(phone)) == 1
            assert "edit=2" not in location


@pytest.mark.parametrize("path", ["/console/keys", "/console/nowhere", "/console/sign-in"])
async def test_a_body_that_is_not_read_is_discarded(service: Service, path: str) -> None:
    """The client is still sending it: it would report a broken connection instead of the answer."""
    pieces = [b"x" * 1000] * 3
    statuses: list[int | None] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": pieces.pop(), "more_body": bool(pieces)}

    async def send(message: Message) -> None:
        statuses.append(message.get("status"))

    headers = [(b"host", b"numberkeep.test"), (b"content-length", b"3000"), (b"origin", b"http://evil.example")]
    scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": headers}
    await service.application(scope, receive, send)
    assert statuses[0] in {303, 403, 404}
    assert pieces == []


async def test_errors_are_pages_while_the_store_fails(service: Service, visitor: Visitor) -> None:
    """Also those that have nothing to do with the store."""
    await visitor.sign_in()
    read = service.context.store.read

    async def failing(query: object) -> object:
        if type(query).__name__ in {"GetTallies", "ListDeadDeliveries"}:
            raise StoreUnavailable("gone")
        return await read(query)  # type: ignore[arg-type]

    with patch.object(service.context.store, "read", failing):
        answer = await visitor.get("/keys/nk_unknown")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")


async def test_head_of_a_stream_ends(visitor: Visitor) -> None:
    """It has no body, so nobody waits for its events."""
    await visitor.sign_in()
    answer: httpx2.Response = await visitor.client.head("/console/inbox/events")
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"


async def test_a_stream_of_an_unknown_action_is_not_found(visitor: Visitor) -> None:
    """A browser would open it again every two seconds."""
    await visitor.sign_in()
    assert (await visitor.get("/actions/77/events")).status_code == 404
