"""Renders pages and fragments of pages."""

from collections.abc import Mapping
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape

from numberkeep.console import values
from numberkeep.console.assets import Assets
from numberkeep.console.page import Page
from numberkeep.console.reader import READER
from numberkeep.console.site import ROOT
from numberkeep.console.visit import Visit

_PARTS: Final = "parts/ui.html"
_FRAGMENT: Final = "frag_"


class Rendering:
    """Renders the templates.

    In every template, `ui` has the macros of templates/parts, `asset` returns the path of a file in static/, `reader`
    is who reads the page, and `visit` the request.

    Args:
        assets: the files in static/.
    """

    def __init__(self, assets: Assets) -> None:
        self._environment = Environment(
            loader=PackageLoader("numberkeep.console", "templates"),
            autoescape=select_autoescape(default=True, default_for_string=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.filters.update(values.FILTERS)
        self._environment.globals.update(
            asset=assets.url, modules=assets.modules, reader=READER.get, root=ROOT, sections=SECTIONS
        )
        # Every macro under one name, because what a template imports is not known in a fragment rendered alone.
        self._environment.globals["ui"] = self._environment.get_template(_PARTS).module

    def render(self, visit: Visit, page: Page) -> str:
        """Return the whole page, or the fragments that the visit asks for; the whole if it lacks one of them."""
        template = self._environment.get_template(page.template)
        flash = visit.jar.flash
        data = {**page.data, "page": page, "visit": visit, "flash": flash}
        token = READER.set(visit.reader)
        try:
            text = self._fragments(template, visit.fragments, data) if visit.fragments else None
            if text is None:
                text = template.render(data)
            elif flash is not None:
                text += self._environment.get_template("parts/toast.html").render(data)
        finally:
            READER.reset(token)
        if flash is not None:
            visit.cookies.append(visit.jar.clear_flash())
        return text

    def _fragments(self, template: Template, ids: tuple[str, ...], data: Mapping[str, Any]) -> str | None:
        """Return these fragments, of the template or of the frame; None if they do not have all of them."""
        known = self._environment.get_template("base.html").blocks | template.blocks
        blocks = [known.get(_FRAGMENT + each.replace("-", "_")) for each in ids]
        context = template.new_context(dict(data))
        parts = ["".join(block(context)) for block in blocks if block is not None]
        return "\n".join(parts) if len(parts) == len(ids) else None


SECTIONS: Final = (
    ("contacts", "Contacts"),
    ("inbox", "Inbox"),
    ("review", "Review"),
    ("imports", "Imports"),
    ("overview", "Overview"),
    ("webhooks", "Webhooks"),
    ("keys", "Keys"),
)
"""The sections of the rail: the last part of their paths, which is the name of their icon too, and their titles."""
