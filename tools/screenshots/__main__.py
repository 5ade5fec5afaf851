"""Takes a picture of every page of the console, in each state, at two widths and in both schemes.

`make screenshots` writes them to build/screenshots. With `--readme`, it takes the pictures of the README instead.
"""

import argparse
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from tools.screenshots.states import STATES

from numberkeep.testing import Account, Service
from support.browser import FLAGS, program
from support.console_pages import reachable, shape_of

_FOLDER: Final = Path("build/screenshots")
_IMAGES: Final = Path("docs/images")
_README: Final = {"console-contacts.png": "contacts", "console-inbox.png": "inbox/+447700900001"}
"""The pictures of the README, and the pages that they show of the state `thousand`."""
_README_ACCOUNT: Final = "blue-kettle"
_MOST_BYTES: Final = 300_000
"""Bytes of those pictures together."""

_SIZES: Final[dict[int, ViewportSize]] = {1280: {"width": 1280, "height": 800}, 375: {"width": 375, "height": 812}}
_SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(prog="make screenshots", description=__doc__)
    parser.add_argument("--readme", action="store_true", help="take the pictures of the README")
    parser.add_argument("--states", nargs="*", default=list(STATES), choices=list(STATES))
    given = parser.parse_args()
    _FOLDER.mkdir(parents=True, exist_ok=True)
    with Service() as service, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=FLAGS)
        for state in ["thousand"] if given.readme else given.states:
            account = service.account(_README_ACCOUNT if given.readme else state)
            STATES[state](service, account)
            (_for_readme if given.readme else _all)(browser, account, state)
        browser.close()


def _all(browser: Browser, account: Account, state: str) -> None:
    """Take the pictures of one state."""
    count = 0
    for width, size in _SIZES.items():
        for scheme in _SCHEMES:
            with _signed_in(browser, account, size, scheme) as page:
                for path in reachable(page, account.base_url):
                    name = re.sub(r"[^a-z0-9]+", "-", shape_of(path).replace("#", "one"))
                    _shoot(page, size, _FOLDER / f"{name}.{state}.{width}.{scheme}.png")
                    count += 1
                    if name == "inbox-one":
                        page.goto(f"{page.url}?as=person")
                        _shoot(page, size, _FOLDER / f"inbox-phone.{state}.{width}.{scheme}.png")
                        count += 1
    print(f"{state}: {count} pictures in {_FOLDER}")


def _shoot(page: Page, size: ViewportSize, path: Path) -> None:
    """Take a picture of the whole page, in a window of its height: what sticks to the edges is at the edges."""
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": max(size["height"], height)})
    page.screenshot(path=path)
    page.set_viewport_size(size)


def _for_readme(browser: Browser, account: Account, _state: str) -> None:
    _IMAGES.mkdir(parents=True, exist_ok=True)
    with _signed_in(browser, account, _SIZES[1280], "light") as page:
        for name, path in _README.items():
            page.goto(f"{account.base_url}/console/{path}")
            page.screenshot(path=_IMAGES / name)
    size = sum((_IMAGES / name).stat().st_size for name in _README)
    if size > _MOST_BYTES:
        raise SystemExit(f"The pictures of the README have {size:,} bytes, and may have {_MOST_BYTES:,}.")
    print(f"{len(_README)} pictures with {size:,} bytes in {_IMAGES}")


@contextmanager
def _signed_in(
    browser: Browser, account: Account, size: ViewportSize, scheme: Literal["light", "dark"]
) -> Iterator[Page]:
    context = browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{account.base_url}/console/sign-in")
    page.screenshot(path=_FOLDER / f"sign-in.{size['width']}.{scheme}.png")
    page.get_by_label("Key id").fill(account.api_key)
    page.get_by_label("Secret").fill(account.api_secret)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/console/contacts")
    yield page
    context.close()


if __name__ == "__main__":
    main()
