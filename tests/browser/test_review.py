"""The review list: unclear replies, their deadlines, and the decisions."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from support.browser import Console
from support.databases import ENGINES

PHONE = "+14155550101"


def reply(console: Console, content: str, number: str = PHONE) -> None:
    """Deliver a message of a person."""
    assert console.wire.post("/_numberkeep/inbound", json={"from": number, "content": content}).status_code == 200


@pytest.mark.parametrize("engine", ENGINES)
def test_a_reply_is_decided(console: Console, axe: Callable[[Page], None]) -> None:
    """Opting out is in the ledger; keeping changes nothing; either way it leaves the list."""
    reply(console, "please stop")
    reply(console, "No", "+14155550102")
    page = console.go("review")
    rows = page.locator("#reviews tbody tr")
    expect(rows).to_have_count(2)
    axe(page)
    rows.filter(has_text="please stop").get_by_role("button", name="Opt out").click()
    expect(page.get_by_role("status")).to_contain_text("(415) 555-0101 is opted out.")
    expect(rows).to_have_count(1)
    rows.get_by_role("button", name="Keep").click()
    expect(page.get_by_text("No reply waits for a decision.")).to_be_visible()
    axe(page)
    [entry] = console.wire.get("/_numberkeep/consent", params={"number": PHONE}).json()
    assert (entry["source"], entry["wording"]) == ("review", "please stop")
    assert console.wire.get("/_numberkeep/consent", params={"number": "+14155550102"}).json() == []


def test_what_waits_for_a_person_has_a_badge(console: Console) -> None:
    """On every page, until it is decided."""
    page = console.go("keys")
    expect(page.locator(".badge")).to_have_count(0)
    reply(console, "please stop")
    console.go("keys")
    expect(page.get_by_role("link", name="Review 1")).to_be_visible()


def test_a_new_reply_appears_at_once(console: Console) -> None:
    """With its badge; and one that somebody else decides goes, with the badge."""
    page = console.go("review")
    reply(console, "please stop")
    expect(page.locator("#reviews tbody tr")).to_contain_text("please stop")
    expect(page.get_by_role("link", name="Review 1")).to_be_visible()
    console.wire.post("/_numberkeep/consent/review/1", json={"decision": "keep"})
    expect(page.get_by_text("No reply waits for a decision.")).to_be_visible()
    expect(page.locator(".badge")).to_have_count(0)


def test_what_was_decided_meanwhile_is_said(console: Console) -> None:
    """The decision of another person stands."""
    reply(console, "please stop")
    page = console.go("review")
    page.evaluate("document.querySelector('[data-events]').removeAttribute('data-events')")
    page.evaluate("document.dispatchEvent(new Event('swapped'))")
    console.wire.post("/_numberkeep/consent/review/1", json={"decision": "opt-out"})
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("status")).to_contain_text("decided")
    expect(page.get_by_text("No reply waits for a decision.")).to_be_visible()


def test_hostile_replies_fit_a_phone(console: Console, axe: Callable[[Page], None]) -> None:
    """Long ones and markup."""
    reply(console, "no <img src=x onerror=alert(1)> \u202e" + "w" * 4000)
    console.page.set_viewport_size({"width": 375, "height": 740})
    page = console.go("review")
    expect(page.locator("#reviews img")).to_have_count(0)
    expect(page.get_by_role("button", name="Opt out")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    axe(page)


def test_a_read_only_key_decides_nothing(opened: Callable[..., Console]) -> None:
    """It sees the list."""
    console = opened(read_only=True)
    page = console.go("review")
    expect(page.get_by_text("No reply waits for a decision.")).to_be_visible()


def test_the_list_works_without_scripts(opened: Callable[..., Console]) -> None:
    """By forms and redirects."""
    console = opened(java_script_enabled=False)
    reply(console, "please stop")
    page = console.go("review")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_text("No reply waits for a decision.")).to_be_visible()
