"""The pytest plugin, used as a suite uses it: pytest as a process, in a folder without any settings."""

import json
import subprocess
import sys
from pathlib import Path

from numberkeep.testing import Service
from support.process import PATIENCE, environment

FAILING = """
from sendblue_api import SendblueAPI

def test_it_fails(numberkeep):
    with SendblueAPI() as client:
        for _ in range(11):
            client.contacts.count()
        client.contacts.create(number="+14155550100")
    assert not "a contact"

def test_it_passes(numberkeep):
    pass

def test_it_fails_without_the_fixture():
    assert not "a contact"
"""

RECORDING = """
import json, os, pathlib, pytest
from sendblue_api import SendblueAPI

@pytest.mark.parametrize("count", range(12))
def test_each_has_an_account_of_its_own(numberkeep, numberkeep_service, worker_id, count):
    with SendblueAPI() as client:
        client.contacts.create(number="+14155550100")
        assert client.contacts.count().count == 1
    record = [worker_id, numberkeep_service.url, numberkeep.name]
    pathlib.Path(f"record-{count}.json").write_text(json.dumps(record))
"""


def pytest_runs(folder: Path, code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run pytest on one file, with no other plugins of this environment than those of the kit and pytest-xdist."""
    (folder / "test_it.py").write_text(code)
    plugins = ["-p", "numberkeep.testing.plugin", "-p", "xdist"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-W", "error", "-q", *plugins, "--rootdir", folder, *arguments],
        cwd=folder,
        env=environment(PYTEST_DISABLE_PLUGIN_AUTOLOAD="1"),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_a_failure_shows_the_last_calls(tmp_path: Path) -> None:
    """Of the test that failed, if it used the fixture; the oldest are left out."""
    done = pytest_runs(tmp_path, FAILING)
    assert "2 failed, 1 passed" in done.stdout, done.stdout + done.stderr
    [section] = done.stdout.split(" numberkeep calls ")[1:]
    lines = section.partition("___")[0].splitlines()[1:]
    count, created = "contacts.count: GET /api/v2/contacts/count -> 200", "contacts.create about +14155550100"
    assert lines[0] == "(2 earlier calls)"
    assert lines[1:10] == [count] * 9
    assert lines[10] == f"{created}: POST /api/v2/contacts -> 200"


def test_each_worker_has_a_service_and_each_test_an_account(tmp_path: Path) -> None:
    """The tests create the same contact in parallel."""
    done = pytest_runs(tmp_path, RECORDING, "-n2")
    assert "12 passed" in done.stdout, done.stdout + done.stderr
    records = [json.loads(path.read_text()) for path in tmp_path.glob("record-*.json")]
    services = {(worker, url) for worker, url, _ in records}
    assert len(services) == len({worker for worker, _ in services}) == len({url for _, url in services}) == 2
    assert len({account for _, _, account in records}) == 12


def test_a_service_that_runs_already_is_used(tmp_path: Path) -> None:
    """It is named by an option, or in the configuration file; the option wins."""
    with Service() as service:
        done = pytest_runs(tmp_path, RECORDING, "-n2", f"--numberkeep-url={service.url}")
        assert "12 passed" in done.stdout, done.stdout + done.stderr
        urls = {json.loads(path.read_text())[1] for path in tmp_path.glob("record-*.json")}
        assert urls == {service.url}
        (tmp_path / "pytest.ini").write_text(f"[pytest]\nnumberkeep_url = {service.url}\n")
        done = pytest_runs(tmp_path, "def test_url(numberkeep): print(numberkeep.base_url)", "-s")
        assert service.url in done.stdout
        (tmp_path / "pytest.ini").write_text("[pytest]\nnumberkeep_url = http://127.0.0.1:1\n")
        done = pytest_runs(tmp_path, "def test_it(numberkeep): pass", f"--numberkeep-url={service.url}")
        assert "1 passed" in done.stdout


def test_a_project_starts_the_service_with_settings_of_its_own(tmp_path: Path) -> None:
    """It overrides the session's fixture."""
    (tmp_path / "conftest.py").write_text("""
import pytest
from numberkeep.testing import Service

@pytest.fixture(scope="session")
def numberkeep_service():
    with Service(settings={"NUMBERKEEP_UNKNOWN_FIELDS": "ignore"}) as service:
        yield service
""")
    done = pytest_runs(
        tmp_path,
        """
from sendblue_api import SendblueAPI

def test_it(numberkeep):
    with SendblueAPI() as client:
        assert client.contacts.create(number="+14155550100", extra_body={"unknown": 1}).status == "OK"
""",
    )
    assert "1 passed" in done.stdout, done.stdout + done.stderr
