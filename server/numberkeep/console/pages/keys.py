"""Keys: the account's API keys, a new one, and the end of one."""

from typing import Final

from numberkeep.console.page import Page, PageRoute, Redirect, page
from numberkeep.console.site import ROOT
from numberkeep.console.visit import Visit
from numberkeep.domain.errors import InvalidInput
from numberkeep.operations import keys as operations
from numberkeep.operations.keys import ByKey, NewKey
from numberkeep.wire.answers import Nothing

_KEYS: Final = f"{ROOT}/keys"


@page("GET", "/keys")
async def keys(visit: Visit) -> Page:
    """List the keys."""
    known = await visit.call(operations.list_keys, Nothing())
    live = [each for each in known if each.key.revoked_at is None]
    revoked = [each for each in known if each.key.revoked_at is not None]
    return Page("keys/list.html", {"live": live[::-1], "revoked": revoked[::-1]}, title="Keys", section="keys")


@page("GET", "/keys/new", changes=True)
async def new(_: Visit) -> Page:
    """Ask what the new key is for, and what it may do."""
    return _form()


@page("POST", "/keys", changes=True)
async def create(visit: Visit) -> Page:
    """Create a key and show its secret. No redirect: the secret is in no URL, no cookie and no store."""
    form = await visit.form()
    read_only = form.get("access") == "read"
    name = str(form.get("name", ""))
    try:
        pair = await visit.call(operations.create, NewKey(read_only, name))
    except InvalidInput as error:
        return _form(name=name, read_only=read_only, error=f"{error}.")
    export = (
        f"export SENDBLUE_API_BASE_URL={visit.base_url} "
        f"SENDBLUE_API_API_KEY={pair.key_id} SENDBLUE_API_API_SECRET={pair.secret}"
    )
    data = {"pair": pair, "read_only": read_only, "export": export}
    return Page("keys/created.html", data, title="New key", section="keys")


@page("GET", "/keys/{key_id}", changes=True)
async def ask_to_revoke(visit: Visit) -> Page:
    """Ask whether to revoke a key, and say what stops then."""
    known = await visit.call(operations.retrieve, ByKey(visit.path["key_id"]))
    data = {"known": known, "is_own": known.key.key_id == visit.key.key_id}
    return Page("keys/revoke.html", data, title="Revoke a key", section="keys")


@page("POST", "/keys/{key_id}/revoke", changes=True)
async def revoke(visit: Visit) -> Redirect:
    """Revoke a key."""
    key_id = visit.path["key_id"]
    revoked = await visit.call(operations.revoke, ByKey(key_id))
    if key_id == visit.key.key_id:
        visit.site.api.authenticator.forget(visit.account.account_id)
        visit.cookies.append(visit.jar.clear_session())
        return Redirect(f"{ROOT}/sign-in")
    visit.flash(f"{revoked.key.name or key_id} was revoked. Programs that use it are refused within a second.")
    return Redirect(_KEYS)


def _form(*, name: str = "", read_only: bool = False, error: str = "") -> Page:
    data = {"name": name, "read_only": read_only, "error": error}
    return Page("keys/new.html", data, title="New key", section="keys", status=400 if error else 200)


ROUTES: Final[tuple[PageRoute, ...]] = (keys, new, create, ask_to_revoke, revoke)
