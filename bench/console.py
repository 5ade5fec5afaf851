"""How long the console's pages take among a million contacts, and how soon the browser answers its reader."""

import asyncio
import re
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import httpx2
from playwright.sync_api import Page, sync_playwright

from bench.engines import PAIR, Engine, engines
from bench.load import median, server
from bench.requests import NUMBERKEEP
from bench.search import fill
from support.browser import FLAGS, program

_TIMES: Final = 20
"""How often each page is fetched."""

_PAGES: Final = {
    "the newest contacts": "/contacts",
    "by last name": "/contacts?order=last_name",
    "verified": "/contacts?state=verified",
    "with a tag": "/contacts?tag=customer",
    "a search": "/contacts?q=lukasz",
    "a search for two words": "/contacts?q=lukasz+anderson",
    "overview": "/overview",
    "inbox": "/inbox",
}
_OLDER: Final = re.compile(r'rel="next" href="([^"]+)"')
_FAR: Final = 10
"""Pages after the first one is the page far down."""

# Each interaction's time to the next paint, in steps of 8 ms; the browser reports none below 16.
_OBSERVE: Final = """
window.interactions = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (entry.interactionId) window.interactions.push(entry.duration);
}).observe({ type: "event", durationThreshold: 16, buffered: true });
"""


def measure(contacts: int, rounds: int) -> Iterator[str]:
    """Yield the rows of the table: the median and the slowest of each page, at the client, and of the interactions."""
    with engines() as available:
        for engine in available:
            yield from _measure(engine, contacts, rounds)


def _measure(engine: Engine, contacts: int, rounds: int) -> Iterator[str]:
    url = engine.new_database()
    asyncio.run(fill(url, contacts))
    with server([str(NUMBERKEEP), "serve", "--database", url, "--port"]) as service:
        headers = {"origin": service, "sec-fetch-site": "same-origin"}
        with httpx2.Client(base_url=service, headers=headers) as visitor:
            _sign_in(visitor)
            for name, path in _PAGES.items():
                yield _row(engine, name, _times(visitor, f"/console{path}"))
            yield _row(engine, "far down", _times(visitor, _far(visitor)))
        yield _row(engine, "an interaction, to the next paint", _interactions(service, rounds))


def _sign_in(visitor: httpx2.Client) -> None:
    token = re.search(r'name="form-token" content="([^"]+)"', visitor.get("/console/sign-in").text)
    fields = {"form_token": token[1] if token else "", "key_id": PAIR.key_id, "secret": PAIR.secret}
    if visitor.post("/console/sign-in", data=fields).status_code != httpx2.codes.SEE_OTHER:
        raise SystemExit("The bench could not sign in to the console.")


def _far(visitor: httpx2.Client) -> str:
    path = "/console/contacts"
    for _ in range(_FAR):
        found = _OLDER.search(visitor.get(path).text)
        path = found[1].replace("&amp;", "&") if found else path
    return path


def _times(visitor: httpx2.Client, path: str) -> Sequence[float]:
    times = []
    for _ in range(_TIMES):
        begin = time.perf_counter()
        visitor.get(path).raise_for_status()
        times.append(time.perf_counter() - begin)
    return times


def _interactions(service: str, rounds: int) -> Sequence[float]:
    """Return the seconds from each interaction to the next paint: typing, sorting, selecting, opening, closing."""
    with sync_playwright() as playwright:
        page = playwright.chromium.launch(executable_path=program(), args=FLAGS).new_page()
        page.add_init_script(_OBSERVE)
        page.goto(f"{service}/console/sign-in")
        page.get_by_label("Key id").fill(PAIR.key_id)
        page.get_by_label("Secret").fill(PAIR.secret)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/console/contacts")
        for _ in range(rounds):
            for act in _ACTS:
                act(page)
                page.wait_for_load_state("networkidle")
                page.wait_for_timeout(100)
        milliseconds: list[float] = page.evaluate("window.interactions")
    return [each / 1000 for each in milliseconds]


def _search(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("lukasz", delay=80)


def _clear(page: Page) -> None:
    page.get_by_role("link", name="Clear all").click()


def _sort(page: Page) -> None:
    page.get_by_role("link", name="Name", exact=True).click()


def _select(page: Page) -> None:
    page.get_by_label("Select all on this page").click()
    page.keyboard.press("Escape")


def _open(page: Page) -> None:
    page.locator("[data-row]").first.click()


def _close(page: Page) -> None:
    page.keyboard.press("Escape")


def _move(page: Page) -> None:
    for key in ("ArrowDown", "ArrowDown", "j", "k", "x", "Escape"):
        page.keyboard.press(key)


_ACTS: Final[Sequence[Callable[[Page], None]]] = (_search, _clear, _sort, _select, _open, _close, _move)


def _row(engine: Engine, name: str, times: Sequence[float]) -> str:
    if not times:
        return f"| {engine.name}: {name} | under 16 ms | under 16 ms |"
    return f"| {engine.name}: {name} | {median(times) * 1e3:.0f} ms | {max(times) * 1e3:.0f} ms |"
