"""`numberkeep serve --test`: what it refuses, and the accounts of its control API."""

from collections.abc import Mapping
from pathlib import Path

import httpx2
import pytest

from support.process import PATIENCE, Serving, run, serving
from support.test_mode import CONTROL, new_account

CONTACTS = "/api/v2/contacts"


def test_it_needs_no_file_and_announces_itself(test_mode: Serving) -> None:
    """The database is in memory, the account `default` works, and the log warns who can control the service."""
    with test_mode.wire() as default:
        assert default.get(CONTACTS).json() == []
    assert not list(Path(f"/proc/{test_mode.process.pid}/cwd").iterdir())
    assert test_mode.process.stderr
    while (line := test_mode.process.stderr.readline()) and not line.startswith("Test mode"):
        pass
    assert "/_numberkeep/test/" in line


def test_accounts_do_not_see_each_other(test_mode: Serving) -> None:
    """Each test can have an account of its own, with a random name."""
    with new_account(test_mode.url) as one, new_account(test_mode.url) as two:
        one.post(CONTACTS, json={"number": "+14155552671"})
        assert one.get(f"{CONTACTS}/count").json() == {"count": 1}
        assert two.get(f"{CONTACTS}/count").json() == {"count": 0}


def test_an_account_has_the_name_and_region_of_the_request(test_mode: Serving) -> None:
    """A number without + is read in the account's region; a second account of the name is refused."""
    with new_account(test_mode.url, name="shop-gb", region="gb") as wire:
        wire.post(CONTACTS, json={"number": "020 7183 8750"})
        assert wire.get(CONTACTS).json()[0]["phone"] == "+442071838750"
        again = wire.post(f"{CONTROL}/accounts", json={"name": "shop-gb"})
    assert again.status_code == 409
    assert "choose another" in again.json()["message"]


@pytest.mark.parametrize(
    ("given", "field"), [({"nane": "x"}, "nane"), ({"region": "XX"}, "region"), ({"name": " "}, "name")]
)
def test_a_field_that_is_not_valid_is_named(bare: httpx2.Client, given: Mapping[str, str], field: str) -> None:
    """Errors have the one shape."""
    refused = bare.post(f"{CONTROL}/accounts", json=given)
    assert refused.status_code == 400
    assert [error["field"] for error in refused.json()["errors"]] == [field]


def test_a_page_in_a_browser_is_refused(bare: httpx2.Client) -> None:
    """Browsers send Origin with every request that changes something on another site."""
    refused = bare.post(f"{CONTROL}/accounts", headers={"origin": "http://127.0.0.1:3000"})
    assert refused.status_code == 403
    assert "Origin" in refused.json()["message"]


def test_other_methods_are_refused(bare: httpx2.Client) -> None:
    """As on every path."""
    assert bare.get(f"{CONTROL}/accounts").status_code == 405


def test_without_test_mode_there_is_no_control_api(tmp_path: Path) -> None:
    """Its paths are unknown, as any others."""
    with serving(tmp_path, "--database", "sqlite://:memory:") as plain:
        assert httpx2.post(f"{plain.url}{CONTROL}/accounts", timeout=PATIENCE).status_code == 404


@pytest.mark.parametrize(
    ("arguments", "settings", "fix"),
    [
        (("--workers", "2"), {}, "--workers"),
        ((), {"NUMBERKEEP_WORKERS": "2"}, "NUMBERKEEP_WORKERS"),
        (
            (),
            {"NUMBERKEEP_SENDER": "webhook", "NUMBERKEEP_SENDER_URL": "https://example.com"},
            "unset NUMBERKEEP_SENDER",
        ),
    ],
)
def test_what_tests_must_not_use_is_refused(
    tmp_path: Path, arguments: tuple[str, ...], settings: Mapping[str, str], fix: str
) -> None:
    """More than one process, and a sender that reaches phones."""
    done = run("serve", "--test", *arguments, cwd=tmp_path, **settings)
    assert done.returncode == 2
    assert fix in done.stderr


def test_a_database_with_other_accounts_is_refused(tmp_path: Path) -> None:
    """Tests delete accounts, so a mistyped --test does no harm."""
    assert run("keys", "create", cwd=tmp_path).returncode == 0
    done = run("serve", "--test", "--database", "sqlite:///numberkeep.db", cwd=tmp_path)
    assert done.returncode == 1
    assert "accounts that --test did not create" in done.stderr
