"""One contact beside the list: its own address, fields, errors, consent, verification, history, add and delete."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Page, expect

from browser.test_contacts import fill, number, row, rows
from support.browser import Console
from support.databases import ENGINES


@pytest.mark.parametrize("engine", ENGINES)
def test_fields_are_edited_in_place(console: Console, axe: Callable[[Page], None]) -> None:
    """The row behind changes too, the history says who changed what, and what was not changed stays."""
    fill(console, 3)
    page = console.go("contacts?tag=red")
    row(page, "Name0001").get_by_role("link").first.click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_label("First name").fill("Ada")
    drawer.get_by_label("Label of a new variable").fill("plan")
    drawer.get_by_label("Value of the new variable").fill("gold")
    console.wire.put(f"/api/v2/contacts/{number(1)}", json={"last_name": "Lovelace"})
    drawer.get_by_role("button", name="Save").click()
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    expect(drawer.get_by_role("heading", name="Ada Lovelace")).to_be_visible()
    expect(drawer.get_by_label("plan")).to_have_value("gold")
    expect(row(page, "Ada Lovelace")).to_be_visible()
    history = drawer.get_by_role("region", name="History").get_by_role("listitem")
    expect(history.first).to_contain_text(f"console, key {console.key.key_id}")
    expect(history.first).to_contain_text("Name0001 Ada")
    expect(history.last).to_contain_text(f"API key {console.key.key_id}")
    axe(page)
    page.reload()
    expect(page.get_by_role("heading", name="Ada Lovelace")).to_be_visible()
    expect(rows(page)).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page).to_have_url(f"{console.url}/console/contacts?tag=red")


@pytest.mark.parametrize("engine", ENGINES)
def test_what_was_not_changed_stays_to_the_last_character(console: Console) -> None:
    """Lines, spaces and long values too. A variable with lines is edited as such; an empty value removes one."""
    note, long = "line one\nline two\n", "x" * 4000
    before = {"company_name": "A\nB ", "custom_variables": {"note": note, "long": long, "plan": "pro", "end": "a \r\n"}}
    console.wire.post("/api/v2/contacts", json={"number": number(0), **before}).raise_for_status()
    page = console.go(f"contacts/{number(0)}")
    drawer = page.get_by_role("dialog")
    drawer.get_by_label("First name").fill("Ada")
    drawer.get_by_role("button", name="Save").click()
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    contact = console.wire.get(f"/api/v2/contacts/{number(0)}").json()["contact"]
    assert {name: contact[name] for name in before} == before
    assert contact["first_name"] == "Ada"
    drawer.get_by_label("note").fill("line one\nline 2")
    drawer.get_by_label("plan").fill("")
    expect(drawer.get_by_text("An empty value removes the variable.")).to_be_visible()
    drawer.get_by_role("button", name="Save").click()
    expect(drawer.get_by_label("plan")).to_have_count(0)
    contact = console.wire.get(f"/api/v2/contacts/{number(0)}").json()["contact"]
    assert contact["custom_variables"] == {"note": "line one\nline 2", "long": long, "end": "a \r\n"}


def test_an_error_stands_at_its_field_and_keeps_what_was_entered(console: Console) -> None:
    """Nothing is changed."""
    fill(console, 1)
    console.expected = ["400"]
    page = console.go(f"contacts/{number(0)}")
    drawer = page.get_by_role("dialog")
    drawer.get_by_label("First name").fill("Ada")
    drawer.get_by_label("Your line").fill("not a number")
    drawer.get_by_role("button", name="Save").click()
    expect(drawer.get_by_label("Your line")).to_have_attribute("aria-invalid", "true")
    expect(drawer.get_by_label("Your line")).to_have_value("not a number")
    expect(drawer.get_by_label("First name")).to_have_value("Ada")
    assert console.wire.get(f"/api/v2/contacts/{number(0)}").json()["contact"]["first_name"] == "Name0000"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_contact_is_added(console: Console) -> None:
    """A number that is taken or is none is refused at its field; the new contact is shown beside the list."""
    fill(console, 1)
    console.expected = ["400"]
    page = console.go("contacts")
    page.get_by_role("link", name="Add contact").click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_label("Number").fill("12")
    drawer.get_by_label("First name").fill("Grace")
    drawer.get_by_role("button", name="Add contact").click()
    expect(drawer.get_by_label("Number")).to_have_attribute("aria-invalid", "true")
    expect(drawer.get_by_text("write it with + and the country code, for example")).to_be_visible()
    drawer.get_by_label("Number").fill("(415) 555-0000")
    drawer.get_by_role("button", name="Add contact").click()
    expect(drawer.get_by_text("A contact has this number already.")).to_be_visible()
    drawer.get_by_role("link", name="Show this contact").click()
    expect(drawer.get_by_role("heading", name="Name0000")).to_be_visible()
    page.go_back()
    expect(drawer.get_by_role("heading", name="Add a contact")).to_be_visible()
    drawer.get_by_label("Number").fill("(415) 555-9999")
    drawer.get_by_label("First name").fill("Grace")
    drawer.get_by_label("Tags").fill("vip, berlin")
    drawer.get_by_role("button", name="Add contact").click()
    expect(drawer.get_by_role("heading", name="Grace")).to_be_visible()
    expect(row(page, "Grace").locator(".tag")).to_have_text(["vip", "berlin"])
    assert page.url.endswith("/contacts/+14155559999")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_contact_is_deleted_and_returns(console: Console) -> None:
    """With its tags and its history; the question names the way back."""
    fill(console, 2)
    page = console.go(f"contacts/{number(1)}")
    page.get_by_role("button", name="Delete contact").click()
    expect(page.get_by_text("You can undo this for 30 days.").last).to_be_visible()
    page.locator("#confirm-one").get_by_role("button", name="Delete").click()
    expect(rows(page)).to_have_count(1)
    expect(page.locator("#toasts")).to_contain_text("1 contact deleted.")
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator("#toasts")).to_contain_text("Undone: 1 contact restored.")
    expect(row(page, "Name0001").locator(".tag")).to_have_text(["red"])


def test_verification_and_consent_are_seen_and_changed(console: Console) -> None:
    """A message is sent and sent again; an opt-out is asked for twice and is in the ledger."""
    fill(console, 1)
    page = console.go(f"contacts/{number(0)}")
    page.get_by_role("button", name="Send a verification message").click()
    expect(page.get_by_role("region", name="Verification")).to_contain_text("waits for a reply")
    expect(page.get_by_role("region", name="Messages").get_by_role("listitem")).to_have_count(1)
    page.get_by_role("button", name="Send it again").click()
    expect(page.locator("#toasts")).to_contain_text("No message was sent")
    page.get_by_role("button", name="Record an opt-out").click()
    page.get_by_role("button", name="Record the opt-out").click()
    expect(page.get_by_role("region", name="Consent").get_by_role("listitem")).to_have_count(1)
    expect(row(page, "Name0000")).to_contain_text("opted out")
    expect(page.get_by_role("button", name="Send it again")).to_have_count(0)


def test_without_scripts_everything_is_a_page(opened: Callable[..., Console]) -> None:
    """The drawer is part of the page, and forms lead to pages."""
    console = opened(java_script_enabled=False)
    fill(console, 60)
    page = console.go("contacts")
    page.get_by_role("link", name="Older").click()
    expect(rows(page)).to_have_count(10)
    row(page, "Name0003").get_by_role("link").first.click()
    page.get_by_label("First name").fill("Ada")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Ada")).to_be_visible()
    page.get_by_role("link", name="Close").click()
    expect(row(page, "Ada")).to_be_visible()
    row(page, "Ada").get_by_role("checkbox").check()
    page.get_by_placeholder("Tag").fill("vip")
    page.get_by_role("button", name="Add tag").click()
    expect(row(page, "Ada").locator(".tag")).to_have_text(["red", "vip"])


def test_numbers_are_masked_on_demand(console: Console) -> None:
    """In the list and beside it."""
    fill(console, 1)
    page = console.go("contacts")
    page.get_by_role("button", name=console.account).click()
    page.get_by_role("button", name="Mask numbers").click()
    expect(rows(page)).to_contain_text("0000")
    page = console.go(f"contacts/{number(0)}")
    for place in ("#list", "#drawer"):
        expect(page.locator(place).locator(".num").first).to_have_text("(•••) •••-0000")


def test_the_drawer_opens_after_the_way_back(console: Console) -> None:
    """The page was replaced then; Esc closes the drawer, and Back and Forward open and close it."""
    fill(console, 3)
    page = console.go("contacts")
    page.get_by_role("link", name="Name", exact=True).click()
    expect(rows(page).first).to_contain_text("Name0000")
    page.go_back()
    expect(rows(page).first).to_contain_text("Name0002")
    row(page, "Name0001").get_by_role("link").first.click()
    heading = page.get_by_role("heading", name="Name0001")
    expect(heading).to_be_visible()
    page.go_back()
    expect(heading).to_be_hidden()
    page.go_forward()
    expect(heading).to_be_visible()
    page.keyboard.press("Escape")
    expect(heading).to_be_hidden()


def test_the_list_behind_the_drawer_can_be_sorted(console: Console) -> None:
    """Closing the drawer leaves the list and its address as they are."""
    fill(console, 3)
    page = console.go("contacts")
    row(page, "Name0002").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Name0002")).to_be_visible()
    page.get_by_role("link", name="Name", exact=True).click()
    expect(rows(page).first).to_contain_text("Name0000")
    address = page.url
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Name0002")).to_be_hidden()
    assert page.url == address
    assert "order=first_name" in address


def test_a_contact_that_another_window_deleted_is_reported(console: Console) -> None:
    """Nothing else happens to what was entered."""
    console.expected = ["404"]
    fill(console, 2)
    page = console.go("contacts")
    row(page, "Name0001").get_by_role("link").first.click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_label("First name").fill("Ada")
    console.wire.delete(f"/api/v2/contacts/{number(1)}").raise_for_status()
    drawer.get_by_role("button", name="Save").click()
    expect(page.locator("#toasts")).to_contain_text("There is no contact with this number.")
    expect(drawer.get_by_label("First name")).to_have_value("Ada")
    page.once("dialog", lambda dialog: dialog.accept())
    page.keyboard.press("Escape")
    page.reload()
    row(page, "Name0000").get_by_role("link", name="Edit the tags").click()
    console.wire.delete(f"/api/v2/contacts/{number(0)}").raise_for_status()
    page.get_by_role("textbox", name="Add a tag").fill("vip")
    page.get_by_role("textbox", name="Add a tag").press("Enter")
    expect(page.locator("#toasts")).to_contain_text("This contact does not exist any more.")
    expect(page.get_by_text("There are no contacts yet.")).to_be_visible()


def test_what_was_entered_is_not_lost(console: Console) -> None:
    """A tag that is added meanwhile leaves it; closing the drawer or opening another contact asks first."""
    asked: list[str] = []
    answers = iter([False, False, True])

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.message)
        if next(answers):
            dialog.accept()
        else:
            dialog.dismiss()

    fill(console, 2)
    page = console.go("contacts")
    page.on("dialog", answer)
    row(page, "Name0001").get_by_role("link").first.click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_label("First name").fill("Ada")
    drawer.get_by_placeholder("Add a tag").fill("vip")
    drawer.get_by_role("button", name="Add", exact=True).click()
    expect(drawer.get_by_role("button", name="Remove vip")).to_be_visible()
    expect(drawer.get_by_placeholder("Add a tag")).to_have_value("")
    expect(drawer.get_by_label("First name")).to_have_value("Ada")
    page.keyboard.press("Escape")
    row(page, "Name0000").get_by_role("link").first.click()
    expect(drawer.get_by_label("First name")).to_have_value("Ada")
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    assert asked == ["Discard what you entered?"] * 3
    row(page, "Name0001").get_by_role("link").first.click()
    drawer.get_by_label("First name").fill("Ada")
    drawer.get_by_role("button", name="Save").click()
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
