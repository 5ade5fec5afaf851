"""Signing in and out."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from support.browser import Console, Watched
from support.databases import ENGINES


@pytest.mark.parametrize("engine", ENGINES)
def test_a_key_pair_signs_in_and_out(console: Console, axe: Callable[[Page], None]) -> None:
    """The session lasts over pages, and after signing out no page is shown."""
    page = console.page
    expect(page.get_by_role("heading", name="Contacts")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="Keys").click()
    expect(page.get_by_role("heading", name="Keys")).to_be_visible()
    page.get_by_role("button", name=console.account).click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    console.go("keys")
    expect(page).to_have_url(f"{console.url}/console/sign-in?next=%2Fconsole%2Fkeys")
    console.sign_in_here()
    expect(page).to_have_url(f"{console.url}/console/keys")


def test_a_wrong_secret_is_refused_and_the_key_id_kept(visitor: Watched, axe: Callable[[Page], None]) -> None:
    """The message says what may be wrong; the secret is not sent back."""
    page = visitor.go("sign-in")
    visitor.expected = ["401"]
    page.get_by_label("Key id").fill("nk_nobody")
    page.get_by_label("Secret").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("no such key")
    expect(page.get_by_label("Key id")).to_have_value("nk_nobody")
    expect(page.get_by_label("Secret")).to_have_value("")
    axe(page)


def test_too_many_wrong_secrets_have_to_wait(visitor: Watched) -> None:
    """The eleventh attempt with a key id is not even looked at."""
    visitor.expected = ["401", "429"]
    page = visitor.go("sign-in")
    for _ in range(11):
        page.get_by_label("Key id").fill("nk_guessed")
        page.get_by_label("Secret").fill("wrong")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("Too many sign-ins have failed")
