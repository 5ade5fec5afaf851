"""The kit as users install it: the wheel in a clean environment, with the official client, and pytest 8 and 9."""

import re
import shutil
from pathlib import Path

import pytest

from support.distributions import OFFICIAL_CLIENT, ROOT, Environment, Wheelhouse, download_alone

EXAMPLES = ROOT / "examples"
OLDEST_PYTEST = "pytest==8.0.2"

SHOWS_MODULES = """
import sys

def pytest_unconfigure():
    print("modules:", *sorted(sys.modules))
"""

OFFICIAL = """
import asyncio
import os
import subprocess
import sys
from importlib.metadata import distributions

import sendblue_api
from sendblue_api import AsyncSendblueAPI, SendblueAPI

PHONE = "+14155550100"

def test_the_official_client_keeps_and_texts_a_contact(numberkeep):
    assert {"sendblue", "numberkeep"} <= {each.name for each in distributions()}
    with SendblueAPI() as client:
        client.contacts.create(number=PHONE, body_first_name_1="Ada")
        sent = client.messages.send(number=PHONE, content="Hello, Ada", from_number="+14155550199")
        assert numberkeep.phone(PHONE).last_message.content == "Hello, Ada"
        numberkeep.wait_for("message.updated", number=PHONE)
        assert client.messages.get_status(handle=sent.message_handle).status == "DELIVERED"
        [listed] = client.messages.list(number=PHONE).data
        assert client.messages.retrieve(sent.message_handle).data.to_dict() == listed.to_dict()
        numberkeep.phone(PHONE).reply("STOP")
        assert client.messages.send(number=PHONE, content="Hi", from_number="+14155550199").error_key == "OPTED_OUT"
    numberkeep.assert_called("contacts.create", number=PHONE)
    numberkeep.assert_called("messages.send", number=PHONE, body={"content": "Hello, Ada"})

def test_its_async_client_too(numberkeep):
    async def count():
        async with AsyncSendblueAPI() as client:
            return (await client.contacts.count()).count
    assert asyncio.run(count()) == 0

def test_its_retries(numberkeep):
    numberkeep.faults.add("contacts.count", status=503, retry_after=0.01, times=2)
    with SendblueAPI() as client:
        assert client.contacts.count().count == 0
    numberkeep.assert_called("contacts.count", times=3)
"""


@pytest.fixture(scope="module", params=["8", "9"])
def installed(
    request: pytest.FixtureRequest, wheelhouse: Wheelhouse, tmp_path_factory: pytest.TempPathFactory
) -> Environment:
    """Return an environment with `numberkeep[testing]`, one version of pytest, pytest-xdist and the official client."""
    folder = tmp_path_factory.mktemp(f"pytest-{request.param}")
    version = download_alone(OLDEST_PYTEST, folder) if request.param == "8" else "pytest>=9"
    requirements = [f"{wheelhouse.server}[testing]", version, "pytest-xdist", OFFICIAL_CLIENT]
    return wheelhouse.environment(folder / "env", *requirements)


def test_the_extra_brings_pytest_and_no_client(wheelhouse: Wheelhouse, tmp_path: Path) -> None:
    """Both clients install the same package, so the kit must not overwrite the one that a project uses."""
    made = wheelhouse.environment(tmp_path / "env", f"{wheelhouse.server}[testing]")
    listed = made.run("-c", "import importlib.metadata as m; print(*[d.name for d in m.distributions()])", cwd=tmp_path)
    assert {"numberkeep", "pytest"} <= set(listed.stdout.split())
    assert {"sendblue-api", "sendblue"}.isdisjoint(listed.stdout.split())


def test_nothing_is_imported_before_the_fixture_is_used(installed: Environment, tmp_path: Path) -> None:
    """Every run of pytest loads the plugin, whether its tests use it or not."""
    (tmp_path / "conftest.py").write_text(SHOWS_MODULES)

    def loaded(*arguments: str) -> set[str]:
        done = installed.run("-m", "pytest", "--co", "-q", *arguments, cwd=tmp_path)
        [line] = re.findall("^modules: (.*)$", done.stdout, re.MULTILINE)
        return set(line.split())

    ours = {"numberkeep", "numberkeep.testing", "numberkeep.testing.plugin"}
    assert loaded() - loaded("-p", "no:numberkeep") == ours


@pytest.mark.parametrize("arguments", [(), ("-n2",)], ids=["alone", "xdist"])
def test_the_example_works_with_the_official_client(
    installed: Environment, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    """It is copied as it is; so is a suite that uses more of the official client."""
    shutil.copy(EXAMPLES / "test_with_pytest.py", tmp_path)
    (tmp_path / "test_official.py").write_text(OFFICIAL)
    done = installed.run("-m", "pytest", "-q", *arguments, cwd=tmp_path)
    assert "6 passed" in done.stdout, done.stdout + done.stderr


def test_the_example_for_unittest_works(installed: Environment, tmp_path: Path) -> None:
    """It needs no pytest."""
    shutil.copy(EXAMPLES / "test_with_unittest.py", tmp_path)
    done = installed.run("-W", "error::ResourceWarning", "-m", "unittest", "test_with_unittest", cwd=tmp_path)
    assert re.search(r"Ran 2 tests.*\n\nOK$", done.stderr.strip(), re.DOTALL), done.stderr
