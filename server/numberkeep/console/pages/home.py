"""The console's own address, which leads to the contacts."""

from typing import Final

from numberkeep.console.page import PageRoute, Redirect, page
from numberkeep.console.site import ROOT
from numberkeep.console.visit import Visit


@page("GET", "")
async def home(_: Visit) -> Redirect:
    """Lead to the contacts."""
    return Redirect(f"{ROOT}/contacts")


@page("GET", "/")
async def home_with_slash(_: Visit) -> Redirect:
    """Lead to the contacts."""
    return Redirect(f"{ROOT}/contacts")


ROUTES: Final[tuple[PageRoute, ...]] = (home, home_with_slash)
