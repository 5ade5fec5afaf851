"""Exporting contacts from the console."""

import json
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from support.browser import Console


def test_the_contacts_of_a_query_are_downloaded(console: Console, axe: Callable[[Page], None]) -> None:
    """In each format that the API has; the page says in words which contacts they are."""
    for number, tags in (("+14155550101", ["vip"]), ("+14155550102", [])):
        console.wire.post("/api/v2/contacts", json={"number": number, "tags": tags})
    page = console.go("export?tag=vip&state=reachable&after=3")
    expect(page.get_by_text("1 contact: with the tag “vip”, not opted out.")).to_be_visible()
    axe(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="JSON Lines").click()
    assert download.value.suggested_filename == "contacts.jsonl"
    lines = Path(download.value.path()).read_text().splitlines()
    assert [json.loads(line)["phone"] for line in lines] == ["+14155550101"]
    page.get_by_role("link", name="Export all instead").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV for Google Contacts").click()
    assert len(Path(download.value.path()).read_text().splitlines()) == 3


def test_it_is_reached_from_the_list_with_its_conditions(console: Console) -> None:
    """Also with those that were typed just now."""
    for number, name in (("+14155550101", "Ada"), ("+14155550102", "Grace")):
        console.wire.post("/api/v2/contacts", json={"number": number, "first_name": name})
    page = console.go("contacts")
    page.get_by_label("Search contacts").fill("grace")
    page.get_by_role("button", name="Export", exact=True).click()
    expect(page.get_by_text("1 contact: with “grace”.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="JSON Lines").click()
    [line] = Path(download.value.path()).read_text().splitlines()
    assert json.loads(line)["first_name"] == "Grace"
    page.get_by_role("link", name="Export all instead").click()
    expect(page.get_by_text("All 2 contacts.")).to_be_visible()
    page.go_back()
    page.locator("#main").get_by_role("link", name="Contacts", exact=True).click()
    expect(page.get_by_label("Search contacts")).to_have_value("grace")
