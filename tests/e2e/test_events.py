"""`numberkeep listen` as a process, against a real service."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

import httpx2
import pytest

from support.daemon import free_port
from support.process import PATIENCE, PROGRAM, Output, Serving, environment, run, serving

CONTACTS = "/api/v2/contacts"
PAIR = {"NUMBERKEEP_API_KEY": "listen-key", "NUMBERKEEP_API_SECRET": "listen-secret"}
HEADERS = {"sb-api-key-id": "listen-key", "sb-api-secret-key": "listen-secret"}


def variables(url: str, secret: str = PAIR["NUMBERKEEP_API_SECRET"]) -> dict[str, str]:
    """Return the environment of a client."""
    return {"SENDBLUE_API_BASE_URL": url, "SENDBLUE_API_API_KEY": "listen-key", "SENDBLUE_API_API_SECRET": secret}


def create_contacts(running: Serving, *numbers: int) -> None:
    """Create contacts, one after the other."""
    with httpx2.Client(base_url=running.url, headers=HEADERS, timeout=PATIENCE) as wire:
        for n in numbers:
            assert wire.post(CONTACTS, json={"number": number(n), "first_name": "Ada"}).status_code == 200


def number(n: int) -> str:
    """Return the n-th test number."""
    return f"+1415555{n:04d}"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Serving]:
    """Run a service with a known key pair, on a port that it gets again after a restart."""
    with serving(tmp_path, "--port", str(free_port()), **PAIR) as service:
        yield service


@contextmanager
def listening(cwd: Path, url: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run `numberkeep listen`, and wait until it listens."""
    paths = (cwd / "listen.stdout", cwd / "listen.stderr")
    with paths[0].open("w") as stdout, paths[1].open("w") as stderr:
        process = subprocess.Popen(
            [PROGRAM, "listen", *arguments],
            cwd=cwd,
            env=environment(**variables(url)),
            stdout=stdout,
            stderr=stderr,
            text=True,
            start_new_session=True,  # in its own session, so that a signal reaches only it
        )
    process.stdout, process.stderr = (cast("IO[str]", Output(process, path)) for path in paths)
    with process:
        try:
            assert process.stderr.readline() == "Listening. Press Ctrl-C to stop.\n"
            yield process
        finally:
            process.kill()


def lines_of(process: subprocess.Popen[str], count: int) -> list[str]:
    """Return the next lines that it prints."""
    assert process.stdout
    return [process.stdout.readline().rstrip("\n") for _ in range(count)]


def test_events_are_printed_as_they_happen(tmp_path: Path, running: Serving) -> None:
    """In order, one line each with id, time, type and number; older events are not printed."""
    create_contacts(running, 1)
    with listening(tmp_path, running.url) as process:
        create_contacts(running, 2, 3)
        with httpx2.Client(base_url=running.url, headers=HEADERS, timeout=PATIENCE) as wire:
            wire.post(f"{CONTACTS}/verify", json={"number": number(2)})
            lines = lines_of(process, 5)
            wire.post("/_numberkeep/inbound", json={"from": number(2), "content": "hi"})
            lines += lines_of(process, 3)
    columns = [line.split("  ") for line in lines]
    assert [int(event_id) for event_id, *_ in columns] == list(range(2, 10))
    assert all(time.endswith("Z") for _, time, *_ in columns)
    assert [(type_, about) for _, _, type_, about in columns] == [
        ("contact.created", number(2)),
        ("contact.created", number(3)),
        ("verification.requested", number(2)),
        ("message.created", f"to {number(2)} queued"),
        ("message.updated", f"to {number(2)} logged"),
        ("message.received", f"from {number(2)} received"),
        ("verification.approved", number(2)),
        ("contact.updated", number(2)),
    ]


def test_what_is_printed_can_be_chosen(tmp_path: Path, running: Serving) -> None:
    """--after starts after an event, --type filters, --count ends with 0, --json prints complete events."""
    create_contacts(running, 1, 2, 3)
    with httpx2.Client(base_url=running.url, headers=HEADERS, timeout=PATIENCE) as wire:
        wire.put(f"{CONTACTS}/{number(1)}", json={"tags": ["vip"]})
    whole = listened(tmp_path, running, "--after", "0", "--count", "4")
    assert [event["id"] for event in whole] == ["1", "2", "3", "4"]
    assert whole[0]["data"]["contact"]["first_name"] == "Ada"
    assert listened(tmp_path, running, "--after", "2", "--count", "2") == whole[2:]
    assert listened(tmp_path, running, "--after", "0", "--type", "contact.updated", "--count", "1") == whole[3:]
    both = ("--type", "contact.updated", "--type", "contact_created")
    assert listened(tmp_path, running, "--after", "1", *both, "--count", "3") == whole[1:]


def listened(cwd: Path, running: Serving, *arguments: str) -> list[Any]:
    """Return the events that `listen --json` prints until it ends."""
    done = run("listen", *arguments, "--json", cwd=cwd, **variables(running.url))
    assert (done.returncode, done.stderr) == (0, "Listening. Press Ctrl-C to stop.\n")
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_listen_survives_a_restart_of_the_service(tmp_path: Path, running: Serving) -> None:
    """After a kill and a restart no event is missed and none is repeated, including those of the pause."""
    port = str(httpx2.URL(running.url).port)
    with listening(tmp_path, running.url, "--json") as process:
        create_contacts(running, 1, 2)
        seen = lines_of(process, 2)
        running.kill()
        with serving(tmp_path, "--port", port, **PAIR) as again:
            create_contacts(again, 3, 4)
            seen += lines_of(process, 2)
            again.kill()
        with serving(tmp_path, "--port", port, **PAIR) as again:
            create_contacts(again, 5)
            seen += lines_of(process, 1)
    events = [json.loads(line) for line in seen]
    assert [event["id"] for event in events] == ["1", "2", "3", "4", "5"]
    assert [event["data"]["contact"]["phone"] for event in events] == [number(n) for n in range(1, 6)]


def test_a_refused_listener_gets_an_error(tmp_path: Path, running: Serving) -> None:
    """A wrong key ends it with 4, an unknown type with 1; each with one line."""
    wrong = run("listen", cwd=tmp_path, **variables(running.url, "wrong"))
    assert (wrong.returncode, wrong.stdout, wrong.stderr) == (4, "", "Error: Invalid Credentials\n")
    unknown = run("listen", "--type", "contact.made", cwd=tmp_path, **variables(running.url))
    assert (unknown.returncode, unknown.stderr.count("\n")) == (1, 1)
    assert "did you mean" in unknown.stderr


@pytest.mark.parametrize("command", [["listen"], ["simulate", "reply", "+14155550001", "hi"]])
def test_an_unreachable_service_is_an_error(tmp_path: Path, command: list[str]) -> None:
    """Unreachable: 1, and a line with the fix. Missing variables: 2, and a line that names them."""
    unreachable = run(*command, cwd=tmp_path, **variables("http://127.0.0.1:1"))
    assert (unreachable.returncode, unreachable.stdout, unreachable.stderr.count("\n")) == (1, "", 1)
    assert "cannot reach http://127.0.0.1:1" in unreachable.stderr
    assert "is `numberkeep serve` running there?" in unreachable.stderr
    missing = run(*command, cwd=tmp_path, SENDBLUE_API_BASE_URL="http://127.0.0.1:1")
    assert (missing.returncode, missing.stdout, missing.stderr.count("\n")) == (2, "", 1)
    assert "set SENDBLUE_API_API_KEY, SENDBLUE_API_API_SECRET" in missing.stderr
    for url in ("127.0.0.1:1", "nonsense", "http://[", "ftp://127.0.0.1"):
        done = run(*command, cwd=tmp_path, **variables(url))
        assert (done.returncode in {1, 2}, done.stderr.count("\n"), "Traceback" in done.stderr) == (True, 1, False), url


def test_ctrl_c_ends_it(tmp_path: Path, running: Serving) -> None:
    """Nothing is printed, because it is the normal way to stop; 130, so that scripts do not continue."""
    with listening(tmp_path, running.url) as process:
        create_contacts(running, 1)
        lines_of(process, 1)
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 130
        assert process.stderr
        assert process.stderr.read() == ""


def test_it_ends_when_its_reader_is_gone(tmp_path: Path, running: Serving) -> None:
    """`| head -1` gets its line and the command ends, even if no further event comes; there is no traceback."""
    create_contacts(running, 1, 2, 3)
    command = f"{PROGRAM} listen --after 0 | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command],  # noqa: S607
        cwd=tmp_path,
        env=environment(**variables(running.url)),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    line, code = done.stdout.splitlines()
    assert line.startswith("1  ")
    assert code == "1", "the exit code of a command ended by a broken pipe"
    assert done.stderr == "Listening. Press Ctrl-C to stop.\n"


def test_events_are_not_buffered(tmp_path: Path, running: Serving) -> None:
    """In a pipe too, an event is printed when it happens, and not when a buffer is full."""
    reading, writing = os.pipe()
    with (
        os.fdopen(reading) as reader,
        subprocess.Popen(
            [PROGRAM, "listen", "--after", "0"],
            cwd=tmp_path,
            env=environment(**variables(running.url)),
            stdout=writing,
            stderr=subprocess.DEVNULL,
        ) as process,
    ):
        os.close(writing)
        create_contacts(running, 1)
        assert "contact.created" in reader.readline()
        process.kill()
