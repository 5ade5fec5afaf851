"""Importing a file in the console: four steps, from the file to the undo."""

import csv
import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from support.browser import Console
from support.databases import ENGINES

LIST = (
    "Vorname;Handy;Schlagwörter;Abgemeldet;Tarif\n"
    "Ada;(415) 555-0101;vip;nein;pro\nGrace;+14155550102;;ja;\nAlan;12;;;free\nEve;+14155550104;vip;;\n"
)

Axe = Callable[[Page], None]


def file_of(text: str = LIST, name: str = "Kunden.csv") -> FilePayload:
    """Return a file to choose."""
    return {"name": name, "mimeType": "text/csv", "buffer": text.encode()}


def counts(page: Page, step: str) -> dict[str, str]:
    """Return the large counts of a step."""
    shown = page.locator(f"#{step} .counts").first
    expect(shown).to_be_visible()
    return dict(zip(shown.locator("dt").all_inner_texts(), shown.locator("dd").all_inner_texts(), strict=True))


def uploaded(console: Console, text: str = LIST) -> Page:
    """Return the page of an import whose file was chosen."""
    page = console.go("imports/new")
    page.locator("[type=file]").set_input_files(file_of(text))
    expect(page.get_by_role("heading", name="Import of Kunden.csv")).to_be_visible()
    return page


@pytest.mark.parametrize("engine", ENGINES)
def test_a_file_is_imported_in_four_steps_and_undone(console: Console, axe: Axe) -> None:
    """Each step stays visible; the preview changes nothing, the undo leaves what was changed since, and opt-outs."""
    console.wire.post("/api/v2/contacts", json={"number": "+14155550104", "first_name": "Eva", "tags": ["old"]})
    page = console.go("imports")
    axe(page)
    page.get_by_role("link", name="Import contacts").click()
    axe(page)
    page.locator("[type=file]").set_input_files(file_of())
    expect(page.get_by_label("Handy", exact=True)).to_have_value("")
    expect(page.get_by_text("Not phone numbers in US: 1 of 4 values.")).to_be_visible()
    axe(page)
    page.get_by_label("Tarif", exact=True).select_option("Leave out")
    page.get_by_role("button", name="Preview").click()
    assert counts(page, "preview") == {"new": "2", "changed": "1", "unchanged": "0", "rejected": "1"}
    changed = page.locator("details", has_text="Changed").locator("li li")
    expect(changed).to_have_text([re.compile(r"First name\s+Eva\s+Eve"), re.compile(r"Tags\s+old\s+old, vip")])
    expect(changed.locator("del").first).to_have_text("Eva")
    expect(page.locator("details", has_text="Rejected")).to_contain_text("Line 4")
    axe(page)
    assert [each["phone"] for each in console.wire.get("/api/v2/contacts").json()] == ["+14155550104"]

    page.get_by_role("button", name="Import 3 contacts").click()
    expect(page.get_by_role("button", name="Undo this import")).to_be_visible()
    assert counts(page, "run") == {"new": "2", "changed": "1", "unchanged": "0", "rejected": "1"}
    expect(page.locator("#preview .counts")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download 1 rejected row").click()
    [row] = csv.DictReader(StringIO(Path(download.value.path()).read_text()))
    assert (row["Vorname"], row["line"], row["field"]) == ("Alan", "4", "Handy")
    contact = console.wire.get("/api/v2/contacts/+14155550101").json()["contact"]
    assert (contact["first_name"], contact["custom_variables"]) == ("Ada", {})

    console.wire.put("/api/v2/contacts/+14155550101", json={"company_name": "Analytical"})
    page.get_by_role("button", name="Undo this import").click()
    expect(page.get_by_text("Delete 2 contacts and restore 1 contact?")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_role("heading", name="Undone")).to_be_visible()
    lines = page.locator("#run li").all_inner_texts()
    assert lines == [
        "1 contact deleted.",
        "1 contact restored.",
        "1 contact left in part or whole, because they were changed since.",
        "1 number that the import opted out stays opted out.",
    ]
    axe(page)
    page.get_by_role("button", name="Opt these numbers in again").click()
    expect(page.get_by_text("1 opt-out lifted.")).to_be_visible()
    row_shown = console.go("imports").get_by_role("row").nth(1)
    expect(row_shown).to_contain_text("Undone")
    expect(row_shown).to_contain_text(f"{console.key.key_id} in the console")
    axe(page)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_new_contacts_are_shown(console: Console) -> None:
    """Those that the import created and no others; the links say which they show."""
    console.wire.post("/api/v2/contacts", json={"number": "+14155550104", "first_name": "Eva"})
    page = uploaded(console)
    page.get_by_text("Options", exact=True).click()
    page.get_by_label("Tags for every contact").fill("spring")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Import 3 contacts").click()
    expect(page.get_by_role("button", name="Undo this import")).to_be_visible()
    address = page.url
    console.wire.post("/api/v2/contacts", json={"number": "+14155550105"})
    page.get_by_role("link", name="See the 2 new contacts").click()
    expect(page.locator("#total")).to_have_text("2")
    expect(page.locator("#list tbody")).to_contain_text("Grace")
    page.get_by_role("searchbox").fill("ada")
    expect(page.locator("#total")).to_have_text("1")
    expect(page.get_by_role("list", name="Conditions").get_by_role("link", name="created")).to_be_visible()
    page.goto(address)
    page.get_by_role("link", name="See all with the tag “spring”").click()
    expect(page.locator("#total")).to_have_text("3")
    page.goto(address)
    page.get_by_role("button", name="Undo this import").click()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_role("heading", name="Undone")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("^See"))).to_have_count(0)


def test_it_works_without_scripts(opened: Callable[..., Console]) -> None:
    """By a button for what scripts do at once, and a link to look again."""
    console = opened(java_script_enabled=False)
    page = console.go("imports/new")
    page.locator("[type=file]").set_input_files(file_of())
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("button", name="Preview").click()
    looked_at_until(page, page.get_by_role("button", name="Import 3 contacts").count)
    page.get_by_role("button", name="Import 3 contacts").click()
    looked_at_until(page, page.get_by_role("button", name="Undo this import").count)
    assert counts(page, "run")["new"] == "3"


def looked_at_until(page: Page, shown: Callable[[], int]) -> None:
    """Follow the link that looks again, until something is shown."""
    for _ in range(300):
        if shown():
            return
        page.wait_for_timeout(100)
        page.reload()
    raise AssertionError("it was not shown")


def test_progress_is_shown_while_it_works(console: Console) -> None:
    """Without a reload, and also to somebody who comes later."""
    rows = "".join(f"+1415555{place:04};{place}\n" for place in range(10_000)) * 3
    page = uploaded(console, f"Phone;Place\n{rows}")
    page.evaluate("window.stays = true")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview #progress")).to_contain_text(re.compile("%|Waiting for its turn"))
    page.get_by_role("button", name="Import 10,000 contacts").click()
    expect(page.locator("#run #progress")).to_be_visible()
    later = console.page.context.new_page()
    later.goto(page.url)
    for each in (page, later):
        expect(each.get_by_role("button", name="Undo this import")).to_be_visible()
    assert page.evaluate("window.stays")


def test_an_import_that_was_left_is_continued_from_the_list(console: Console) -> None:
    """At the step where it was left, with what was chosen."""
    page = uploaded(console)
    page.get_by_text("Options", exact=True).click()
    page.get_by_label("Tags for every contact").fill("spring, new")
    page.get_by_label("Only fill in what is empty").check()
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("button", name="Import 3 contacts")).to_be_visible()

    page = console.go("imports")
    expect(page.get_by_role("row").nth(1)).to_contain_text("Ready to import")
    page.get_by_role("link", name="Kunden.csv").click()
    expect(page.get_by_label("Tags for every contact")).to_have_value("spring, new")
    expect(page.get_by_label("Only fill in what is empty")).to_be_checked()
    page.get_by_role("button", name="Import 3 contacts").click()
    expect(page.get_by_role("button", name="Undo this import")).to_be_visible()
    assert console.wire.get("/api/v2/contacts/+14155550102").json()["contact"]["tags"] == ["spring", "new"]


@pytest.mark.parametrize("engine", ENGINES)
def test_an_import_that_has_run_is_deleted(console: Console, axe: Axe) -> None:
    """After a question that says what is lost; the contacts stay."""
    page = uploaded(console)
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Import 3 contacts").click()
    page.get_by_role("button", name="Delete this import").click()
    expect(page.locator("#confirm-delete")).to_contain_text(
        "Delete the file, 1 rejected row, and the possibility to undo this import? The contacts stay as they are."
    )
    axe(page)
    page.get_by_role("button", name="Keep").click()
    expect(page.locator("#confirm-delete")).to_be_hidden()
    page.get_by_role("button", name="Delete this import").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Import deleted. Contacts stay as they are.")
    expect(page.get_by_text("No file has been imported yet.")).to_be_visible()
    assert len(console.wire.get("/api/v2/contacts").json()) == 3


def test_a_file_that_is_not_one_of_contacts_is_not_kept(console: Console) -> None:
    """The page says why, and what was kept."""
    console.expected = ["400"]
    page = console.go("imports/new")
    page.locator("[type=file]").set_input_files(file_of("PK\x03\x04" + "\0" * 60, "Kunden.xlsx"))
    expect(page.get_by_role("alert")).to_contain_text("Nothing of Kunden.xlsx was kept.")
    assert console.wire.get("/_numberkeep/imports").json() == []


def test_a_file_is_discarded(console: Console) -> None:
    """And reported as such."""
    page = uploaded(console)
    page.get_by_role("button", name="Discard this file").click()
    expect(page.get_by_role("status")).to_contain_text("Import deleted")
    assert console.wire.get("/_numberkeep/imports").json() == []


def test_a_read_only_session_sees_imports_and_starts_none(opened: Callable[..., Console]) -> None:
    """It has no buttons for that."""
    console = opened(read_only=True)
    page = console.go("imports")
    expect(page.get_by_text("No file has been imported yet.")).to_be_visible()
    expect(page.get_by_role("link", name="Import contacts")).to_have_count(0)
    expect(page.get_by_text("numberkeep import")).to_have_count(0)
