"""Nothing moves that the reader did not move, neither when a page loads nor when a part of it is replaced."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from numberkeep.console.values import short_time
from support.browser import Console
from support.people import hostile, people

SECTIONS = ("contacts", "inbox", "review", "imports", "imports/new", "overview", "webhooks", "keys")
_OBSERVE = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    window.shifts.push([entry.value, ...entry.sources.map((source) => source.node?.outerHTML?.slice(0, 99))]);
  }
}).observe({ type: "layout-shift", buffered: true });
"""
_FRAME = """
[...document.querySelectorAll(".rail, .bar h1, #search")].map((each) => JSON.stringify(each.getBoundingClientRect()))
"""
_TIMES = """
() => {
  const offsets = [-20, -65, -155, -3700, -9500, -90000, -200000, -590000, -9e8, 85, 9500, 90000, 200000];
  document.body.append(...offsets.map((seconds) => {
    const time = Object.assign(document.createElement("time"), { className: "tried" });
    time.dateTime = new Date(Date.now() + 1000 * seconds).toISOString();
    time.dataset.relative = "";
    return time;
  }));
  document.dispatchEvent(new CustomEvent("swapped"));
  return [...document.querySelectorAll(".tried")].map((each) => [each.dateTime, each.textContent]);
}
"""
_MOVED = 0.001
"""Less is a fraction of a pixel of the screen."""


def moved(page: Page) -> list[Any]:
    """Return what moved since the page was loaded, when it is at rest."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)  # for what would come late: there is no event for nothing
    shifts: list[list[Any]] = page.evaluate("window.shifts")
    return [each for each in shifts if each[0] > _MOVED]


def add(console: Console, contacts: Iterable[dict[str, Any]]) -> None:
    """Add contacts, with the fields that a bulk request may have."""
    rows = [{name: each[name] for name in each.keys() - {"verified", "opt_out"}} for each in contacts]
    console.wire.post("/api/v2/contacts/bulk", json={"contacts": rows}).raise_for_status()


@pytest.fixture
def filled(opened: Callable[..., Console], width: int) -> Console:
    """Return the page of an account with contacts, some of which have many tags and long names."""
    console = opened(viewport={"width": width, "height": 800})
    rows = [
        {name: value for name, value in each.items() if name not in {"verified", "opt_out"}} for each in people(200)
    ]
    console.wire.post("/api/v2/contacts/bulk", json={"contacts": rows}).raise_for_status()
    console.page.add_init_script(_OBSERVE)
    return console


@pytest.mark.parametrize("width", [1280, 375])
def test_no_page_moves_while_it_loads(filled: Console) -> None:
    """Its styles come before its content, and scripts add nothing above what is shown."""
    for section in SECTIONS:
        assert moved(filled.go(section)) == [], section


@pytest.mark.parametrize("width", [1280])
def test_the_page_scrolls_sideways_at_no_width(filled: Console) -> None:
    """Not with long names and tags either; where there is no room for a column, it is hidden."""
    add(filled, hostile())
    page = filled.page
    for section in SECTIONS:
        filled.go(section)
        for width in range(320, 1500, 20):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, (section, width)


@pytest.mark.parametrize("width", [1280, 375])
def test_a_list_that_is_replaced_moves_nothing_else(filled: Console) -> None:
    """Typing a search, sorting and paging keep the place of all that stays."""
    page = filled.go("contacts")
    before = page.evaluate(_FRAME)
    page.get_by_label("Search contacts").press_sequentially("a", delay=30)
    expect(page.get_by_role("link", name="Clear all")).to_be_visible()
    assert page.evaluate(_FRAME) == before
    page.get_by_role("link", name="Clear all").click()
    expect(page.get_by_role("link", name="Clear all")).to_be_hidden()
    page.get_by_role("link", name="Older").click()
    expect(page.get_by_role("link", name="Newer")).to_be_visible()
    page.evaluate("scrollTo(0, 0)")
    assert page.evaluate(_FRAME) == before


def test_the_browser_and_the_service_show_the_same_times(console: Console) -> None:
    """Otherwise each time would change its width when the scripts start."""
    times = console.page.evaluate(_TIMES)
    assert [shown for _, shown in times] == [short_time(moment) for moment, _ in times]
