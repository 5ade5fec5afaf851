"""The columns and options of an import in the console."""

from playwright.sync_api import expect

from browser.test_imports import counts, uploaded
from support.browser import Console


def test_columns_that_changed_are_previewed_before_they_are_imported(console: Console) -> None:
    """What is imported is what was shown."""
    page = uploaded(console)
    page.get_by_role("button", name="Preview").click()
    button = page.get_by_role("button", name="Import 3 contacts")
    expect(button).to_be_enabled()
    expect(page.locator("#preview")).to_contain_text("Tarif")
    page.get_by_label("Tarif", exact=True).select_option("Leave out")
    expect(button).to_be_disabled()
    expect(page.get_by_text("preview them again")).to_be_visible()
    page.get_by_role("button", name="Preview again").click()
    expect(page.locator("#preview")).not_to_contain_text("Tarif")
    expect(button).to_be_enabled()


def test_the_label_of_a_variable_is_chosen(console: Console) -> None:
    """As --map COLUMN=custom_variables.LABEL does; other uses have no label."""
    page = uploaded(console)
    label = page.get_by_label("Label of the variable from Tarif")
    expect(page.get_by_label("Label of the variable from Handy")).to_be_hidden()
    expect(label).to_have_attribute("placeholder", "Tarif")
    label.fill("plan = tier")
    page.get_by_label("Tarif", exact=True).select_option("Leave out")
    expect(label).to_be_hidden()
    page.get_by_label("Tarif", exact=True).select_option("Variable")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview")).to_contain_text("plan = tier")
    page.reload()
    expect(label).to_have_value("plan = tier")
    page.get_by_role("button", name="Import 3 contacts").click()
    expect(page.get_by_role("button", name="Undo this import")).to_be_visible()
    contact = console.wire.get("/api/v2/contacts/+14155550101").json()["contact"]
    assert contact["custom_variables"] == {"plan = tier": "pro"}


def test_what_is_refused_is_kept_in_the_form(console: Console) -> None:
    """With what is wrong, above the button."""
    console.expected = ["400"]
    page = uploaded(console)
    page.get_by_text("Options", exact=True).click()
    page.get_by_label("Numbers without a country code").fill("QQ")
    page.get_by_label("Tarif", exact=True).select_option("Leave out")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("alert")).to_contain_text("two letters")
    expect(page.get_by_label("Numbers without a country code")).to_have_value("QQ")
    expect(page.get_by_label("Tarif", exact=True)).to_have_value("ignore")


def test_a_file_without_numbers_says_so(console: Console) -> None:
    """And can be mapped."""
    page = uploaded(console, "Who;Reach\nAda;+14155550101\n")
    expect(page.get_by_role("alert")).to_contain_text("choose “Phone number”")
    page.get_by_label("Reach", exact=True).select_option("Phone number")
    page.get_by_role("button", name="Preview").click()
    assert counts(page, "preview")["new"] == "1"


def test_what_another_window_changed_is_looked_at_first(console: Console) -> None:
    """What is imported is what this window shows; it then shows what the other one has chosen."""
    console.expected = ["400"]
    page = uploaded(console)
    page.get_by_role("button", name="Preview").click()
    button = page.get_by_role("button", name="Import 3 contacts")
    expect(button).to_be_enabled()
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_label("Tarif", exact=True).select_option("Leave out")
    other.get_by_role("button", name="Preview again").click()
    expect(other.locator("#preview")).not_to_contain_text("Tarif")
    button.click()
    expect(page.get_by_role("alert")).to_contain_text("another window")
    expect(page.locator("#preview")).not_to_contain_text("Tarif")
    assert console.wire.get("/api/v2/contacts").json() == []
    button.click()
    expect(page.get_by_role("button", name="Undo this import")).to_be_visible()


def test_an_import_that_another_window_deleted_is_reported(console: Console) -> None:
    """With the way back to the list."""
    console.expected = ["404"]
    page = uploaded(console)
    page.get_by_role("button", name="Preview").click()
    button = page.get_by_role("button", name="Import 3 contacts")
    expect(button).to_be_enabled()
    for each in console.wire.get("/_numberkeep/imports").json():
        console.wire.delete(f"/_numberkeep/imports/{each['id']}").raise_for_status()
    button.click()
    expect(page.locator("#toasts")).to_contain_text("no import")
