"""The list of contacts: pages, order, conditions, columns, tags in rows, keys, and values that try to break it."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from support.browser import Console
from support.databases import ENGINES

LONGEST = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft mbH & Co. KGaA"
HOSTILE: list[dict[str, Any]] = [
    {
        "phone": "+4930123456",
        "first_name": "<img src=x onerror=alert(1)>",
        "last_name": "{{7*7}}",
        "tags": ["<b>x</b>"],
    },
    {"phone": "+4930123457", "first_name": "شركة", "last_name": "עברית", "company_name": "\u202egnp.exe"},
    {
        "phone": "+4930123458",
        "first_name": "x" * 200,
        "company_name": LONGEST,
        "tags": ["t" * 100, *map(str, range(40))],
        "custom_variables": {"note": "word " * 800, "l" * 100: "<img src=x onerror=alert(2)>"},
    },
    {"phone": "+4930123459", "company_name": "C" * 200},
]


def number(n: int) -> str:
    """Return the n-th number."""
    return f"+1415555{n:04}"


def fill(console: Console, count: int) -> None:
    """Create contacts: every second one is red."""
    rows = [
        {"phone": number(n), "first_name": f"Name{n:04}", "tags": ["red"] * (n % 2), "company_name": "Acme"}
        for n in range(count)
    ]
    answer = console.wire.post("/api/v2/contacts/bulk", json={"contacts": rows})
    assert answer.status_code == 200, answer.text


def rows(page: Page) -> Locator:
    """Return the rows of the list."""
    return page.locator("#list tbody tr")


def row(page: Page, text: str) -> Locator:
    """Return the row with a text."""
    return rows(page).filter(has_text=text)


def test_pages_lead_to_older_and_newer_contacts(console: Console) -> None:
    """Newest first; the way back shows the same rows, and the first page is full."""
    fill(console, 120)
    page = console.go("contacts")
    expect(page.locator("#total")).to_have_text("120")
    expect(rows(page)).to_have_count(50)
    expect(rows(page).first).to_contain_text("Name0119")
    page.get_by_role("link", name="Older").click()
    expect(rows(page).first).to_contain_text("Name0069")
    page.get_by_role("link", name="Older").click()
    expect(rows(page)).to_have_count(20)
    expect(page.get_by_role("link", name="Older")).to_be_disabled()
    page.get_by_role("link", name="Newer").click()
    expect(rows(page).first).to_contain_text("Name0069")
    page.get_by_role("link", name="Newer").click()
    expect(rows(page).first).to_contain_text("Name0119")
    page.go_back()
    expect(rows(page).first).to_contain_text("Name0069")


def test_a_header_sorts_and_sorts_the_other_way_round(console: Console) -> None:
    """The address has the order, which a search keeps."""
    fill(console, 3)
    page = console.go("contacts")
    page.get_by_role("link", name="Name", exact=True).click()
    expect(rows(page).first).to_contain_text("Name0000")
    page.get_by_role("link", name="Name", exact=True).click()
    expect(rows(page).first).to_contain_text("Name0002")
    assert "order=first_name" in page.url
    expect(page.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "descending")


def test_conditions_are_in_the_address(console: Console) -> None:
    """They are chosen in the menu, shown above the list, and removed there."""
    fill(console, 6)
    console.wire.post("/api/v2/contacts/opt-out", json={"number": number(1)})
    page = console.go("contacts")
    page.get_by_role("button", name="Filter").click()
    page.get_by_role("combobox", name="State").select_option("Opted out")
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("opted out")
    page.get_by_role("combobox", name="State").select_option("Not opted out")
    page.locator("#conditions").get_by_label("Tag").fill("red")
    expect(rows(page)).to_have_count(2)
    assert "state=reachable" in page.url
    assert "tag=red" in page.url
    expect(page.locator("#total")).to_have_text("2")
    page.reload()
    expect(rows(page)).to_have_count(2)
    page.get_by_role("link", name="tag: red").click()
    expect(rows(page)).to_have_count(5)
    console.go("contacts?since=2999-01-01")
    expect(page.get_by_text("No contact matches.")).to_be_visible()
    page.get_by_role("link", name="Show all contacts").click()
    expect(rows(page)).to_have_count(6)


@pytest.mark.parametrize("engine", ENGINES)
def test_search_finds_while_one_types(console: Console) -> None:
    """The focus stays in the field, the address has the words, and other conditions hold."""
    fill(console, 60)
    body = {"number": number(9001), "first_name": "Łukasz", "last_name": "Nowak", "tags": ["red"]}
    assert console.wire.post("/api/v2/contacts", json=body).status_code == 200
    page = console.go("contacts?order=first_name")
    page.keyboard.press("/")
    page.keyboard.type("lukasz now")
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("Łukasz Nowak")
    expect(page.get_by_role("searchbox")).to_be_focused()
    assert "q=lukasz+now" in page.url
    assert "order=first_name" in page.url
    page.get_by_role("searchbox").fill("name00")
    page.keyboard.press("Enter")
    expect(page.locator("#total")).to_have_text("60")
    expect(page).to_have_url(f"{console.url}/console/contacts?q=name00&order=first_name&direction=asc")
    page.get_by_role("searchbox").fill("9001")
    expect(rows(page)).to_have_count(1)
    page.get_by_role("searchbox").fill("nobody")
    expect(page.get_by_text("No contact matches.")).to_be_visible()
    page.get_by_role("searchbox").fill("")
    expect(page.locator("#total")).to_have_text("61")


def test_contacts_with_unclear_replies_are_marked(console: Console) -> None:
    """And can be listed by themselves."""
    fill(console, 2)
    message = {"from": number(0), "content": "Please leave me alone now"}
    assert console.wire.post("/_numberkeep/inbound", json=message).json()["meaning"] == "unclear"
    page = console.go("contacts?state=unclear")
    expect(rows(page)).to_have_count(1)
    expect(row(page, "Name0000").get_by_role("link", name="unclear")).to_be_visible()


def test_an_address_that_is_not_valid_shows_all(console: Console) -> None:
    """And says so."""
    fill(console, 2)
    page = console.go("contacts?after=nonsense")
    expect(page.get_by_role("alert")).to_contain_text("not valid")
    expect(rows(page)).to_have_count(2)


def test_columns_are_chosen_and_remembered(console: Console) -> None:
    """In this browser."""
    fill(console, 1)
    page = console.go("contacts")
    page.get_by_role("button", name="View").click()
    page.get_by_label("Company").uncheck()
    page.get_by_label("Assigned to").check()
    rows(page).get_by_role("checkbox").check(force=True)
    page.get_by_role("button", name="View").click()
    page.get_by_role("button", name="Show these").click()
    expect(page.get_by_role("columnheader", name="Assigned to")).to_be_visible()
    expect(page.get_by_text("1 selected")).to_be_visible()
    console.go("contacts")
    expect(page.get_by_role("columnheader", name="Company")).to_have_count(0)


@pytest.mark.parametrize("engine", ENGINES)
def test_tags_are_edited_in_the_row(console: Console) -> None:
    """One after the other; the focus stays in the field."""
    fill(console, 2)
    page = console.go("contacts")
    row(page, "Name0001").get_by_role("link", name="Edit the tags").click()
    field = page.get_by_role("textbox", name="Add a tag")
    expect(field).to_be_focused()
    field.fill("vip")
    field.press("Enter")
    expect(row(page, "Name0001").get_by_role("button", name="Remove vip")).to_be_visible()
    expect(page.get_by_role("textbox", name="Add a tag")).to_be_focused()
    page.get_by_role("button", name="Remove red").click()
    expect(page.get_by_role("button", name="Remove red")).to_have_count(0)
    field.press("Escape")
    expect(row(page, "Name0001").locator(".tag")).to_have_text(["vip"])
    expect(row(page, "Name0001").get_by_role("link", name="Edit the tags")).to_be_focused()
    assert console.wire.get(f"/api/v2/contacts/{number(1)}").json()["contact"]["tags"] == ["vip"]


def test_keys_move_open_and_select(console: Console) -> None:
    """J and k as the arrows do; Enter opens, Esc closes and returns the focus; x selects."""
    fill(console, 3)
    page = console.go("contacts")
    page.keyboard.press("j")
    expect(row(page, "Name0002").get_by_role("link").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(row(page, "Name0001").get_by_role("link").first).to_be_focused()
    page.keyboard.press("x")
    expect(page.get_by_text("1 selected")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("1 selected")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Name0001")).to_be_focused()
    assert page.url.endswith(number(1))
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Name0001")).to_have_count(0)
    expect(row(page, "Name0001").get_by_role("link").first).to_be_focused()
    assert page.url.endswith("/console/contacts")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 375])
def test_hostile_values_stay_text_and_break_nothing(
    opened: Callable[..., Console], axe: Callable[[Page], None], width: int, scheme: str
) -> None:
    """Neither in the list nor beside it: the page is not wider than the window."""
    console = opened(viewport={"width": width, "height": 800}, color_scheme=scheme)
    answer = console.wire.post("/api/v2/contacts/bulk", json={"contacts": HOSTILE})
    assert answer.status_code == 200, answer.text
    page = console.go("contacts")
    expect(rows(page)).to_have_count(len(HOSTILE))
    expect(row(page, "{{7*7}}")).to_contain_text("<img src=x onerror=alert(1)>")
    editing = f"contacts?edit=%2B{HOSTILE[2]['phone'][1:]}"
    for path in ("contacts", editing, *(f"contacts/{each['phone']}" for each in HOSTILE[1:3])):
        console.go(path)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.evaluate("document.getElementById('drawer').scrollWidth <= innerWidth")


def test_a_phone_shows_a_contact_without_scrolling_sideways(opened: Callable[..., Console]) -> None:
    """Number, name, state and the first two tags, with how many there are besides; the list can be sorted."""
    console = opened(viewport={"width": 375, "height": 812})
    body = {"number": "+447700900022", "first_name": "Jamal", "last_name": "Achterberg", "tags": ["a" * 40, "b", "c"]}
    assert console.wire.post("/api/v2/contacts", json=body).status_code == 200
    console.wire.post("/api/v2/contacts/opt-out", json={"number": "+447700900022"})
    page = console.go("contacts")
    for text in ("+44 7700 900022", "Jamal Achterberg", "opted out", "aaaa", "b", "+1"):
        expect(rows(page).get_by_text(text, exact=len(text) < 4).first).to_be_in_viewport(ratio=1)
    expect(rows(page).get_by_text("c", exact=True)).to_be_hidden()
    assert page.evaluate("document.querySelector('.contacts').scrollWidth <= innerWidth - 32")
    page.get_by_role("link", name="Created").click()
    expect(page).to_have_url(f"{console.url}/console/contacts?direction=asc")


def test_without_contacts_it_says_what_to_do(console: Console, axe: Callable[[Page], None]) -> None:
    """Import a file, in the browser or at the command line."""
    page = console.go("contacts")
    expect(page.get_by_text("There are no contacts yet.")).to_be_visible()
    expect(page.get_by_role("link", name="Import a file")).to_be_visible()
    expect(page.get_by_text("numberkeep import contacts.csv")).to_be_visible()
    axe(page)


def test_a_read_only_key_sees_all_and_changes_nothing(
    opened: Callable[..., Console], axe: Callable[[Page], None], console: Console
) -> None:
    """No boxes, no forms that change something."""
    fill(console, 1)
    reading = opened(read_only=True)
    page = reading.go("contacts")
    expect(page.get_by_text("This key is read-only")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Select all on this page")).to_have_count(0)
    axe(page)
