"""The console's cookies."""

from base64 import urlsafe_b64encode

import pytest

from numberkeep.console.cookies import Flash, Jar


def jar(cookies: str = "", host: str = "localhost:8181", *, is_secure: bool = False) -> Jar:
    """Return the cookies of a request."""
    return Jar.of(cookies.encode("latin-1"), host.encode(), is_secure=is_secure)


def test_a_session_is_kept_from_scripts_and_from_other_sites() -> None:
    """And from other services on this machine: browsers do not separate cookies by port."""
    name, value = jar().set_session("s")
    assert (name, value) == (
        b"set-cookie",
        b"numberkeep_session_8181=s; Path=/console; SameSite=Strict; HttpOnly",
    )
    assert jar("numberkeep_session_8181=s; numberkeep_session_9=t").session == "s"
    assert jar("numberkeep_session_9=t").session == ""


def test_a_session_over_https_is_sent_over_https_alone() -> None:
    """The prefix keeps other hosts of the same site from setting it."""
    secure = jar("__Host-numberkeep_session=s; numberkeep_session_=t", "contacts.example", is_secure=True)
    assert secure.set_session("s")[1] == b"__Host-numberkeep_session=s; Path=/; SameSite=Strict; HttpOnly; Secure"
    assert secure.session == "s"


def test_a_report_reaches_the_next_page() -> None:
    """Whatever characters it has."""
    flash = Flash('37 "contacts"; tagged \u00e9', "/console/undo?x=1")
    cookie = jar().set_flash(flash)[1].decode().partition(";")[0]
    assert jar(cookie).flash == flash


def test_a_long_report_fits_into_a_cookie() -> None:
    """Browsers drop larger ones. An undo comes before the search that it would lead back to."""
    search = "?q=" + "%E5%B1%B1" * 400
    header = jar().set_flash(Flash("1 contact deleted.", f"/console/actions/1/undo{search}"))[1]
    assert len(header) < 4096
    assert jar(header.decode().partition(";")[0]).flash == Flash("1 contact deleted.", "/console/actions/1/undo")
    header = jar().set_flash(Flash("\u5c71" * 3000))[1]
    assert len(header) < 4096
    flash = jar(header.decode().partition(";")[0]).flash
    assert flash is not None
    assert flash.text.startswith("\u5c71" * 500)
    assert flash.text.endswith("\u2026")


@pytest.mark.parametrize(
    "value",
    ["", "x", "%", "e30=", *(urlsafe_b64encode(text).decode() for text in (b"1", b"[]", b'{"text": 1}', b"\xff"))],
)
def test_a_report_that_cannot_be_read_is_none(value: str) -> None:
    """People can set their own cookies."""
    assert jar(f"numberkeep_flash={value}").flash is None


@pytest.mark.parametrize("undo", ["https://evil.example", "//evil.example", "/api/v2/contacts", "javascript:alert(1)"])
def test_a_report_leads_nowhere_else(undo: str) -> None:
    """Its form is sent to the console."""
    cookie = jar().set_flash(Flash("Done.", undo))[1].decode().partition(";")[0]
    assert jar(cookie).flash is None


@pytest.mark.parametrize("cookies", [";;;", "a", "=b", "a=b=c", "\xff=1", '"', "numberkeep_theme"])
def test_unreadable_cookies_are_ignored(cookies: str) -> None:
    """The readable ones beside them count."""
    assert jar(f"{cookies}; numberkeep_theme=dark").values["numberkeep_theme"] == "dark"
