"""The console without a browser: its pages and forms over HTTP."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2

from numberkeep.domain.identity import KeyPair
from support.api import FIRST, URL, Service


class Visitor:
    """Somebody who visits the console, with cookies as a browser has them.

    Attributes:
        client: a plain HTTP client, which follows no redirects.
    """

    def __init__(self, service: Service) -> None:
        transport = httpx2.ASGITransport(app=service.application, client=("127.0.0.1", 1))
        self.client = httpx2.AsyncClient(transport=transport, base_url=URL)

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        """Return a page below /console."""
        return await self.client.get(
            f"/console{path}", headers={name.replace("_", "-"): v for name, v in headers.items()}
        )

    async def token(self, path: str = "/sign-in") -> str:
        """Return the token of the forms on a page."""
        page = await self.get(path)
        found = re.search(r'name="form-token" content="([^"]+)"', page.text)
        assert found, page.text
        return found[1]

    async def post(self, path: str, token: str, **fields: str) -> httpx2.Response:
        """Send a form with this token, as a page of the console does."""
        data = {"form_token": token, **fields}
        headers = {"origin": URL, "sec-fetch-site": "same-origin"}
        return await self.client.post(f"/console{path}", data=data, headers=headers)

    async def sign_in(self, pair: KeyPair = FIRST) -> str:
        """Sign in, and return the token of the session's forms."""
        answer = await self.post("/sign-in", await self.token(), key_id=pair.key_id, secret=pair.secret)
        assert (answer.status_code, answer.headers["location"]) == (303, "/console")
        return await self.token("/keys")


@asynccontextmanager
async def visiting(service: Service) -> AsyncIterator[Visitor]:
    """Return somebody who has not signed in."""
    visitor = Visitor(service)
    async with visitor.client:
        yield visitor
