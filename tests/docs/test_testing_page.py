"""The page on testing is correct: its files pass as they are saved, and its lists are those of the code."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Final, get_args

from numberkeep import testing
from numberkeep.test_mode.faults import CallKind, WebhookKind
from numberkeep.testing import Account
from support.pages import ROOT, blocks, files
from support.process import PATIENCE, environment

PAGE: Final = "docs/testing.md"


def test_the_files_for_python_pass(tmp_path: Path) -> None:
    """All of them in one folder, in an order of pytest's choice, with warnings as errors."""
    saved = {name: text for name, text in files(PAGE).items() if name.endswith(".py")}
    assert list(saved.values()) == blocks(PAGE, "python"), "every block is a file"
    for name, text in saved.items():
        (tmp_path / name).write_text(text)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "pytest", "-q", "-p", "numberkeep.testing.plugin", "--rootdir", tmp_path],
        cwd=tmp_path,
        env=environment(PYTEST_DISABLE_PLUGIN_AUTOLOAD="1"),
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        check=False,
    )
    tests = sum(len(re.findall(r"def test_", text)) for text in saved.values())
    assert f"{tests} passed" in done.stdout, done.stdout + done.stderr


def test_the_fixture_takes_five_lines() -> None:
    """Imports included."""
    assert len([line for line in files(PAGE)["test_signup.py"].splitlines() if line]) <= 5


def test_the_recipe_is_the_example() -> None:
    """Which runs with Vitest and the official client; see tests/kit."""
    saved = files(PAGE)
    for name in ("numberkeep.ts", "vitest.config.ts"):
        assert saved[name] == (ROOT / "examples" / "vitest" / name).read_text(), name


def test_the_names_of_the_account_are_those_of_the_code() -> None:
    """The first table lists all that a test uses."""
    table = (ROOT / PAGE).read_text().partition("| `numberkeep.` |")[2].partition("\n\n")[0]
    cells = re.findall(r"^\| (`.*?`) \| \S", table, re.MULTILINE)
    named = {name for cell in cells for name in re.findall(r"(?<=`)[a-z_]+", cell)}
    public = {name for name in [*dir(Account), "clock", "faults"] if not name.startswith("_")}
    assert named == public - {"delete"} | {"base_url", "api_key", "api_secret"}


def test_the_kinds_of_faults_are_those_of_the_code() -> None:
    """None is missing."""
    text = (ROOT / PAGE).read_text().partition("## Faults")[2].partition("\n## ")[0]
    assert {*get_args(CallKind), *get_args(WebhookKind)} <= set(re.findall(r"`(\w+)`", text))


def test_every_public_name_has_a_docstring() -> None:
    """As the page says."""
    for name in testing.__all__:
        shape = getattr(testing, name)
        parts = [value for key, value in vars(shape).items() if not key.startswith("_") and callable(value)]
        for each in (shape, *parts):
            assert each.__doc__, each
