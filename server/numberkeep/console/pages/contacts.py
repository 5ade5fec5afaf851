"""Contacts."""

from typing import Final

from numberkeep.console.page import Page, PageRoute, page
from numberkeep.console.visit import Visit


@page("GET", "/contacts")
async def contacts(_: Visit) -> Page:
    """Show that there is nothing yet."""
    return Page("empty.html", {"sentence": "There are no contacts yet."}, title="Contacts", section="contacts")


ROUTES: Final[tuple[PageRoute, ...]] = (contacts,)
