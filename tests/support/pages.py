"""The blocks of the pages, as a reader copies them."""

import re
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt

ROOT: Final = Path(__file__).parents[2]


def blocks(page: str, language: str) -> list[str]:
    """Return the fenced blocks of a page in one language."""
    tokens = MarkdownIt().parse((ROOT / page).read_text())
    return [token.content for token in tokens if token.type == "fence" and token.info == language]


def files(page: str) -> dict[str, str]:
    """Return the blocks that follow "save this as `NAME`:", by their names."""
    tokens = MarkdownIt().parse((ROOT / page).read_text())
    saved, name = {}, None
    for token in tokens:
        if token.type == "fence" and name:
            saved[name], name = token.content, None
        elif token.type == "inline" and (found := re.search(r"[Ss]ave this as\s`([^`]+)`:$", token.content)):
            name = found[1]
    return saved
