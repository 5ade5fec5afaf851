"""Values that attack a page, or its layout, are shown as they are on every page."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from support.browser import Console
from support.console_pages import reachable
from support.people import HOSTILE, hostile, hostile_file

PHONE = {"width": 375, "height": 812}
EVALUATED = "1337"
"""What a template would make of `{{191*7}}`."""
EACH = len(HOSTILE)
"""Pages of one shape that are visited: each contact has its own."""


@pytest.fixture
def attacked(opened: Callable[..., Console]) -> Console:
    """Return a narrow page of an account with hostile contacts, messages, a review and an import."""
    console = opened(viewport=PHONE)
    contacts = list(hostile())
    made = console.wire.post("/api/v2/contacts/bulk", json={"contacts": contacts})
    assert made.status_code == 200, made.text
    for contact in contacts:
        for text in (contact["first_name"], contact["company_name"], f"not now, stop? {contact['last_name']}"):
            received = console.wire.post("/_numberkeep/inbound", json={"from": contact["phone"], "content": text})
            assert received.status_code == 200, received.text
    name, text = hostile_file()
    console.wire.post("/_numberkeep/imports", params={"name": name}, content=text.encode()).raise_for_status()
    page = console.go("imports/1")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Import").wait_for()
    return console


def test_nothing_runs_and_nothing_overflows(attacked: Console) -> None:
    """No script, no violation of the policy, no evaluated template, no page that scrolls sideways at 375 px."""
    page = attacked.page
    page.on("dialog", lambda dialog: attacked.faults.append(f"dialog: {dialog.message}"))
    problems: list[str] = []
    visited = 0
    for path in reachable(page, attacked.url, most=EACH):
        visited += 1
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > PHONE["width"]:
            problems.append(f"{path} is {width} px wide: {wider_than(page, PHONE['width'])}")
        if EVALUATED in page.locator("body").inner_text():
            problems.append(f"{path} shows an evaluated template")
        problems += [f"{path} has an element {each}" for each in foreign(page)]
    assert problems == []
    assert visited > EACH


def wider_than(page: Page, width: int) -> list[str]:
    """Return what reaches beyond a width."""
    found: list[str] = page.evaluate(
        """width => [...document.querySelectorAll("#main *")]
            .filter(each => each.getBoundingClientRect().right > width && !each.closest(".scroll"))
            .map(each => each.outerHTML.slice(0, 120)).slice(0, 3)""",
        width,
    )
    return found


def foreign(page: Page) -> list[str]:
    """Return elements that only the values can have brought into a page."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("img[src=x], script, #main :is(b, i, svg), #drawer :is(b, i, svg)")]
            .filter(each => !each.matches("script[type=module][src^='/console/static/'], svg.icon, svg.plot"))
            .filter(each => !each.matches("b, i") || /^(bold|label)$/.test(each.textContent))
            .concat([...document.querySelectorAll("[onerror], [onload], [onmouseover], [onclick]")])
            .map(each => each.outerHTML.slice(0, 120))"""
    )
    return found
