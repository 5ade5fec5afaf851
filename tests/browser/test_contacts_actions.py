"""Actions on many contacts: select, tag, export, delete, with progress and undo."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser.test_contacts import fill, number, row
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


def test_nothing_is_done_without_a_tag(console: Console) -> None:
    """It says so, and the contacts stay as they are."""
    fill(console, 1)
    page = console.go("contacts")
    select(page, "Name0000")
    page.get_by_role("button", name="Add tag").click()
    expect(page.locator("#toasts")).to_contain_text("Nothing was done")
