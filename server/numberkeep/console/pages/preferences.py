"""What the reader has chosen: the theme, and whether numbers are masked."""

from typing import Final

from numberkeep.console.cookies import MASKED, THEME
from numberkeep.console.page import PageRoute, Redirect, page
from numberkeep.console.paths import inner_path
from numberkeep.console.reader import THEMES
from numberkeep.console.visit import Visit


@page("POST", "/preferences", is_open=True)
async def choose(visit: Visit) -> Redirect:
    """Keep the choices in cookies, and lead back."""
    form = await visit.form()
    if "theme" in form:
        theme = form["theme"]
        visit.cookies.append(visit.jar.set_choice(THEME, theme if isinstance(theme, str) and theme in THEMES else ""))
    if "masked" in form:
        visit.cookies.append(visit.jar.set_choice(MASKED, "1" if form["masked"] == "1" else ""))
    return Redirect(inner_path(form.get("back")))


ROUTES: Final[tuple[PageRoute, ...]] = (choose,)
