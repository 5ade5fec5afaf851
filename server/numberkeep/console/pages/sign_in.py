"""Sign in with a key pair, or by the link that `numberkeep serve` prints, and sign out."""

from ipaddress import ip_address
from typing import Final

from numberkeep.console.attempts import TooManyAttempts
from numberkeep.console.hosts import host_of
from numberkeep.console.page import Page, PageRoute, Redirect, page
from numberkeep.console.paths import inner_path
from numberkeep.console.site import ROOT
from numberkeep.console.visit import Visit
from numberkeep.domain.errors import InvalidCredentials
from numberkeep.http.loopback import is_loopback
from numberkeep.service.sessions import SignedIn

_WRONG: Final = "There is no such key, or the secret is wrong, or the key was revoked."
_LINK_USED: Final = (
    "This link was used before, is older than 10 minutes, or was opened on another machine: sign in with a key."
)


@page("GET", "/sign-in", is_open=True)
async def show(visit: Visit) -> Page | Redirect:
    """Show the form."""
    back = inner_path(visit.query.get("next"))
    return Redirect(back) if visit.signed_in else _form(back=back)


@page("POST", "/sign-in", is_open=True)
async def sign_in(visit: Visit) -> Page | Redirect:
    """Begin a session."""
    form = await visit.form()
    key_id, secret = (str(form.get(name, "")).strip() for name in ("key_id", "secret"))
    back = inner_path(form.get("next"))
    if not key_id or not secret:
        return _form(back=back, key_id=key_id, error="Enter a key id and its secret.", status=400)
    try:
        with visit.site.attempts.one(address_of(visit), key_id):
            signed_in = await visit.site.sessions.sign_in(key_id, secret)
    except InvalidCredentials:
        return _form(back=back, key_id=key_id, error=_WRONG, status=401)
    except TooManyAttempts as error:
        return _form(back=back, key_id=key_id, error=error.message, status=error.status)
    await _begin(visit, signed_in)
    return Redirect(back)


@page("GET", "/sign-in/link", is_open=True)
async def by_link(visit: Visit) -> Page | Redirect:
    """Begin a session by a link, which works once, and on this machine alone."""
    local = is_loopback(host_of((visit.request.header(b"host") or b"").decode("latin-1"))) and _is_local(visit)
    found = await visit.site.sessions.by_link(visit.query.get("token", "")) if local else None
    if found is None:
        return _form(back=ROOT, error=_LINK_USED, status=403)
    await _begin(visit, found)
    return Redirect(ROOT)


@page("POST", "/sign-out")
async def sign_out(visit: Visit) -> Redirect:
    """End the session."""
    await visit.site.sessions.end(visit.session)
    visit.cookies.append(visit.jar.clear_session())
    return Redirect(f"{ROOT}/sign-in")


def address_of(visit: Visit) -> str:
    """Return the address of the browser, as a proxy on this machine or network reports it if one is configured.

    A proxy may add a header of its own after one that the browser sent, so only the last one counts.
    """
    client = visit.request.scope.get("client") or ("", 0)
    address = str(client[0])
    forwarded = (visit.request.last_header(b"x-forwarded-for") or b"").decode("latin-1").rpartition(",")[2].strip()
    if not (forwarded and visit.site.hosts.public_url):
        return address
    try:
        return forwarded if ip_address(address).is_private else address
    except ValueError:
        return forwarded  # a socket of this machine


async def _begin(visit: Visit, begun: SignedIn) -> None:
    """Put a session in the place of the one before, of which nothing is reported any more."""
    if visit.signed_in is not None:
        await visit.site.sessions.end(visit.session)
    visit.cookies += [visit.jar.set_session(begun.cookie or ""), visit.jar.clear_flash()]


def _is_local(visit: Visit) -> bool:
    client = visit.request.scope.get("client") or ("", 0)
    return is_loopback(str(client[0])) and visit.request.header(b"x-forwarded-for") is None


def _form(*, back: str, key_id: str = "", error: str = "", status: int = 200) -> Page:
    data = {"back": back, "key_id": key_id, "error": error}
    return Page("sign_in.html", data, title="Sign in", status=status)


ROUTES: Final[tuple[PageRoute, ...]] = (show, sign_in, by_link, sign_out)
