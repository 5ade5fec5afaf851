"""Our client and the official one in one environment: both install the package `sendblue_api`.

pip and uv neither refuse nor report it. The client's README says what happens; this is what happens.
"""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from support.distributions import ROOT, Environment, Wheelhouse

OURS, OFFICIAL = "sendblue-api", "sendblue"
USE = "from sendblue_api import SendblueAPI; print(hasattr(SendblueAPI(api_key='k', api_secret='s').contacts, 'iter'))"
FIX = "run `pip uninstall -y sendblue sendblue-api`, install one of them again"


def use(environment: Environment, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Make a client, and print whether it is ours."""
    return environment.run("-W", "error", "-c", USE, cwd=cwd)


def install(wheelhouse: Wheelhouse, path: Path, names: Sequence[str]) -> Environment:
    """Return an environment in which one distribution is installed after the other."""
    made = wheelhouse.environment(path, names[0])
    wheelhouse.uv("pip", "install", "--quiet", "--python", made.python, *names[1:])
    return made


def test_ours_over_the_official_one_says_so_in_one_line(
    wheelhouse: Wheelhouse, tmp_path: Path, elsewhere: Path
) -> None:
    """At `import sendblue_api`, instead of an error in a module of the other client at first use."""
    mixed = install(wheelhouse, tmp_path / "env", [OFFICIAL, OURS])
    failed = use(mixed, elsewhere)
    assert failed.returncode == 1
    said = failed.stderr.splitlines()[-1]
    assert said.startswith("ImportError: two distributions have installed sendblue_api here")
    assert FIX in said
    wheelhouse.uv("pip", "uninstall", "--quiet", "--python", mixed.python, OFFICIAL, OURS)
    wheelhouse.uv("pip", "install", "--quiet", "--python", mixed.python, OURS)
    assert use(mixed, elsewhere).stdout == "True\n", "the fix in the message works"


def test_the_official_one_over_ours_replaces_it(wheelhouse: Wheelhouse, tmp_path: Path, elsewhere: Path) -> None:
    """It works as if it were alone, and nothing of ours runs that could report it."""
    mixed = install(wheelhouse, tmp_path / "env", [OURS, OFFICIAL])
    done = use(mixed, elsewhere)
    assert (done.returncode, done.stdout) == (0, "False\n"), done.stderr


@pytest.mark.parametrize("removed", [OURS, OFFICIAL])
@pytest.mark.parametrize("order", [(OURS, OFFICIAL), (OFFICIAL, OURS)], ids=" then ".join)
def test_an_uninstall_of_either_breaks_the_other(
    wheelhouse: Wheelhouse, tmp_path: Path, elsewhere: Path, order: Sequence[str], removed: str
) -> None:
    """It deletes the files of both names. The README quotes the error, and its fix works."""
    mixed = install(wheelhouse, tmp_path / "env", order)
    wheelhouse.uv("pip", "uninstall", "--quiet", "--python", mixed.python, removed)
    failed = use(mixed, elsewhere)
    message = "cannot import name 'SendblueAPI' from 'sendblue_api' (unknown location)"
    assert failed.stderr.splitlines()[-1] == f"ImportError: {message}"
    assert message in (ROOT / "client" / "README.md").read_text()
    [left] = {OURS, OFFICIAL} - {removed}
    wheelhouse.uv("pip", "install", "--quiet", "--python", mixed.python, "--reinstall", "--no-deps", left)
    assert use(mixed, elsewhere).stdout == f"{left == OURS}\n"


def test_the_check_does_not_find_our_own_file() -> None:
    """It looks for a file that only the official client has."""
    text = (ROOT / "client" / "sendblue_api" / "__init__.py").read_text()
    assert "_base_client.py" in text
    assert not (ROOT / "client" / "sendblue_api" / "_base_client.py").exists()
