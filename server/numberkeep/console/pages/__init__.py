"""The pages of the console; each module has its own in `ROUTES`."""

from collections.abc import Sequence

from numberkeep.console.page import PageRoute
from numberkeep.console.pages import (
    contacts,
    export,
    home,
    imports,
    inbox,
    keys,
    overview,
    preferences,
    review,
    sign_in,
    webhooks,
)


def routes() -> Sequence[PageRoute]:
    """Return the pages of all modules."""
    modules = (home, sign_in, preferences, contacts, export, inbox, review, imports, overview, webhooks, keys)
    return [route for module in modules for route in module.ROUTES]
