"""`numberkeep record` and `numberkeep drift` as processes, in front of a real service."""

import json
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from sendblue_api import NotFoundError, SendblueAPI
from support.process import PATIENCE, Serving, run, serving
from support.recorder_process import recorder
from support.recording import edited, exchanges_of

ADA = "+14158675309"
FILE = "recording.jsonl"


@pytest.fixture
def upstream(tmp_path: Path) -> Iterator[Serving]:
    """Run the service that is recorded."""
    with serving(tmp_path, "--database", "sqlite://:memory:") as running:
        running.read_export()
        yield running


def client_of(url: str, running: Serving) -> SendblueAPI:
    """Return our client with the service's key, at another URL."""
    exported = running.exported
    return SendblueAPI(
        api_key=exported["SENDBLUE_API_API_KEY"], api_secret=exported["SENDBLUE_API_API_SECRET"], base_url=url
    )


def session(url: str, running: Serving) -> None:
    """Do a few things through the recorder."""
    with client_of(url, running) as client:
        client.contacts.create(number=ADA, first_name="Ada")
        client.contacts.update(ADA, tags=["vip"])
        client.contacts.bulk.create(contacts=[{"phone": f"+1415867{last:04d}"} for last in range(2000)])
        assert client.contacts.count().count == 2001
        with pytest.raises(NotFoundError):
            client.contacts.retrieve("+14158679999")
    key = {"sb-api-key-id": "key", "sb-api-secret-key": "secret"}
    with httpx2.Client(base_url=url, headers=key, timeout=PATIENCE) as wire:
        assert wire.head("/api/v2/contacts").status_code == 401
        parts = iter([b'{"number": ', b'"+14158675309"}'])
        assert wire.post("/api/v2/contacts", content=parts).status_code == 401  # in chunks


def test_a_session_is_recorded_and_has_no_drift(tmp_path: Path, upstream: Serving) -> None:
    """Ctrl-C ends the recorder with 0 and the number of exchanges; the file has nothing that was said."""
    with recorder(tmp_path, upstream.url) as recording:
        session(recording.url, upstream)
        code, said = recording.interrupt()
    assert f"export SENDBLUE_API_BASE_URL={recording.url}\n" in recording.said
    assert "Warning" not in recording.said
    assert (code, said) == (0, f"Recorded 7 exchanges in {FILE}.\n")
    text = (tmp_path / FILE).read_text()
    for value in ("Ada", "vip", "867", *(upstream.exported[name] for name in upstream.exported)):
        assert not re.search(rf"\b{re.escape(value)}\b", text), value
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    done = run("drift", FILE, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "7 of 7 exchanges repeated: no difference."


def test_the_report_has_each_difference(tmp_path: Path, upstream: Serving) -> None:
    """For people and for programs; the exit code is 1."""
    with recorder(tmp_path, upstream.url, "other.jsonl") as recording:
        session(recording.url, upstream)
        recording.interrupt()
    edited(tmp_path / "other.jsonl", 3, lambda exchange: exchange["answer"]["body"]["contact"].update(tags=[]))
    made = exchanges_of(tmp_path / "other.jsonl")[1]
    [tag] = made["request"]["body"]["tags"]
    line = f"PUT {made['request']['target']}"
    done = run("drift", "other.jsonl", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout.startswith(f'line 3: {line}\n  body.contact.tags[0]: only numberkeep has it: "{tag}"\n')
    assert done.stdout.endswith("7 of 7 exchanges repeated: 1 difference.\n")
    done = run("drift", "--json", "other.jsonl", cwd=tmp_path)
    report = json.loads(done.stdout)
    assert (done.returncode, report["exchanges"], report["repeated"]) == (1, 7, 7)
    assert report["differences"] == [
        {
            "line": 3,
            "request": line,
            "what": "extra",
            "where": "body.contact.tags[0]",
            "recorded": None,
            "numberkeep": tag,
        }
    ]
    assert {each["row"] for each in report["documented"]} == {"`errors`, `request_id`"}


def test_drift_of_a_service_that_runs(tmp_path: Path, upstream: Serving) -> None:
    """In an empty account, with the key of the environment; a second time the account is not empty."""
    with recorder(tmp_path, upstream.url) as recording:
        session(recording.url, upstream)
        recording.interrupt()
    (tmp_path / "other").mkdir()
    with serving(tmp_path / "other") as other:
        key = {name: value for name, value in other.read_export().items() if "URL" not in name}
        first, second = (run("drift", "--url", other.url, FILE, cwd=tmp_path, **key) for _ in range(2))
    assert (first.returncode, first.stdout.splitlines()[-1]) == (0, "7 of 7 exchanges repeated: no difference.")
    assert (second.returncode, second.stdout) == (1, "")
    assert second.stderr == "Error: the account has 2001 contacts: use the key of an empty account\n"


def test_a_second_run_is_appended_and_compared_by_itself(tmp_path: Path, upstream: Serving) -> None:
    """Each run begins with an account of its own; a service that runs can have only one."""
    for _ in range(2):
        with recorder(tmp_path, upstream.url) as recording:
            with client_of(recording.url, upstream) as client:
                client.contacts.create(number=ADA, update_if_exists=True)
            recording.process.send_signal(signal.SIGTERM)
            assert recording.process.wait(PATIENCE) == 0
    done = run("drift", FILE, cwd=tmp_path)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "2 of 2 exchanges repeated: no difference.")
    done = run("drift", "--url", upstream.url, FILE, cwd=tmp_path, **upstream.exported)
    assert (done.returncode, done.stdout) == (1, "")
    assert "has 2 recordings" in done.stderr


def test_what_cannot_be_used_is_named(tmp_path: Path, upstream: Serving) -> None:
    """Usage errors end with 2, files that are no recordings and a recorder that has the file with 1."""
    (tmp_path / "text").write_text("text\n")
    for arguments, code, message in (
        (["record"], 2, "--upstream"),
        (["record", "--upstream", "ftp://x"], 2, "http://"),
        (["record", "--upstream", "http://x?a"], 2, "must end with the path"),
        (["record", "--upstream", "http://x", "--region", "XX"], 2, "`region`"),
        (["record", "--upstream", "http://x", "--port", "0", "text"], 1, "text is not a recording"),
        (["record", "--upstream", "http://x", "--port", "0", "none/r"], 1, "cannot use none/r: No such file"),
        (["drift", "none"], 1, "cannot use none: No such file"),
        (["drift", "text"], 1, "text is not a recording"),
        (["drift", "--url", "x", "text"], 2, "http://"),
    ):
        done = run(*arguments, cwd=tmp_path)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (code, "", 1), done.stderr
        assert message in done.stderr
    with recorder(tmp_path, upstream.url):
        done = run("record", "--upstream", upstream.url, "--port", "0", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (
        1,
        f"Error: another recorder writes to {FILE}: name another file\n",
    )


def test_a_key_without_tls_is_warned_of(tmp_path: Path) -> None:
    """Unless the service is on the same machine; the upstream's password is not shown."""
    with recorder(tmp_path, "http://user:password@upstream.invalid") as recording:
        assert "Warning: the key is forwarded without TLS: use an https:// URL.\n" in recording.said
        assert "forwards to http://upstream.invalid.\n" in recording.said
        assert "password" not in recording.said
