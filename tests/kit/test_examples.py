"""The suites in examples/ with our own client; test_installed.py runs them with the official one."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.distributions import ROOT
from support.process import PATIENCE, environment

EXAMPLES = ROOT / "examples"
SUITES = [*EXAMPLES.glob("test_*.py"), *(EXAMPLES / "vitest").glob("*.ts")]


def run(folder: Path, *arguments: str | Path) -> str:
    """Run Python with arguments in an empty folder, warnings being errors, and return its output."""
    done = subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        cwd=folder,
        env=environment(PYTEST_DISABLE_PLUGIN_AUTOLOAD="1"),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_suite_for_pytest_passes(tmp_path: Path) -> None:
    """It needs no conftest.py."""
    shutil.copy(EXAMPLES / "test_with_pytest.py", tmp_path)
    assert "3 passed" in run(tmp_path, "-m", "pytest", "-q", "-p", "numberkeep.testing.plugin", "--rootdir", tmp_path)


def test_the_suite_for_unittest_passes(tmp_path: Path) -> None:
    """It needs no pytest."""
    shutil.copy(EXAMPLES / "test_with_unittest.py", tmp_path)
    assert "Ran 2 tests" in run(tmp_path, "-m", "unittest", "test_with_unittest")


@pytest.mark.parametrize("path", SUITES, ids=lambda path: path.name)
def test_each_file_is_short(path: Path) -> None:
    """So that it can be read at a glance."""
    assert len(path.read_text().splitlines()) < 40
