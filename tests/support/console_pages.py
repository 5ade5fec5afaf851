"""Finds the pages of the console, by its links: a new page is found as soon as another one leads to it."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from playwright.sync_api import Page

ROOT: Final = "/console/"
STARTS: Final = ("contacts", "inbox", "review", "imports", "imports/new", "export", "overview", "webhooks", "keys")
"""Where the search begins, as paths below /console."""

_NO_PAGES: Final = ("sign-", "static", "export/file")
_argument = re.compile(r"(?<=/)(?:(?:%2B|\+)?\d+|nk_\w+)")


def shape_of(path: str) -> str:
    """Return a path without its arguments: `imports/#` for `imports/3`."""
    return _argument.sub("#", f"/{path.partition('?')[0]}")[1:]


def reachable(page: Page, url: str, *, most: int = 1) -> Iterator[str]:
    """Go to every page that links lead to, and yield its path below /console, without the query, while it is shown.

    Args:
        page: a page with a session.
        url: the service's URL.
        most: how many pages of one shape are visited.
    """
    waiting = list(STARTS)
    seen = set(waiting)
    visited: Counter[str] = Counter()
    while waiting:
        path = waiting.pop(0)
        shape = shape_of(path)
        if visited[shape] >= most:
            continue
        visited[shape] += 1
        answer = page.goto(f"{url}{ROOT}{path}", wait_until="load")
        assert answer is not None
        assert answer.status == 200, f"{path}: {answer.status}"
        yield path
        for found in _links(page):
            if found not in seen:
                seen.add(found)
                waiting.append(found)


def _links(page: Page) -> list[str]:
    """Return where the links of a page lead below /console, apart from downloads."""
    links = page.eval_on_selector_all("a[href]:not([download])", "links => links.map(link => link.href)")
    paths = [urlsplit(link).path for link in links]
    inner = [path.removeprefix(ROOT) for path in paths if path.startswith(ROOT)]
    return [path for path in inner if path and not path.startswith(_NO_PAGES) and not path.endswith("/rejects")]
