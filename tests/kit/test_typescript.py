"""The control API without Python: the suite for Vitest, with the official TypeScript client."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from support.distributions import ROOT
from support.ending import listens, until
from support.process import PATIENCE, PROGRAM, environment

VITEST = ROOT / "examples" / "vitest"
INSTALL_SECONDS = 300


def program(name: str) -> str:
    """Return the path of a program of Node.js."""
    found = shutil.which(name)
    if found is None:
        pytest.fail(f"{name} is not installed: run `apt-get install nodejs npm`")
    return found


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the suite, with the packages that it names."""
    folder = tmp_path_factory.mktemp("suite") / "vitest"
    shutil.copytree(VITEST, folder, ignore=shutil.ignore_patterns("node_modules"))
    command = [program("npm"), "install", "--no-package-lock", "--no-audit", "--no-fund", "--prefer-offline"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def vitest(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the suite."""
    path = os.pathsep.join([str(PROGRAM.parent), os.environ["PATH"]])
    return subprocess.run(
        [program("npx"), "vitest", "run", "--reporter=json", "--outputFile=report.json"],
        cwd=folder,
        env=environment(PATH=path, NO_COLOR="1", **variables),
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        check=False,
    )


def test_the_suite_passes(suite: Path) -> None:
    """Three tests, each with an account of its own, against one service."""
    done = vitest(suite)
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((suite / "report.json").read_text())
    assert (report["numPassedTests"], report["numTotalTests"]) == (3, 3)


def test_no_service_stays_behind(suite: Path) -> None:
    """It stops with the run of the tests."""
    done = vitest(suite)
    [url] = re.findall(r"listens on (http://\S+)", done.stderr)
    until(lambda: not listens(url))


def test_a_service_that_does_not_start_fails_the_run(suite: Path) -> None:
    """What it says is shown."""
    done = vitest(suite, NUMBERKEEP_RESEND_SECONDS="soon")
    assert done.returncode != 0
    assert "NUMBERKEEP_RESEND_SECONDS" in done.stderr
    assert "numberkeep did not start" in done.stdout + done.stderr
