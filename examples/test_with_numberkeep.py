"""Test a program that stores contacts against a real service in memory: nothing to mock, nothing to clean up.

Copy the two fixtures into a `conftest.py`. Run it with the numberkeep of the same environment:

    .venv/bin/pytest examples/test_with_numberkeep.py
"""

import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from sendblue_api import SendblueAPI

NUMBERKEEP = Path(sys.executable).with_name("numberkeep")
PHONE = "+14155552671"


@pytest.fixture(scope="session")
def numberkeep() -> Iterator[Mapping[str, str]]:
    """Start a service on a free port for all tests; yield the environment variables that a client needs."""
    command = [str(NUMBERKEEP), "serve", "--port", "0", "--database", "sqlite://:memory:"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        exported = process.stdout.readline().removeprefix("export ")  # printed once it listens
        yield dict(setting.split("=", 1) for setting in shlex.split(exported))
        process.terminate()


@pytest.fixture
def client(numberkeep: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[SendblueAPI]:
    """Yield a client, set the environment for other clients, and delete all contacts afterwards."""
    for name, value in numberkeep.items():
        monkeypatch.setenv(name, value)
    with SendblueAPI() as client:
        yield client
        while page := client.contacts.list(limit=1000):
            client.contacts.bulk.delete(contact_ids=[contact.phone for contact in page if contact.phone])


def welcome(number: str, name: str) -> str:
    """Welcome a contact: the program under test, which reads its environment as in production."""
    with SendblueAPI() as client:
        contact = client.contacts.create(number=number, first_name=name, update_if_exists=True).contact
        return f"Welcome, {contact.first_name}! We will write to {contact.phone}."


def test_a_new_contact_is_stored(client: SendblueAPI) -> None:
    """The number is stored in E.164, whatever its format was."""
    assert welcome("(415) 555-2671", "Ada") == f"Welcome, Ada! We will write to {PHONE}."
    assert client.contacts.retrieve(PHONE).contact.first_name == "Ada"


def test_a_second_welcome_creates_no_second_contact(client: SendblueAPI) -> None:
    """The second welcome updates the contact. Nothing is left from other tests."""
    welcome(PHONE, "Ada")
    welcome("415-555-2671", "Ada L.")
    assert client.contacts.count().count == 1
