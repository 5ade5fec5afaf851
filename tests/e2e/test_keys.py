"""`numberkeep keys` as a process, next to a service or alone."""

import json
from pathlib import Path

import httpx2
import pytest

from support.process import PATIENCE, run, serving

CONTACTS = "/api/v2/contacts"


def test_listing_keys_creates_no_database(tmp_path: Path) -> None:
    """A mistyped path is an error and leaves no file; only `keys create` creates a database."""
    for command in (["list"], ["revoke", "nk_x"]):
        done = run("keys", *command, "--database", "sqlite:///typo.db", cwd=tmp_path)
        assert (done.returncode, "there is no database typo.db" in done.stderr) == (2, True)
    assert list(tmp_path.iterdir()) == []
    assert run("keys", "create", cwd=tmp_path).returncode == 0


def test_keys_are_created_listed_and_revoked_while_it_serves(tmp_path: Path) -> None:
    """A key created next to the running service works at once; a revoked one is refused."""
    with serving(tmp_path) as running:
        made = json.loads(run("keys", "create", "--account", "acme", "--json", cwd=tmp_path).stdout)
        headers = {"sb-api-key-id": made["key_id"], "sb-api-secret-key": made["secret"]}
        assert httpx2.get(f"{running.url}{CONTACTS}", headers=headers, timeout=PATIENCE).json() == []
        listed = json.loads(run("keys", "list", "--json", cwd=tmp_path).stdout)
        assert [key["account"] for key in listed] == ["default", "acme"]
        assert made["secret"] not in json.dumps(listed)
        assert run("keys", "revoke", made["key_id"], cwd=tmp_path).returncode == 0
        answers = []
        while httpx2.get(f"{running.url}{CONTACTS}", headers=headers, timeout=PATIENCE).status_code != 401:
            answers.append(1)
            assert len(answers) < 10_000
    assert run("keys", "revoke", "nk_nobody", cwd=tmp_path).returncode == 1


def test_a_read_only_key_is_listed_as_one_with_its_last_use(tmp_path: Path) -> None:
    """It reads, and a change is refused. The time of its use is stored at once; a key without use has none."""
    with serving(tmp_path) as running:
        made = json.loads(run("keys", "create", "--name", " report ", "--read-only", "--json", cwd=tmp_path).stdout)
        assert (made["read_only"], made["last_used_at"], made["name"]) == (True, None, "report")
        headers = {"sb-api-key-id": made["key_id"], "sb-api-secret-key": made["secret"]}
        assert httpx2.get(f"{running.url}{CONTACTS}", headers=headers).status_code == 200
        refused = httpx2.post(f"{running.url}{CONTACTS}", json={"number": "+14155550123"}, headers=headers)
        assert (refused.status_code, "read-only" in refused.json()["message"]) == (403, True)
        assert running.stop() == 0
    first, reader = json.loads(run("keys", "list", "--json", cwd=tmp_path).stdout)
    assert (first["read_only"], first["last_used_at"]) == (False, None)
    assert (reader["read_only"], reader["last_used_at"] >= reader["created_at"]) == (True, True)
    shown = run("keys", "list", cwd=tmp_path).stdout.splitlines()
    assert "never used" in shown[0]
    assert shown[1].endswith("active  read-only  report")


def test_secrets_are_not_in_the_database(tmp_path: Path) -> None:
    """The database stores only the hash of a secret."""
    with serving(tmp_path) as running:
        secret = running.read_export()["SENDBLUE_API_API_SECRET"]
        assert running.stop() == 0
    assert secret.encode() not in (tmp_path / "numberkeep.db").read_bytes()


@pytest.mark.parametrize("name", ["", " ", "a\nb", "\x1b[31m"])
def test_an_account_name_is_printable(tmp_path: Path, name: str) -> None:
    """`keys list` is read on a terminal, line by line."""
    done = run("keys", "create", "--account", name, cwd=tmp_path)
    assert (done.returncode, "printable" in done.stderr) == (2, True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a\nb", "\x1b[31m", "x" * 101])
def test_the_name_of_a_key_is_short_and_printable(tmp_path: Path, name: str) -> None:
    """For the same reason."""
    done = run("keys", "create", "--name", name, cwd=tmp_path)
    assert (done.returncode, "at most 100 printable characters" in done.stderr) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_keys_need_a_database_on_disk(tmp_path: Path) -> None:
    """Keys in memory would be lost with the command."""
    done = run("keys", "list", "--database", "sqlite://:memory:", cwd=tmp_path)
    assert (done.returncode, "name a file" in done.stderr) == (2, True)
