"""Keys."""

from typing import Final

from numberkeep.console.page import Page, PageRoute, page
from numberkeep.console.visit import Visit


@page("GET", "/keys")
async def keys(_: Visit) -> Page:
    """Show that there is nothing yet."""
    return Page("empty.html", {"sentence": "There are no keys yet."}, title="Keys", section="keys")


ROUTES: Final[tuple[PageRoute, ...]] = (keys,)
