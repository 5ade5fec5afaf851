"""The frame that all pages have: sections, themes, keys, and what scripts replace."""

from collections.abc import Callable

import httpx2
import pytest
from playwright.sync_api import Page, expect

from support.browser import Console, Watched

SECTIONS = ("Contacts", "Inbox", "Review", "Imports", "Overview", "Webhooks", "Keys")
Opened = Callable[..., Console]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 375])
def test_every_section_of_an_empty_account_is_accessible(
    opened: Opened, axe: Callable[[Page], None], scheme: str, width: int
) -> None:
    """Each has its heading, fits the screen, and axe finds nothing serious in it."""
    console = opened(color_scheme=scheme, viewport={"width": width, "height": 800})
    for section in SECTIONS:
        page = console.go(section.lower())
        expect(page.get_by_role("heading", level=1)).to_have_text(section)
        expect(page.get_by_role("navigation").get_by_role("link", name=section)).to_have_attribute(
            "aria-current", "page"
        )
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), section
        axe(page)


def test_every_section_works_without_scripts(opened: Opened) -> None:
    """With its links, and forms that answer with whole pages."""
    console = opened(java_script_enabled=False)
    page = console.page
    for section in SECTIONS:
        page.get_by_role("navigation").get_by_role("link", name=section).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(section)
    expect(page.locator(".scripted >> visible=true")).to_have_count(0)
    page.get_by_role("button", name=console.account).click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_theme_is_chosen_and_kept(console: Console) -> None:
    """It overrides that of the system until it is that of the system again."""
    page = console.page
    background = "getComputedStyle(document.documentElement).backgroundColor"
    light = page.evaluate(background)
    page.get_by_role("button", name=console.account).click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate(background) != light
    console.go("keys")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name=console.account).click()
    page.get_by_role("button", name="System").click()
    expect(page.locator("html")).not_to_have_attribute("data-theme", "dark")


def test_keys_open_the_search_and_the_list_of_keys(console: Console) -> None:
    """Esc closes what is open; while somebody types they are letters."""
    page = console.go("keys")
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Keyboard shortcuts")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("?/")
    expect(page.get_by_role("searchbox")).to_have_value("?/")


def test_the_drawer_has_its_own_address_and_gives_the_focus_back(console: Console, axe: Callable[[Page], None]) -> None:
    """Back closes it, and its address shows the same as a page."""
    page = console.go("keys")
    link = page.get_by_role("link", name="New key")
    link.focus()
    page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog", name="Details")
    expect(drawer.get_by_role("heading", name="New key")).to_be_focused()
    expect(page).to_have_url(f"{console.url}/console/keys/new")
    axe(page)
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(link).to_be_focused()
    expect(page).to_have_url(f"{console.url}/console/keys")
    link.click()
    expect(drawer).to_be_visible()
    page.go_back()
    expect(drawer).to_be_hidden()
    page.go_forward()
    expect(drawer.get_by_role("heading", name="New key")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="New key", level=2)).to_be_visible()


def test_the_header_of_a_long_list_stays(console: Console) -> None:
    """Below that of the page, while the rows move."""
    rows = [{"phone": f"+1415555{n:04}"} for n in range(60)]
    console.wire.post("/api/v2/contacts/bulk", json={"contacts": rows}).raise_for_status()
    page = console.go("contacts")
    expect(page.get_by_role("columnheader", name="Number")).to_be_in_viewport()
    page.mouse.move(600, 400)
    page.mouse.wheel(0, 800)
    expect(page.get_by_text("555-0059")).not_to_be_in_viewport()
    expect(page.get_by_role("columnheader", name="Number")).to_be_in_viewport()


def test_focus_selection_and_scroll_stay_after_a_swap(console: Console) -> None:
    """Of elements with an id, and of the second of two that are alike."""
    page = console.go("keys")
    page.evaluate(
        """async () => {
            const make = (text) => `<div id="keys"><div id="scrolled" class="high"><input id="one" value="${text}">`
              + '<input name="two"><input name="two"><p>' + "x<br>".repeat(200) + "</p></div></div>";
            document.getElementById("keys").outerHTML = make("first");
            const style = new CSSStyleSheet();
            style.replaceSync(".high { height: 100px; overflow: auto }");
            document.adoptedStyleSheets.push(style);
            document.getElementById("scrolled").scrollTop = 50;
            window.make = make;
        }"""
    )
    swap = "import(document.querySelector('link[href$=\"/swap.js\"]').href).then((it) => it.put(make('second')))"
    page.locator("#one").evaluate(
        "(it) => { it.focus({ preventScroll: true }); it.value = 'typed'; it.setSelectionRange(1, 3) }"
    )
    page.evaluate(swap)
    assert page.evaluate("[document.activeElement.id, one.value, one.selectionStart, one.selectionEnd]") == [
        "one",
        "typed",
        1,
        3,
    ]
    assert page.evaluate("document.getElementById('scrolled').scrollTop") == 50
    page.locator("[name=two]").nth(1).focus()
    page.evaluate(swap)
    expect(page.locator("[name=two]").nth(1)).to_be_focused()


def test_a_lost_session_leads_to_the_form_and_back(console: Console) -> None:
    """In the middle of what a script does too."""
    console.expected = ["401"]
    page = console.go("keys")
    page.context.clear_cookies()
    page.get_by_role("link", name="New key").click()
    expect(page).to_have_url(f"{console.url}/console/sign-in?next=%2Fconsole%2Fkeys")


def test_times_are_relative_and_in_the_zone_of_the_reader(opened: Opened) -> None:
    """The server knows the zone from the second page on."""
    console = opened(timezone_id="Asia/Tokyo")
    page = console.go("keys")
    time = page.get_by_role("cell").locator("time").first
    expect(time).to_have_text("now")
    assert "GMT+9" in (time.get_attribute("title") or "")
    whole = httpx2.Cookies({each["name"]: each["value"] for each in page.context.cookies() if each["name"]})
    with httpx2.Client(cookies=whole) as client:
        assert "JST" in client.get(f"{console.url}/console/keys").text


def test_the_first_load_is_small(opened: Opened) -> None:
    """Scripts and styles are 25 KB at most, and the first page with all of them 100 KB."""
    sizes: dict[str, int] = {}
    console = opened()
    page = console.page
    page.context.clear_cookies(name="numberkeep_zone")
    page.on("requestfinished", lambda request: sizes.update({request.url: request.sizes()["responseBodySize"]}))
    client = page.context.new_cdp_session(page)
    client.send("Network.clearBrowserCache")
    console.go("contacts")
    page.wait_for_load_state("networkidle")
    code = {url: size for url, size in sizes.items() if url.endswith((".js", ".css"))}
    assert len(code) > 5
    assert sum(code.values()) <= 25 * 1024, code
    assert sum(sizes.values()) <= 100 * 1024, sizes


def test_a_page_that_is_not_there_says_so(console: Console, axe: Callable[[Page], None]) -> None:
    """With the way back."""
    console.expected = ["404"]
    page = console.go("nowhere")
    expect(page.get_by_role("heading", name="Not found")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="Go to the console").click()
    expect(page.get_by_role("heading", name="Contacts")).to_be_visible()


def test_the_form_for_signing_in_is_accessible(visitor: Watched, axe: Callable[[Page], None]) -> None:
    """In the dark too."""
    page = visitor.go("sign-in")
    axe(page)
    page.emulate_media(color_scheme="dark")
    axe(page)
    expect(page.get_by_label("Key id")).to_be_focused()
