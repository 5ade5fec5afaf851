"""The overview: numbers, plots that can be read by everybody, and their period."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from support.browser import Console
from support.databases import ENGINES

PHONE = "+14155550101"


@pytest.mark.parametrize("engine", ENGINES)
def test_the_numbers_are_those_of_the_account(console: Console, axe: Callable[[Page], None]) -> None:
    """As figures, as plots with values on hover, and as tables for screen readers."""
    for n in range(3):
        console.wire.post("/api/v2/contacts", json={"number": f"+1415555010{n}"})
    console.wire.post("/api/v2/contacts/verify", json={"number": PHONE})
    console.wire.post("/_numberkeep/inbound", json={"from": PHONE, "content": "yes"})
    console.wire.post("/_numberkeep/inbound", json={"from": "+14155550100", "content": "STOP"})
    console.wire.post("/_numberkeep/inbound", json={"from": "+14155550102", "content": "No"})
    page = console.go("overview")
    figures = page.locator(".figures")
    expect(figures).to_contain_text("Contacts3")
    expect(figures).to_contain_text("Unclear replies1")
    verification = page.get_by_role("table", name="Verification")
    expect(verification.get_by_role("row", name="Asked")).to_contain_text("1")
    expect(verification.get_by_role("row", name="Verified")).to_contain_text("1")
    rows = page.get_by_role("table", name="Contacts").get_by_role("row")
    expect(rows).to_have_count(31)
    expect(rows.last).to_contain_text("3")
    expect(page.get_by_role("table", name="Opt-outs").get_by_role("row").last).to_contain_text("1")
    expect(page.locator(".broad title").last).to_contain_text("Received: 3")
    axe(page)


def test_another_period_has_its_own_address(console: Console) -> None:
    """Any other number of days shows the usual one."""
    page = console.go("overview")
    page.get_by_role("link", name="7 days").click()
    expect(page.get_by_role("table", name="Contacts").get_by_role("row")).to_have_count(8)
    expect(page).to_have_url(f"{console.url}/console/overview?days=7")
    expect(page.get_by_role("link", name="7 days")).to_have_attribute("aria-current", "true")
    console.go("overview?days=999999999999")
    expect(page.get_by_role("table", name="Contacts").get_by_role("row")).to_have_count(31)


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_an_empty_account_fits_a_phone(
    opened: Callable[..., Console], axe: Callable[[Page], None], color_scheme: str
) -> None:
    """Its plots have axes; labels keep their size."""
    console = opened(color_scheme=color_scheme, viewport={"width": 375, "height": 740})
    page = console.go("overview")
    expect(page.locator("svg.plot:visible")).to_have_count(4)
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    label = page.locator("svg.plot:visible text").first.bounding_box()
    assert label is not None
    assert label["height"] > 10
    for word in ("Asked", "Verified", "Expired", "Canceled"):
        expect(page.locator("svg.plot:visible text", has_text=word)).to_be_visible()
    expect(page.get_by_role("link", name="Import a list")).to_be_visible()
    axe(page)


@pytest.mark.parametrize("width", [1280, 375])
def test_the_page_ends_with_its_last_line(console: Console, width: int) -> None:
    """The tables for screen readers take no room."""
    console.page.set_viewport_size({"width": width, "height": 600})
    page = console.go("overview?days=366")
    room = page.evaluate(
        "document.documentElement.scrollHeight - scrollY"
        " - document.querySelector('main > :last-child').getBoundingClientRect().bottom"
    )
    assert room <= 100


@pytest.mark.parametrize(
    ("zone", "said"),
    [("Asia/Kolkata", "each begins at 05:30 in your time zone"), ("UTC", "Days are those of UTC. The last one")],
)
def test_when_days_begin_is_said(opened: Callable[..., Console], zone: str, said: str) -> None:
    """They are counted in UTC, whatever the zone of the reader."""
    page = opened(timezone_id=zone).go("overview")
    expect(page.get_by_text("Days are those of UTC")).to_contain_text(said)
