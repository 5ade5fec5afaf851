"""The examples run against the real process, and print what they document."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from numberkeep.outbound.signing import signature
from support.daemon import free_port
from support.example_runs import EXAMPLES, PRINTED, printed_by, run_example
from support.process import PATIENCE, environment, run, serving

ALLOWED = {"NUMBERKEEP_ALLOWED_NETWORKS": "127.0.0.0/8"}


@pytest.fixture
def exported(tmp_path: Path) -> Iterator[Mapping[str, str]]:
    """Return the variables that a user pastes."""
    with serving(tmp_path) as running:
        yield running.read_export()


def test_every_example_is_run() -> None:
    """No program of the folder is left out."""
    assert {path.stem for path in EXAMPLES.glob("*.py")} == {
        *PRINTED,
        "test_with_pytest",  # this and the next run in tests/kit
        "test_with_unittest",
        "webhook_receiver",
    }


@pytest.mark.parametrize("name", PRINTED)
def test_the_example_prints_what_it_shows(name: str, exported: Mapping[str, str]) -> None:
    """A program runs unchanged, and prints exactly this."""
    assert printed_by(name, exported=exported) == PRINTED[name]


def test_the_receiver_accepts_what_numberkeep_signs(tmp_path: Path) -> None:
    """Each event is accepted once, in order; one signed with another secret, or an old one, is refused."""
    port = free_port()
    with serving(tmp_path, **ALLOWED) as running:
        exported = running.read_export()
        added = run("webhooks", "add", f"http://127.0.0.1:{port}/", "--json", cwd=tmp_path, **exported)
        secret = json.loads(added.stdout)["secret"]
        with receiving(port, secret) as receiver:
            run_example("quickstart", exported=exported)
            assert receiver.stdout
            printed = [receiver.stdout.readline() for _ in range(3)]
            forged = httpx2.post(
                f"http://127.0.0.1:{port}/", content=b"{}", headers={"webhook-id": "x"}, timeout=PATIENCE
            )
    assert printed == ["contact.created 1\n", "contact.updated 2\n", "contact.deleted 3\n"]
    assert forged.status_code == 401


@contextmanager
def receiving(port: int, secret: str) -> Iterator[subprocess.Popen[str]]:
    """Run the receiver as a process; it need not listen yet."""
    command = [sys.executable, "-u", str(EXAMPLES / "webhook_receiver.py"), str(port)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=environment(WEBHOOK_SECRET=secret)
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


@pytest.mark.parametrize(
    "secret", ["whsec_c2VjcmV0", "a plain secret", "c2VjcmV0", "whsec_no-base64", "whsec_", "s\u00e9cret"]
)
def test_the_receiver_accepts_every_form_of_the_secret(secret: str) -> None:
    """Any secret produces numberkeep's key, and a proxy may change the case of header names."""
    port, now, body = free_port(), int(time.time()), b'{"type": "contact.created", "id": "1"}'
    headers = {"webhook-id": "x-1-1", "webhook-timestamp": str(now)}
    headers["webhook-signature"] = f"v1,AAAA {signature(secret, 'x-1-1', now, body)}"
    with receiving(port, secret) as receiver:
        sent = [(name.title(), value) for name, value in headers.items()]
        with httpx2.Client(transport=httpx2.HTTPTransport(retries=10)) as wire:  # until it listens
            assert wire.post(f"http://127.0.0.1:{port}/", content=body, headers=sent).status_code == 204
            assert wire.post(f"http://127.0.0.1:{port}/", content=body + b" ", headers=sent).status_code == 401
        assert receiver.stdout
        assert receiver.stdout.readline() == "contact.created 1\n"


@pytest.mark.parametrize("variables", [{}, {"WEBHOOK_SECRET": ""}])
def test_the_receiver_does_not_start_without_a_secret(variables: dict[str, str]) -> None:
    """Anyone can sign with an empty key."""
    done = run_example("webhook_receiver", free_port(), exported=variables)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "WEBHOOK_SECRET" in done.stderr
