"""A browser on the console of a real service, and what no page may do in it."""

import asyncio
import secrets
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import resources
from typing import Final
from urllib.parse import urlsplit

import httpx2
from playwright.sync_api import Browser, BrowserContext, Page

from numberkeep.config.settings import Settings
from numberkeep.domain.identity import KeyPair, new_key_pair
from numberkeep.service import keys
from numberkeep.stores import make_context
from support import leaks
from support.process import PATIENCE, Serving

PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

INSTALL: Final = "apt-get install --no-install-recommends chromium"
"""What to run, as root, where there is no browser; `make test` runs it where it can."""

FLAGS: Final = (
    "--no-sandbox",  # tests may run as root
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)

_AXE: Final = (resources.files("axe_playwright_python") / "axe.min.js").read_text()
_RULES: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_SERIOUS: Final = ("serious", "critical")


def program() -> str:
    """Return the path of a Chromium.

    Raises:
        AssertionError: there is none; says how to install one.
    """
    found = next(filter(None, map(shutil.which, PROGRAMS)), None)
    assert found, f"the tests of the console need Chromium: run `{INSTALL}` as root"
    return found


@dataclass(slots=True)
class Watched:
    """A page, and what went wrong in it.

    Attributes:
        page: the page.
        url: the service's URL.
        faults: errors of scripts, violations of the policy, and requests to others.
        expected: words of faults that the test causes on purpose.
    """

    page: Page
    url: str
    faults: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, context: BrowserContext, url: str) -> "Watched":
        """Return a new page of a browser."""
        watched = cls(context.new_page(), url)
        page, host = watched.page, urlsplit(url).netloc
        page.set_default_timeout(PATIENCE * 1000)
        page.on("pageerror", lambda error: watched.faults.append(f"error: {error}"))
        page.on(
            "console",
            lambda said: watched.faults.append(f"{said.type}: {said.text}") if said.type == "error" else None,
        )
        page.on(
            "request",
            lambda request: (
                None
                if urlsplit(request.url).netloc == host or request.url.startswith(("data:", "blob:"))
                else watched.faults.append(f"request: {request.url}")
            ),
        )
        return watched

    def go(self, path: str) -> Page:
        """Go to a path below /console, and return the page."""
        self.page.goto(f"{self.url}/console/{path.lstrip('/')}")
        return self.page

    def check(self) -> None:
        """Check that nothing went wrong that the test did not expect."""
        left = [fault for fault in self.faults if not any(word in fault for word in self.expected)]
        assert not left, left


@dataclass(slots=True)
class Console(Watched):
    """A page with a session.

    Attributes:
        account: the name of the account, which no other test has.
        key: the key pair that has signed in.
        wire: a plain HTTP client with that pair.
        database: the URL of the service's database.
    """

    account: str = ""
    key: KeyPair = field(default_factory=new_key_pair)
    wire: httpx2.Client = field(default_factory=httpx2.Client)
    database: str = ""

    def sign_in(self) -> None:
        """Sign in with the key."""
        self.go("sign-in")
        self.sign_in_here()
        self.page.wait_for_url("**/console/contacts")

    def sign_in_here(self) -> None:
        """Sign in by the form that the page shows."""
        page = self.page
        page.get_by_label("Key id").fill(self.key.key_id)
        page.get_by_label("Secret").fill(self.key.secret)
        page.get_by_role("button", name="Sign in").click()


@contextmanager
def signed_in(
    browser: Browser, service: Serving, database: str, *, read_only: bool = False, **options: object
) -> Iterator[Console]:
    """Return a signed-in page of a new account; at the end, check that nothing went wrong in it.

    Args:
        browser: the browser.
        service: the service.
        database: the URL of its database.
        read_only: whether the key is read-only.
        options: those of the browser's context, such as `color_scheme`.
    """
    account = f"browser-{secrets.token_hex(4)}"
    key = new_account(database, account, read_only=read_only)
    headers = {"sb-api-key-id": key.key_id, "sb-api-secret-key": key.secret}
    context = browser.new_context(**options)  # type: ignore[arg-type]
    with httpx2.Client(base_url=service.url, headers=headers, timeout=PATIENCE) as wire:
        watched = Watched.of(context, service.url)
        console = Console(watched.page, service.url, watched.faults, [], account, key, wire, database)
        console.sign_in()
        yield console
        console.check()
        context.close()


def new_account(database: str, account: str, *, read_only: bool = False, name: str = "") -> KeyPair:
    """Create a key, and the account if there is none, beside the service, and return it."""
    pair = new_key_pair()
    leaks.learn({"NUMBERKEEP_API_SECRET": pair.secret})

    async def create() -> None:
        context = make_context(Settings(database=database))
        await context.store.open(migrate=False)
        try:
            await keys.create(context, account, pair, read_only=read_only, name=name)
        finally:
            await context.store.close()

    with ThreadPoolExecutor(1) as thread:  # the browser's event loop runs in this one
        thread.submit(lambda: asyncio.run(create())).result()
    return pair


def check_accessibility(page: Page) -> None:
    """Check that axe finds nothing serious on a page, once nothing on it moves."""
    page.evaluate(_AXE)
    page.evaluate("Promise.allSettled(document.getAnimations().map((each) => each.finished))")
    found = page.evaluate(
        "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
    )
    serious = [
        f"{each['id']}: {each['help']}: {[node['html'] for node in each['nodes']][:3]}"
        for each in found["violations"]
        if each["impact"] in _SERIOUS
    ]
    assert not serious, serious
