"""Adds to pages what is generated: the API from openapi.json, and the client and the test kit from their docstrings."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from docsite.api_reference import api_reference
from docsite.python_reference import client_reference, kit_reference
from sphinx.application import Sphinx

_PAGES: Final[Mapping[str, Callable[[Path], str]]] = {
    "api": lambda docs: api_reference(json.loads((docs / "openapi.json").read_text())),
    "client": lambda _docs: client_reference(),
    "kit": lambda _docs: kit_reference(),
}


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.connect("source-read", _add, priority=400)  # before the extensions that read the whole page
    return {"parallel_read_safe": True}


def _add(app: Sphinx, page: str, source: list[str]) -> None:
    if page in _PAGES:
        source[0] += "\n" + _PAGES[page](app.srcdir)
