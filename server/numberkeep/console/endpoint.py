"""What answers every request below /console."""

import secrets
from dataclasses import replace
from typing import Final
from urllib.parse import quote

from numberkeep.console import pages
from numberkeep.console.assets import NAME, Assets
from numberkeep.console.badges import badges_of
from numberkeep.console.cookies import Jar
from numberkeep.console.forms import check_origin, check_token
from numberkeep.console.page import Events, Page, PageRoute, Redirect, Reply, Text
from numberkeep.console.reader import Reader, choices
from numberkeep.console.rendering import Rendering
from numberkeep.console.routing import Routing
from numberkeep.console.security import HEADERS
from numberkeep.console.site import ROOT, Site
from numberkeep.console.streaming import send_events
from numberkeep.console.visit import Visit
from numberkeep.domain.errors import ReadOnlyKey, StoreUnavailable
from numberkeep.http.answer import Answer, Headers
from numberkeep.http.download import send_download
from numberkeep.http.errors import log_unexpected, problem_of
from numberkeep.http.request import Request
from numberkeep.service.sessions import SignedIn

_HTML: Final = b"text/html; charset=utf-8"
_SIGN_IN: Final = f"{ROOT}/sign-in"
_PRINTED: Final = "".join(map(chr, range(0x21, 0x7F)))
"""What stays as it is in a Location; a path may contain what a header must not."""


class Console:
    """Answers requests for pages and for their files.

    Args:
        site: what the pages work with.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._assets = Assets()
        self._rendering = Rendering(self._assets)
        self._routing = Routing(pages.routes())

    def operation(self, method: str) -> tuple[str, str]:  # noqa: ARG002 - as the protocol has it
        """Return the name of what answers: calls of the API are counted and recorded, those of people are not."""
        return "console", ""

    async def answer(self, request: Request) -> Answer | None:
        """Return the answer; None for a file or a stream, which is sent at once."""
        request.operation = "console"
        host = request.header(b"host")
        hosts = self._site.hosts
        jar = Jar.of(request.header(b"cookie"), host, is_secure=hosts.is_secure(host))
        zone, theme, is_masked = choices(jar)
        visit = Visit(request, self._site, jar, Reader(zone, theme, is_masked))
        try:
            hosts.check(host)
            if request.scope["path"].startswith(f"{ROOT}/static/"):
                request.operation = NAME
                return self._assets.answer(request)
            return await self._answer(visit, await self._reply(visit))
        except Exception as error:  # noqa: BLE001 - people get a page, whatever happens
            return await self._answer(visit, self._problem(visit, error))
        finally:
            request.unread = not visit.has_read
            await visit.close()

    async def _reply(self, visit: Visit) -> Reply:
        """Return what the page of a request replies."""
        request = visit.request
        route, visit.path = self._routing.find(request.method, request.scope["path"])
        request.operation, visit.is_upload = route.name, route.is_upload
        await self._open_session(visit)
        if visit.signed_in is None and not route.is_open:
            return self._to_sign_in(visit)
        if request.method == "POST":
            check_origin(request)
        if route.changes and visit.read_only:
            raise ReadOnlyKey
        if request.method == "POST":
            return await self._posted(visit, route)
        return await route.handler(visit)

    async def _posted(self, visit: Visit, route: PageRoute) -> Reply:
        if not route.is_upload:
            check_token(visit.request, await visit.form(), visit.reader.form_token)
            return await route.handler(visit)
        async with self._site.api.uploads.turn(visit.account.account_id):
            check_token(visit.request, await visit.form(), visit.reader.form_token)
            return await route.handler(visit)

    async def _open_session(self, visit: Visit) -> None:
        cookie = visit.jar.session
        found = await self._site.sessions.continued(cookie) if cookie else None
        if found is None:
            token = visit.jar.form_token
            if not token:
                token = secrets.token_urlsafe(24)
                visit.cookies.append(visit.jar.set_form_token(token))
            visit.reader = replace(visit.reader, form_token=token)
            return
        self.take_session(visit, found)

    @staticmethod
    def take_session(visit: Visit, found: SignedIn) -> None:
        """Make a session that of a visit."""
        account = found.key.account
        visit.signed_in = found
        visit.request.account_id = account.account_id
        visit.reader = replace(
            visit.reader,
            region=account.region,
            form_token=found.session.form_token,
            read_only=found.key.read_only,
            account=account.name,
            key_id=found.key.key_id,
        )
        if found.cookie is not None:
            visit.cookies.append(visit.jar.set_session(found.cookie))

    @staticmethod
    def _to_sign_in(visit: Visit) -> Reply:
        request = visit.request
        if visit.is_swap:
            return Text(
                b"Your session has ended: sign in again.", headers=((b"x-sign-in", _SIGN_IN.encode()),), status=401
            )
        target = request.scope["path"]
        if request.scope["query_string"]:
            target += "?" + request.scope["query_string"].decode("latin-1")
        wanted = request.method == "GET" and target not in {ROOT, f"{ROOT}/"}
        return Redirect(f"{_SIGN_IN}?next={quote(target, safe='')}" if wanted else _SIGN_IN)

    def _problem(self, visit: Visit, error: Exception) -> Reply:
        """Return the page about an error."""
        request = visit.request
        if isinstance(error, StoreUnavailable):
            self._site.api.outage.report(error, request.request_id)
        known = problem_of(error)
        if known is None:
            log_unexpected(error, request.request_id)
        status = 500 if known is None else known.status
        message = "The service failed unexpectedly: report it with the id below." if known is None else known.message
        headers = () if known is None else known.headers
        if visit.is_swap:
            return Text(message.encode(), status=status, headers=headers)
        data = {"message": message, "request_id": request.request_id}
        title = _TITLES.get(status, "Something went wrong")
        return Page("problem.html", data, title=title, status=status, headers=headers)

    async def _answer(self, visit: Visit, reply: Reply) -> Answer | None:
        """Return the answer of a reply."""
        headers: Headers = (*HEADERS, *visit.cookies)
        match reply:
            case Page():
                if visit.signed_in is not None and visit.shows("sections"):
                    visit.badges = await badges_of(visit)
                body = self._rendering.render(visit, reply).encode("utf-8", "replace")
                return Answer(reply.status, body, (*HEADERS, *reply.headers, *visit.cookies), _HTML)
            case Redirect():
                return Answer(303, b"", (*headers, (b"location", quote(reply.to, safe=_PRINTED).encode())), _HTML)
            case Text():
                return Answer(reply.status, reply.body, (*headers, *reply.headers), reply.content_type.encode())
            case Events():
                await send_events(visit, reply)
                return None
            case _:
                api = self._site.api
                await send_download(visit.request, reply, api.downloads, api.closing, headers)
                return None


_TITLES: Final = {
    403: "Not permitted",
    404: "Not found",
    409: "Not possible now",
    421: "Wrong address",
    429: "Too many requests",
    503: "Not available at the moment",
}
