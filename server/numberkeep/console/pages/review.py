"""Review."""

from typing import Final

from numberkeep.console.page import Page, PageRoute, page
from numberkeep.console.visit import Visit


@page("GET", "/review")
async def review(_: Visit) -> Page:
    """Show that there is nothing yet."""
    return Page("empty.html", {"sentence": "No reply waits for a decision."}, title="Review", section="review")


ROUTES: Final[tuple[PageRoute, ...]] = (review,)
