"""The Keys page."""

import re
from collections.abc import Callable

import httpx2
import pytest
from playwright.sync_api import Page, expect

from support import leaks
from support.api import CONTACTS
from support.browser import Console, new_account
from support.databases import ENGINES

Opened = Callable[..., Console]


def status_of(console: Console, key_id: str, secret: str) -> int:
    """Return the status of a change by a key."""
    headers = {"sb-api-key-id": key_id, "sb-api-secret-key": secret}
    return httpx2.post(f"{console.url}{CONTACTS}", json={"number": "+14155550123"}, headers=headers).status_code


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "without"])
def test_a_key_is_created_used_and_revoked(opened: Opened, axe: Callable[[Page], None], *, scripts: bool) -> None:
    """Its secret is shown once; the list has when it was used; a revoked key is refused."""
    console = opened(java_script_enabled=scripts)
    page = console.go("keys")
    page.get_by_role("link", name="New key").click()
    page.get_by_label("Name").fill(" Monthly report ")
    page.get_by_role("radio", name="Read only").check()
    page.get_by_role("button", name="Create key").click()
    expect(page.get_by_role("heading", name="Copy the secret now")).to_be_visible()
    if scripts:
        axe(page)
    shown = page.get_by_text("export SENDBLUE_API_BASE_URL").inner_text()
    match = re.fullmatch(rf"export SENDBLUE_API_BASE_URL={console.url} \w+KEY=(\S+) \w+SECRET=(\S+)", shown)
    assert match
    key_id, secret = match.groups()
    leaks.learn({"NUMBERKEEP_API_SECRET": secret})
    assert status_of(console, key_id, secret) == 403
    page.get_by_role("link", name="Done").click()
    row = page.get_by_role("row", name=key_id)
    expect(row).to_contain_text("Monthly report")
    expect(row).to_contain_text("read")
    expect(page.get_by_text(secret)).to_have_count(0)
    row.get_by_role("link", name="Revoke").click()
    expect(page.get_by_role("heading", name="Revoke Monthly report?")).to_be_visible()
    expect(page.get_by_text("programs that use it are refused")).to_be_visible()
    if scripts:
        axe(page)
    page.get_by_role("button", name="Revoke it").click()
    expect(page.get_by_role("status")).to_contain_text("Monthly report was revoked")
    expect(page.get_by_role("row", name=key_id)).to_contain_text("revoked")


def test_a_name_that_is_too_long_is_refused_in_words(console: Console) -> None:
    """By the service too; what was chosen stays."""
    console.expected = ["400"]
    page = console.go("keys/new")
    page.get_by_label("Name").evaluate("(it) => it.removeAttribute('maxlength')")
    page.get_by_label("Name").fill("x" * 101)
    page.get_by_role("radio", name="Read only").check()
    page.get_by_role("button", name="Create key").click()
    expect(page.get_by_text("The name must be at most 100 printable characters.")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("x" * 101)
    expect(page.get_by_role("radio", name="Read only")).to_be_checked()


@pytest.mark.parametrize("width", [1280, 375])
def test_a_hostile_name_is_only_text(console: Console, width: int) -> None:
    """However long it is."""
    page = console.page
    page.set_viewport_size({"width": width, "height": 740})
    console.go("keys/new")
    page.get_by_label("Name").fill("<img src=x>{{7*7}}" + "w" * 82)
    page.get_by_role("button", name="Create key").click()
    console.go("keys")
    row = page.locator("#keys tr", has_text="<img src=x>{{7*7}}")
    expect(row.get_by_role("link", name="Revoke")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_secret_is_copied(opened: Opened) -> None:
    """With a word that it was."""
    console = opened(permissions=["clipboard-read", "clipboard-write"])
    page = console.go("keys/new")
    page.get_by_role("button", name="Create key").click()
    secret = page.locator("code", has_text=re.compile("^[0-9a-f]{64}$")).inner_text()
    leaks.learn({"NUMBERKEEP_API_SECRET": secret})
    page.get_by_role("button", name="Copy").nth(1).click()
    expect(page.get_by_role("status")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == secret


def test_revoking_the_own_key_signs_out(opened: Opened) -> None:
    """After a warning."""
    console = opened()
    page = console.go(f"keys/{console.key.key_id}")
    expect(page.get_by_text("and that is you")).to_be_visible()
    page.get_by_role("button", name="Revoke it and sign me out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    console.go("contacts")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_session_ends_when_its_key_is_revoked(opened: Opened, database: str) -> None:
    """Also if another session revokes the key."""
    console, other = opened(), opened()
    key = new_account(database, console.account)
    other.key = key
    other.page.context.clear_cookies()
    other.sign_in()
    console.go(f"keys/{key.key_id}")
    console.page.get_by_role("button", name="Revoke it").click()
    expect(console.page.get_by_role("status")).to_contain_text("was revoked")
    other.page.wait_for_timeout(1100)
    other.go("keys")
    expect(other.page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_read_only_session_has_nothing_to_change(opened: Opened, axe: Callable[[Page], None]) -> None:
    """No page shows it a form but those of its own choices and of searches."""
    console = opened(read_only=True)
    for section in ("contacts", "inbox", "review", "imports", "overview", "webhooks", "keys"):
        page = console.go(section)
        expect(page.get_by_text("This key is read-only")).to_be_visible()
        expect(page.locator("main form[method=post]:not([action*='/columns'])")).to_have_count(0)
        expect(page.locator("main .primary")).to_have_count(0)
        axe(page)


def test_a_wide_list_without_links_scrolls_by_keyboard(
    opened: Opened, database: str, axe: Callable[[Page], None]
) -> None:
    """A read-only session has no links in it."""
    console = opened(read_only=True, viewport={"width": 640, "height": 740})
    new_account(database, console.account, name="w" * 100)
    page = console.go("keys")
    region = page.get_by_role("region", name="Keys")
    assert region.evaluate("(it) => it.scrollWidth > it.clientWidth")
    axe(page)
    region.focus()
    page.evaluate("window.scrolled = new Promise((done) => keys.addEventListener('scroll', done, {once: true})); null")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("window.scrolled.then(() => keys.scrollLeft > 0)")
    region.evaluate("(it) => it.removeAttribute('tabindex')")
    with pytest.raises(AssertionError, match="scrollable-region-focusable"):
        axe(page)
