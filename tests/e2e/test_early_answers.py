"""Answers before the body was read: every client gets them, whatever it has sent."""

import asyncio
import contextlib
import http.client
import io
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import aiohttp
import httpx
import httpx2
import pytest

from numberkeep.domain import limits
from support.process import Serving, serving

TOO_LARGE = b"x" * (5 * limits.MAX_BODY_BYTES)
BULK = b"[" + b"1," * 700_000 + b"1]"
CONTACTS = "/api/v2/contacts"

Post = Callable[[str, dict[str, str], bytes], int]


def by_http_client(url: str, headers: dict[str, str], body: bytes) -> int:
    """Post with http.client."""
    target = httpx2.URL(url)
    connection = http.client.HTTPConnection(target.host, target.port)
    with contextlib.closing(connection):
        connection.request("POST", target.path, body, headers)
        with connection.getresponse() as answer:
            return answer.status


def by_urllib(url: str, headers: dict[str, str], body: bytes) -> int:
    """Post with urllib."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers)) as answer:  # noqa: S310 - on loopback
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def by_httpx(url: str, headers: dict[str, str], body: bytes) -> int:
    """Post with httpx."""
    return httpx.post(url, content=body, headers=headers).status_code


def by_aiohttp(url: str, headers: dict[str, str], body: bytes) -> int:
    """Post with aiohttp."""

    async def post() -> int:
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, data=io.BytesIO(body), headers=headers) as answer,
        ):
            status = answer.status
        await asyncio.sleep(0.01)  # its connection is closed in the background
        return status

    return asyncio.run(post())


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """Run one service for all tests."""
    folder: Path = tmp_path_factory.mktemp("early")
    with serving(folder, "--database", "sqlite://:memory:") as service:
        service.read_export()
        yield service


@pytest.mark.parametrize("post", [by_http_client, by_urllib, by_httpx, by_aiohttp])
def test_a_client_that_sends_first_gets_the_answer(running: Serving, post: Post) -> None:
    """A body over the limit is 413, and a bulk request with a wrong secret 401, ten times of ten."""
    headers = {**running.headers, "content-type": "application/json"}
    wrong = {**headers, "sb-api-secret-key": "wrong"}
    for _ in range(10):
        assert post(f"{running.url}{CONTACTS}", headers, TOO_LARGE) == 413
        assert post(f"{running.url}{CONTACTS}/bulk", wrong, BULK) == 401


def test_a_connection_serves_on_after_an_unread_body(running: Serving) -> None:
    """Once the rest of the body is discarded."""
    with running.wire() as wire:
        for _ in range(3):
            refused = wire.post(CONTACTS, content=b"x" * 500_000, headers={"sb-api-secret-key": "wrong"})
            assert refused.status_code == 401
            assert wire.get(CONTACTS).status_code == 200
