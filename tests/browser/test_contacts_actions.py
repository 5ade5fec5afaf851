"""Actions on many contacts: select, tag, export, delete, with progress and undo."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser.test_contacts import fill, number, row, rows
from support.browser import Console
from support.databases import ENGINES


def select(page: Page, *names: str) -> None:
    """Select the contacts with these names."""
    for name in names:
        row(page, name).get_by_role("checkbox").check()


def tagged(console: Console, tag: str) -> list[str]:
    """Return the numbers of the contacts with a tag."""
    found = console.wire.get("/api/v2/contacts", params={"tag": tag, "limit": 1000}).json()
    return sorted(each["phone"] for each in found)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_range_is_tagged_and_the_tag_taken_back(console: Console, axe: Callable[[Page], None]) -> None:
    """With the Shift key; the bar says how many, and Undo brings back what was."""
    fill(console, 6)
    page = console.go("contacts")
    row(page, "Name0004").get_by_role("checkbox").click()
    row(page, "Name0001").get_by_role("checkbox").click(modifiers=["Shift"])
    expect(page.get_by_text("4 selected")).to_be_visible()
    axe(page)
    page.get_by_placeholder("Tag", exact=True).fill("vip")
    page.get_by_role("button", name="Add tag").click()
    expect(page.locator("#toasts")).to_contain_text("4 contacts tagged “vip”.")
    expect(row(page, "Name0001").locator(".tag")).to_have_text(["red", "vip"])
    assert tagged(console, "vip") == [number(n) for n in range(1, 5)]
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator("#toasts")).to_contain_text("Undone: 4 contacts restored.")
    assert tagged(console, "vip") == []


@pytest.mark.parametrize("engine", ENGINES)
def test_all_that_match_are_deleted_and_return(console: Console) -> None:
    """Also those on other pages; what does not match stays. The list of actions has the way back too."""
    fill(console, 130)
    page = console.go("contacts?tag=red")
    page.get_by_label("Select all on this page").check()
    expect(page.get_by_text("50 selected")).to_be_visible()
    page.get_by_label("all 65 that match").check()
    expect(page.get_by_text("65 selected")).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    expect(page.locator("#confirm-delete")).to_contain_text("Delete 65 contacts? You can undo this for 30 days.")
    page.locator("#confirm-delete").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No contact matches.")).to_be_visible()
    assert console.wire.get("/api/v2/contacts/count").json()["count"] == 65
    console.go("actions")
    expect(page.get_by_role("row").nth(1)).to_contain_text("65 contacts deleted.")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#toasts")).to_contain_text("Undone: 65 contacts restored.")
    assert len(tagged(console, "red")) == 65


@pytest.mark.parametrize("engine", ENGINES)
def test_a_long_action_shows_its_progress_and_its_end(console: Console) -> None:
    """It goes on in the service; the page follows it, and offers the way back at its end."""
    fill(console, 2500)
    page = console.go("contacts")
    page.get_by_label("Select all on this page").check()
    page.get_by_label("all 2,500 that match").check()
    page.get_by_placeholder("Tag", exact=True).fill("vip")
    page.get_by_role("button", name="Add tag").click()
    work = page.locator("#work")
    expect(work).to_contain_text("2,500 contacts tagged “vip”.", timeout=30_000)
    expect(row(page, "Name2499").locator(".tag")).to_have_text(["red", "vip"])
    work.get_by_role("button", name="Undo").click()
    expect(work).to_contain_text("Undone: 2,500 contacts restored.", timeout=30_000)
    assert tagged(console, "vip") == []


def test_selected_contacts_are_exported(console: Console) -> None:
    """As a file that the browser keeps."""
    fill(console, 4)
    page = console.go("contacts")
    select(page, "Name0001", "Name0003")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export CSV").click()
    text = Path(download.value.path()).read_text()
    assert download.value.suggested_filename == "contacts.csv"
    assert [number(n) in text for n in range(4)] == [False, True, False, True]


def test_a_tag_is_asked_for_and_the_selection_stays(console: Console) -> None:
    """The browser asks for it; other actions need none."""
    fill(console, 2)
    page = console.go("contacts")
    select(page, "Name0000")
    page.get_by_role("button", name="Add tag").click()
    field = page.get_by_placeholder("Tag", exact=True)
    expect(field).to_be_focused()
    assert field.evaluate("field => field.validity.valueMissing")
    expect(page.get_by_text("1 selected")).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    page.locator("#confirm-delete").get_by_role("button", name="Delete").click()
    expect(rows(page)).to_have_count(1)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_selection_is_kept_on_other_pages_and_by_searches(console: Console) -> None:
    """The bar says how many are selected and how many of them are not shown; the action is about all of them."""
    fill(console, 120)
    page = console.go("contacts")
    select(page, "Name0119", "Name0118", "Name0117")
    page.get_by_role("link", name="Older").click()
    expect(rows(page).first).to_contain_text("Name0069")
    bar = page.locator("#selection")
    expect(bar).to_contain_text("3 selected, 3 not shown here")
    select(page, "Name0069", "Name0068")
    expect(bar).to_contain_text("5 selected, 3 not shown here")
    page.get_by_role("link", name="Name", exact=True).click()
    expect(rows(page).first).to_contain_text("Name0000")
    expect(bar).to_contain_text("5 selected, 5 not shown here")
    page.go_back()
    expect(row(page, "Name0069").get_by_role("checkbox")).to_be_checked()
    page.get_by_role("searchbox").fill("name0117")
    expect(rows(page)).to_have_count(1)
    expect(rows(page).get_by_role("checkbox")).to_be_checked()
    page.get_by_role("searchbox").fill("nobody")
    expect(page.get_by_text("No contact matches.")).to_be_visible()
    expect(bar).to_contain_text("5 selected, 5 not shown here")
    page.get_by_role("link", name="“nobody”").click()
    expect(page.locator("#total")).to_have_text("120")
    row(page, "Name0118").get_by_role("checkbox").uncheck()
    expect(bar).to_contain_text("4 selected, 2 not shown here")
    page.get_by_placeholder("Tag", exact=True).fill("vip")
    page.get_by_role("button", name="Add tag").click()
    expect(page.locator("#toasts")).to_contain_text("4 contacts tagged “vip”.")
    expect(bar).to_be_hidden()
    assert tagged(console, "vip") == [number(n) for n in (68, 69, 117, 119)]
    select(page, "Name0116")
    expect(bar).to_contain_text("1 selected")
    expect(bar).not_to_contain_text("not shown")


@pytest.mark.parametrize("way", ["Clear", "Escape"])
def test_a_selection_is_cleared_on_every_page(console: Console, way: str) -> None:
    """By a button, and by Esc, which closes an open question first."""
    fill(console, 60)
    page = console.go("contacts")
    bar = page.locator("#selection")
    select(page, "Name0059")
    page.get_by_role("link", name="Older").click()
    expect(bar).to_contain_text("1 selected, 1 not shown here")
    page.get_by_role("button", name="Delete").click()
    expect(page.locator("#confirm-delete")).to_contain_text("Delete 1 contact, 1 not shown here?")
    page.keyboard.press("Escape")
    expect(page.locator("#confirm-delete")).to_be_hidden()
    expect(bar).to_contain_text("1 selected")
    if way == "Clear":
        bar.get_by_role("button", name="Clear").click()
    else:
        page.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    page.get_by_role("link", name="Newer").click()
    expect(row(page, "Name0059").get_by_role("checkbox")).not_to_be_checked()


def test_all_that_match_means_the_conditions(console: Console) -> None:
    """On every page of them; other conditions end it, because they match others."""
    fill(console, 130)
    page = console.go("contacts?tag=red")
    bar = page.locator("#selection")
    select(page, "Name0129")
    page.get_by_label("all 65 that match").check()
    page.get_by_role("link", name="Older").click()
    expect(rows(page)).to_have_count(15)
    expect(bar).to_contain_text("65 selected")
    expect(page.get_by_label("all 65 that match")).to_be_checked()
    expect(page.get_by_label("Select all on this page")).to_be_checked()
    page.get_by_role("link", name="tag: red").click()
    expect(page.locator("#total")).to_have_text("130")
    expect(bar).to_be_hidden()


def test_a_selection_one_by_one_has_a_limit(console: Console) -> None:
    """Which is said; nothing beyond it is selected."""
    fill(console, 520)
    page = console.go("contacts")
    bar = page.locator("#selection")
    for count in range(50, 501, 50):
        page.get_by_label("Select all on this page").check()
        expect(bar).to_contain_text(f"{count} selected")
        page.get_by_role("link", name="Older").click()
        expect(bar).to_contain_text(f"{count} not shown here")
    rows(page).first.get_by_role("checkbox").click()
    expect(page.locator("#toasts")).to_contain_text("At most 500 contacts can be selected one by one")
    expect(bar).to_contain_text("500 selected, 500 not shown here")
    page.get_by_placeholder("Tag", exact=True).fill("vip")
    page.get_by_role("button", name="Add tag").click()
    expect(page.locator("#toasts")).to_contain_text("500 contacts tagged")


def test_an_action_that_is_refused_keeps_the_selection(console: Console) -> None:
    """What was entered too."""
    console.expected = ["400"]
    fill(console, 60)
    page = console.go("contacts")
    select(page, "Name0059")
    field = page.get_by_placeholder("Tag", exact=True)
    field.fill(" ")
    page.get_by_role("link", name="Older").click()
    expect(page.locator("#selection")).to_contain_text("1 selected, 1 not shown here")
    expect(field).to_have_value(" ")
    page.get_by_role("button", name="Add tag").click()
    expect(page.locator("#toasts")).to_contain_text("Nothing was done")
    expect(page.locator("#selection")).to_contain_text("1 selected, 1 not shown here")


def test_a_contact_that_is_gone_is_counted(console: Console) -> None:
    """Somebody else has deleted it meanwhile."""
    fill(console, 3)
    page = console.go("contacts")
    select(page, "Name0000", "Name0001")
    console.wire.delete(f"/api/v2/contacts/{number(1)}").raise_for_status()
    page.get_by_placeholder("Tag", exact=True).fill("vip")
    page.get_by_role("button", name="Add tag").click()
    expect(page.locator("#toasts")).to_contain_text("1 contact tagged “vip”. 1 does not exist any more.")


def test_a_double_click_does_it_once(console: Console) -> None:
    """A second action would report that it changed nothing, and have nothing to undo. The network is slow here."""
    fill(console, 2)
    page = console.go("contacts")
    slow = {"offline": False, "latency": 500, "downloadThroughput": -1, "uploadThroughput": -1}
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", slow)
    select(page, "Name0000")
    page.get_by_placeholder("Tag", exact=True).fill("vip")
    page.get_by_role("button", name="Add tag").click(click_count=2, delay=100)
    expect(page.locator("#toasts")).to_contain_text("1 contact tagged “vip”.")
    console.go(f"contacts/{number(1)}")
    page.get_by_role("button", name="Delete contact").click()
    page.locator("#confirm-one").get_by_role("button", name="Delete").click(click_count=2, delay=100)
    expect(page.locator("#toasts")).to_contain_text("1 contact deleted.")
    done = console.wire.get("/_numberkeep/actions").json()
    assert [(each["action"], each["changed"]) for each in done] == [("delete", 1), ("tag", 1)]
