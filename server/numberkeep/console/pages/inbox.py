"""Inbox."""

from typing import Final

from numberkeep.console.page import Page, PageRoute, page
from numberkeep.console.visit import Visit


@page("GET", "/inbox")
async def inbox(_: Visit) -> Page:
    """Show that there is nothing yet."""
    return Page("empty.html", {"sentence": "There are no messages yet."}, title="Inbox", section="inbox")


ROUTES: Final[tuple[PageRoute, ...]] = (inbox,)
