"""Adds the navigation to the landing page. It is not in the page itself, where GitHub would show it as code."""

from typing import Final

from sphinx.application import Sphinx

SECTIONS: Final = {
    "Start": ["tutorial", "install"],
    "How-to guides": [
        "testing",
        "ci",
        "console",
        "contacts",
        "import",
        "messaging",
        "recording",
        "operations",
        "scaling",
    ],
    "Reference": ["api", "testing-api", "kit", "client", "commands", "cli", "settings", "fidelity", "glossary"],
    "Explanation": ["consent", "architecture", "adr/index"],
}
"""The pages of each section, without `.md`. Sphinx reports pages that are missing here, and entries without a page."""


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.connect("source-read", _add)
    return {"parallel_read_safe": True}


def _add(_app: Sphinx, page: str, source: list[str]) -> None:
    if page == "index":
        trees = (_tree(pages, f":caption: {title}", ":hidden:") for title, pages in SECTIONS.items())
        source[0] += "\n".join(["", *trees])
    elif page == "adr/index":
        source[0] += "\n" + _tree(["0*"], ":glob:", ":maxdepth: 1")


def _tree(pages: list[str], *options: str) -> str:
    return "\n".join(["```{toctree}", *options, "", *pages, "```", ""])
