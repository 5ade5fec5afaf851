"""Imports."""

from typing import Final

from numberkeep.console.page import Page, PageRoute, page
from numberkeep.console.visit import Visit


@page("GET", "/imports")
async def imports(_: Visit) -> Page:
    """Show that there is nothing yet."""
    return Page("empty.html", {"sentence": "Nothing was imported yet."}, title="Imports", section="imports")


ROUTES: Final[tuple[PageRoute, ...]] = (imports,)
