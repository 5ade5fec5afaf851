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
    page = console.go("export?tag=vip&opted_out=false&page_of_the_list=3")
    expect(page.get_by_text("Contacts with the tag “vip”, not opted out.")).to_be_visible()
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


def test_a_condition_that_is_not_valid_is_explained(console: Console) -> None:
    """Instead of a file."""
    console.expected = ["400"]
    page = console.go("export?verified=maybe")
    expect(page.get_by_role("alert")).to_contain_text("verified")
    expect(page.get_by_role("link", name="JSON Lines")).to_have_count(0)
