"""Leads links to files outside docs/ to the repository: the pages link to them by path, as GitHub shows them."""

import posixpath
import re
from pathlib import Path
from typing import Final

from sphinx.application import Sphinx

_BROWSE: Final = "https://github.com/numberkeep/numberkeep/blob/main"
_LINK: Final = re.compile(r"\]\((?![a-z]+:|#|/)([^)#\s]+)(#[^)\s]*)?\)")
_CODE: Final = re.compile(r"(^```.*?^```$|`[^`\n]+`)", re.DOTALL | re.MULTILINE)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.connect("source-read", _rewrite)
    return {"parallel_read_safe": True}


def _rewrite(app: Sphinx, page: str, source: list[str]) -> None:
    root, folder = app.srcdir.parent, posixpath.dirname(f"docs/{page}")
    parts = _CODE.split(source[0])
    parts[::2] = [_LINK.sub(lambda link: _target(root, folder, link), part) for part in parts[::2]]
    source[0] = "".join(parts)


def _target(root: Path, folder: str, link: re.Match[str]) -> str:
    path, anchor = posixpath.normpath(posixpath.join(folder, link[1])), link[2] or ""
    if path.startswith("docs/") and (root / path).is_dir():
        return f"]({link[1].rstrip('/')}/index.md{anchor})"
    if path.startswith("docs/") or not (root / path).exists():
        return link[0]  # a page, or a mistake, which the build reports
    return f"]({_BROWSE}/{path}{anchor})"
