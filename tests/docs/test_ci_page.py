"""The recipe for CI runs as it is printed, in a shell without any settings of ours."""

import socket
import subprocess
import time
from pathlib import Path
from typing import Final

import pytest

from support.pages import blocks
from support.process import PATIENCE, PROGRAM

SUITE: Final = """\
import os
from sendblue_api import SendblueAPI

def test_it():
    open("url", "w").write(os.environ["SENDBLUE_API_BASE_URL"])
    with SendblueAPI() as client:
        assert client.contacts.create(number="+14155550101").contact.phone == "+14155550101"
        assert client.contacts.count().count == {count}
"""


def run_recipe(folder: Path, recipe: str, *shell: str) -> subprocess.CompletedProcess[str]:
    """Run it with nothing but a PATH."""
    path = f"{PROGRAM.parent}:/usr/local/bin:/usr/bin:/bin"
    command = ["env", "-i", f"PATH={path}", *shell, "-c", recipe]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=2 * PATIENCE, check=False)


def the_recipe() -> str:
    """Return the one block of the page."""
    [recipe] = blocks("docs/ci.md", "sh")
    return recipe


def is_reachable(url: str) -> bool:
    """Return whether something listens there."""
    host, _, port = url.rpartition("/")[2].partition(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


@pytest.mark.parametrize(("count", "code", "shell"), [(1, 0, "sh -e"), (2, 1, "sh -e"), (2, 1, "sh"), (1, 0, "bash")])
def test_the_recipe_has_the_exit_code_of_the_tests(tmp_path: Path, count: int, code: int, shell: str) -> None:
    """The tests find the service, and it is stopped afterwards, whether they pass or fail."""
    (tmp_path / "test_it.py").write_text(SUITE.format(count=count))
    done = run_recipe(tmp_path, the_recipe(), *shell.split())
    assert done.returncode == code, done.stdout + done.stderr
    assert "1 passed" in done.stdout or code
    give_up = time.monotonic() + PATIENCE
    while is_reachable((tmp_path / "url").read_text()):
        assert time.monotonic() < give_up
        time.sleep(0.05)


@pytest.mark.parametrize("shell", ["sh", "sh -e", "bash"])
def test_the_recipe_ends_if_the_service_does_not_start(tmp_path: Path, shell: str) -> None:
    """It does not wait indefinitely, and runs no test."""
    (tmp_path / "test_it.py").write_text(SUITE.format(count=1))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        recipe = the_recipe().replace("--port 0", f"--port {taken.getsockname()[1]}")
        done = run_recipe(tmp_path, recipe, *shell.split())
    assert done.returncode != 0
    assert not (tmp_path / "url").exists()
