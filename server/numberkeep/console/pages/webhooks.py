"""Webhooks."""

from typing import Final

from numberkeep.console.page import Page, PageRoute, page
from numberkeep.console.visit import Visit


@page("GET", "/webhooks")
async def webhooks(_: Visit) -> Page:
    """Show that there is nothing yet."""
    return Page("empty.html", {"sentence": "There are no webhooks yet."}, title="Webhooks", section="webhooks")


ROUTES: Final[tuple[PageRoute, ...]] = (webhooks,)
