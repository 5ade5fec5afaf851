"""Overview."""

from typing import Final

from numberkeep.console.page import Page, PageRoute, page
from numberkeep.console.visit import Visit


@page("GET", "/overview")
async def overview(_: Visit) -> Page:
    """Show that there is nothing yet."""
    return Page("empty.html", {"sentence": "There is nothing to count yet."}, title="Overview", section="overview")


ROUTES: Final[tuple[PageRoute, ...]] = (overview,)
