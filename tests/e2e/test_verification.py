"""Verification and consent from the command line, next to a real service."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import httpx2
import pytest

from sendblue_api import APIStatusError, SendblueAPI
from support import leaks
from support.ending import until
from support.process import PATIENCE, Serving, run, serving

CONTACTS = "/api/v2/contacts"
PHONE = "+14155552671"
UNCHANGED = f"{PHONE} is unchanged: no verification was pending\n"
PAIR = {"NUMBERKEEP_API_KEY": "story-key", "NUMBERKEEP_API_SECRET": "story-secret"}
TYPED = ("--database", "sqlite:///numberkeep.db")
Command = Callable[..., str]
"""Run a command that must succeed next to the service, and return its output."""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Serving]:
    """Run a service with a known key pair, whose verifications can be repeated at once."""
    with serving(tmp_path, NUMBERKEEP_RESEND_SECONDS="0", **PAIR) as service:
        yield service


@pytest.fixture
def client(running: Serving) -> Iterator[SendblueAPI]:
    """Return a client of the service."""
    with SendblueAPI(api_key="story-key", api_secret="story-secret", base_url=running.url, max_retries=0) as made:
        yield made


def variables(running: Serving, secret: str = PAIR["NUMBERKEEP_API_SECRET"]) -> dict[str, str]:
    """Return the variables of the export line."""
    return {
        "SENDBLUE_API_BASE_URL": running.url,
        "SENDBLUE_API_API_KEY": "story-key",
        "SENDBLUE_API_API_SECRET": secret,
    }


@pytest.fixture
def command(tmp_path: Path, running: Serving) -> Command:
    """Return a function that runs commands in the environment of the export line."""

    def good(*arguments: str, **settings: str) -> str:
        done = run(*arguments, cwd=tmp_path, **variables(running), **settings)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return good


def failing(cwd: Path, *arguments: str, **settings: str) -> tuple[int, str]:
    """Return the exit code of a failing command, and its only line on stderr."""
    done = run(*arguments, cwd=cwd, **settings)
    assert (done.stdout, done.stderr.count("\n"), "Traceback" in done.stderr) == ("", 1, False), done.stderr
    return done.returncode, done.stderr.rstrip("\n")


@pytest.mark.parametrize("form", [PHONE, "(415) 555-2671", "415.555.2671", "4155552671", "1 415 555 2671"])
def test_a_reply_verifies_the_contact(client: SendblueAPI, command: Command, form: str) -> None:
    """In any form of the number, a reply to a pending verification verifies the contact, once."""
    client.contacts.create(number=PHONE, first_name="Ada")
    assert command("simulate", "reply", form, "hi") == UNCHANGED
    client.contacts.verify(number=PHONE)
    assert command("simulate", "reply", form, "help") == f"{PHONE} is unchanged: the reply asks for help\n"
    assert client.contacts.retrieve(PHONE).contact.verified is False
    assert command("simulate", "reply", form, "hi", "--handle", "one") == f"{PHONE} is now verified\n"
    assert client.contacts.retrieve(PHONE).contact.verified is True
    assert (
        command("simulate", "reply", form, "hi", "--handle", "one")
        == f"{PHONE} is unchanged: this message was already received\n"
    )
    assert command("simulate", "reply", form, "hi") == UNCHANGED


def test_stop_opts_out_and_is_recorded(tmp_path: Path, client: SendblueAPI, command: Command) -> None:
    """After STOP no verification is sent, even to a new contact; START opts in again; the ledger has both."""
    client.contacts.create(number=PHONE)
    assert command("simulate", "reply", PHONE, " stop ") == f"{PHONE} opted out\n"
    client.contacts.delete(PHONE)
    client.contacts.create(number=PHONE)
    with pytest.raises(APIStatusError, match="Recipient has opted out"):
        client.contacts.verify(number=PHONE)
    assert command("simulate", "reply", PHONE, "START") == f"{PHONE} opted in\n"
    client.contacts.verify(number=PHONE)
    shown = command("consent", "show", "(415) 555-2671", *TYPED).splitlines()
    assert [re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME", line) for line in shown] == [
        '1  TIME  opted out by message: " stop "',
        '2  TIME  opted in by message: "START"',
    ]
    entries = json.loads(command("consent", "show", PHONE, *TYPED, "--json"))
    assert [(entry["entry"], entry["number"], entry["opted_out"]) for entry in entries] == [
        (1, PHONE, True),
        (2, PHONE, False),
    ]
    assert command("consent", "show", "+14155550000", *TYPED) == ""
    code, error_line = failing(tmp_path, "consent", "show", "nobody", *TYPED)
    assert (code, "for example +14155552671" in error_line) == (1, True)


def test_a_modified_ledger_is_detected(tmp_path: Path, client: SendblueAPI, command: Command) -> None:
    """Intact: exit code 0. A changed wording or opt-out: 1, with each fault and no number."""
    for n in range(3):
        client.contacts.create(number=f"+1415555000{n}")
        command("simulate", "reply", f"+1415555000{n}", "STOP")
    assert json.loads(command("consent", "verify", *TYPED, "--json")) == {"entries": 3, "faults": []}
    with closing(apsw.Connection(str(tmp_path / "numberkeep.db"))) as file:
        file.execute("UPDATE consent SET wording = 'please go on' WHERE entry_id = 2")
    result = run("consent", "verify", *TYPED, cwd=tmp_path)
    read = "Read from the account default in sqlite:///numberkeep.db.\n"
    assert (result.returncode, result.stderr) == (1, f"{read}3 entries, 1 fault.\n")
    assert "2" in result.stdout
    with closing(apsw.Connection(str(tmp_path / "numberkeep.db"))) as file:
        file.execute("DELETE FROM opt_outs WHERE phone = '+14155550000'")
    result = run("consent", "verify", *TYPED, "--json", cwd=tmp_path)
    assert (result.returncode, len(json.loads(result.stdout)["faults"])) == (1, 2)
    assert "555000" not in result.stdout


def test_an_account_has_its_own_text(tmp_path: Path, client: SendblueAPI, command: Command) -> None:
    """The running service uses it, with the contact's values; '' restores the default text."""
    usual = json.loads(command("accounts", "list", "--json"))[0]["verification_text"]
    assert command("accounts", "list") == f"default  region US  {usual!r}\n"
    text = "Hello {first_name} at {phone}, is it you?"
    changed = json.loads(command("accounts", "set", "default", "--verification-text", text, "--json"))
    assert changed == {
        "name": "default",
        "region": "US",
        "verification_text": text,
        "unclear": "review",
        "opt_out_words": [],
        "opt_out_text": None,
    }
    assert json.loads(command("accounts", "list", "--json")) == [changed]
    client.contacts.create(number=PHONE, first_name="Ada")
    until(lambda: text_used(client) == f"Hello Ada at {PHONE}, is it you?")
    assert command("accounts", "set", "default", "--verification-text", "") == ""
    until(lambda: text_used(client) == usual)
    code, error_line = failing(tmp_path, "accounts", "set", "default", "--verification-text", "Hi {name}")
    assert (code, "has the unknown field {name}" in error_line, "{first_name}" in error_line) == (1, True, True)
    done = run("accounts", "set", "default", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, ""), "nothing to change is a usage error"
    fix = "give at least one option, such as --region (see `numberkeep accounts set --help`)"
    assert done.stderr.endswith(f"Error: nothing to change: {fix}\n")
    code, error_line = failing(tmp_path, "accounts", "set", "nobody", "--verification-text", "Hi")
    assert (code, error_line) == (1, "Error: there is no account nobody: `numberkeep accounts list` lists them")


def test_an_account_has_its_own_region(tmp_path: Path, client: SendblueAPI, command: Command) -> None:
    """Numbers without `+` are read in it by the running service; a region that does not exist is refused."""
    shown = json.loads(command("accounts", "set", "default", "--region", "gb", "--json"))
    assert shown["region"] == "GB"
    until(lambda: created(client, "020 7946 0018") == "+442079460018")
    code, error_line = failing(tmp_path, "accounts", "set", "default", "--region", "UK")
    assert (code, error_line.startswith("Error: `region` must be a region with phone numbers")) == (1, True)


def created(client: SendblueAPI, number: str) -> str | None:
    """Return the number of the contact that is created; None if the number is refused."""
    try:
        return client.contacts.create(number=number, update_if_exists=True).contact.phone
    except APIStatusError:
        return None


def text_used(client: SendblueAPI) -> str:
    """Return the text of a verification."""
    client.contacts.verify(number=PHONE)
    newest: Any = client.get("/_numberkeep/messages", cast_to=object, options={"params": {"limit": 1}})
    text: str = newest[0]["content"]
    return text


def test_a_signing_secret_authenticates_a_carrier(
    tmp_path: Path, running: Serving, client: SendblueAPI, command: Command
) -> None:
    """From a file or standard input, never shown; the running service uses it, and refuses a removed one."""
    client.contacts.create(number=PHONE)
    client.contacts.verify(number=PHONE)
    secrets = ("signing-secret-of-a-file", "signing-secret-of-stdin")
    for secret in secrets:
        leaks.learn_secret(secret)
    (tmp_path / "secret").write_text(f"{secrets[0]}\n")
    assert submit(running, secrets[0]) == 401
    shown = command("accounts", "set", "default", "--signing-secret-file", "secret", "--json")
    until(lambda: submit(running, secrets[0]) == 200)
    assert client.contacts.retrieve(PHONE).contact.verified is True
    piped = ("bash", "-c", f'printf "{secrets[1]}" | exec "$0" "$@"')
    done = run("accounts", "set", "default", "--signing-secret-file", "-", cwd=tmp_path, under=piped)
    assert (done.returncode, done.stdout) == (0, "")
    until(lambda: submit(running, secrets[1]) == 200)
    until(lambda: submit(running, secrets[0]) == 401)
    shown += done.stderr + command("accounts", "list") + command("accounts", "list", "--json")
    assert not any(secret in shown for secret in secrets)
    (tmp_path / "secret").write_bytes(b"s\xe9cret\n")
    done = run("accounts", "set", "default", "--signing-secret-file", "secret", cwd=tmp_path)
    assert (done.returncode, done.stdout, "'secret' is not UTF-8 text" in done.stderr) == (2, "", True), done.stderr
    assert "Traceback" not in done.stderr
    (tmp_path / "secret").write_text("")
    command("accounts", "set", "default", "--signing-secret-file", "secret")
    until(lambda: submit(running, secrets[1]) == 401)


def submit(running: Serving, secret: str) -> int:
    """Return the status that a carrier gets."""
    body = {"number": PHONE, "content": "yes", "is_outbound": False}
    headers = {"sb-signing-secret": secret}
    return httpx2.post(f"{running.url}/_numberkeep/inbound", json=body, headers=headers, timeout=PATIENCE).status_code


def test_refusals_have_exit_codes(tmp_path: Path, running: Serving) -> None:
    """4 for a wrong key, 1 for invalid input, 2 for a wrong target; each with one line."""
    code, error_line = failing(tmp_path, "simulate", "reply", PHONE, "hi", **variables(running, "wrong"))
    assert (code, error_line) == (4, "Error: Invalid Credentials")
    code, error_line = failing(tmp_path, "simulate", "reply", " ", "hi", **variables(running))
    assert (code, error_line) == (1, "Error: Missing fields; from is required")
    code, error_line = failing(tmp_path, "consent", "show", "nobody", **variables(running))
    assert code == 1
    assert error_line.startswith('Error: Invalid phone number; number is not a phone number: "nobody"; write it in')
    for arguments in (["consent", "verify"], ["accounts", "list"], ["webhooks", "list"], ["webhooks", "dead"]):
        code, error_line = failing(tmp_path, *arguments, "--database", "sqlite:///typo.db")
        assert (code, "there is no database typo.db" in error_line) == (2, True)
        if arguments[0] != "accounts":
            code, error_line = failing(tmp_path, *arguments, *TYPED, "--account", "nobody")
            assert (code, "there is no account nobody" in error_line) == (1, True)


def test_every_command_works_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    """--database or NUMBERKEEP_DATABASE names it."""
    settings = {"NUMBERKEEP_DATABASE": postgres_url, "NUMBERKEEP_ALLOWED_NETWORKS": "127.0.0.0/8", **PAIR}
    with serving(tmp_path, "--workers", "2", **settings) as running:
        settings |= variables(running)

        def good(*arguments: str) -> Any:
            done = run(*arguments, cwd=tmp_path, **settings)
            assert done.returncode == 0, done.stderr
            return json.loads(done.stdout) if "--json" in arguments else done.stdout

        with SendblueAPI(api_key="story-key", api_secret="story-secret", base_url=running.url) as client:
            client.contacts.create(number=PHONE)
            client.contacts.verify(number=PHONE)
            assert good("simulate", "reply", PHONE, "yes", "--json")["verified"] is True
            assert good("simulate", "reply", PHONE, "STOP", "--json")["opted_out"] is True
            assert client.contacts.retrieve(PHONE).contact.verified is True
        assert [entry["wording"] for entry in good("consent", "show", PHONE, "--database", postgres_url, "--json")] == [
            "STOP"
        ]
        assert good("consent", "verify", "--database", postgres_url, "--json") == {"entries": 1, "faults": []}
        assert good("accounts", "set", "default", "--verification-text", "Is it you?", "--json")
        assert good("accounts", "list", "--json")[0]["verification_text"] == "Is it you?"
        webhook = good("webhooks", "add", "http://127.0.0.1:1/", "--type", "contact.deleted", "--json")
        for target in ((), ("--database", postgres_url)):
            assert [each["id"] for each in good("webhooks", "list", "--json", *target)] == [webhook["id"]]
        assert good("webhooks", "dead", "--json") == []
        assert good("webhooks", "replay") == ""
        assert good("webhooks", "rm", str(webhook["id"])) == ""
        assert good("listen", "--after", "0", "--count", "1", "--json")["type"] == "contact.created"
        assert failing(tmp_path, "webhooks", "rm", "7", **settings)[0] == 1
