"""The control API without Python: one suite for Vitest and for Jest, with the official TypeScript client."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from support.distributions import ROOT
from support.ending import listens, until
from support.pages import files
from support.process import PATIENCE, PROGRAM, environment

VITEST: Final = ROOT / "examples" / "vitest"
PAGE: Final = "docs/testing.md"
IMPORT_OF_VITEST: Final = 'import { beforeEach, expect, test } from "vitest";\n'
PACKAGES_FOR_JEST: Final = {"@swc/core": "1.16.22", "@swc/jest": "0.2.39", "jest": "30.5.2"}
INSTALL_SECONDS: Final = 300


@dataclass(frozen=True)
class Suite:
    """A folder with tests, and the command that runs them and writes `report.json`."""

    folder: Path
    command: Sequence[str]

    def run(self, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run the tests with these environment variables."""
        path = os.pathsep.join([str(PROGRAM.parent), os.environ["PATH"]])
        return subprocess.run(
            [program("npx"), *self.command, "--outputFile=report.json"],
            cwd=self.folder,
            env=environment(PATH=path, NO_COLOR="1", **variables),
            capture_output=True,
            text=True,
            timeout=2 * PATIENCE,
            check=False,
        )


def program(name: str) -> str:
    """Return the path of a program of Node.js."""
    found = shutil.which(name)
    if found is None:
        pytest.fail(f"{name} is not installed: run `apt-get install nodejs npm`")
    return found


def for_jest(folder: Path) -> None:
    """Make the suite for Vitest one for Jest, as the page says."""
    configuration = "jest.config.json"
    (folder / configuration).write_text(files(PAGE)[configuration])
    (folder / "vitest.config.ts").unlink()
    for test in folder.glob("*.test.ts"):
        text = test.read_text()
        assert text.count(IMPORT_OF_VITEST) == 1
        test.write_text(text.replace(IMPORT_OF_VITEST, ""))
    client = json.loads((folder / "package.json").read_text())["devDependencies"]["sendblue"]
    packages = {"devDependencies": {"sendblue": client, **PACKAGES_FOR_JEST}}
    (folder / "package.json").write_text(json.dumps(packages))


@pytest.fixture(scope="module", params=["vitest", "jest"])
def suite(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Suite:
    """Return the suite of examples/vitest and the test of docs/testing.md, with the packages that they need."""
    runner: str = request.param
    folder = tmp_path_factory.mktemp("suite") / runner
    shutil.copytree(VITEST, folder, ignore=shutil.ignore_patterns("node_modules"))
    test = "contacts.test.ts"
    (folder / test).write_text(files(PAGE)[test])
    if runner == "jest":
        for_jest(folder)
    command = [program("npm"), "install", "--no-package-lock", "--no-audit", "--no-fund", "--prefer-offline"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return Suite(folder, ["vitest", "run", "--reporter=json"] if runner == "vitest" else ["jest", "--json"])


def test_the_suite_passes_and_leaves_no_service_behind(suite: Suite) -> None:
    """Each test has an account of its own, and the service stops with the run."""
    done = suite.run()
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((suite.folder / "report.json").read_text())
    assert (report["numPassedTests"], report["numTotalTests"]) == (4, 4)
    [url] = re.findall(r"listens on (http://\S+)", done.stderr)
    until(lambda: not listens(url))


def test_a_service_that_does_not_start_fails_the_run(suite: Suite) -> None:
    """The output shows why."""
    done = suite.run(NUMBERKEEP_RESEND_SECONDS="soon")
    assert done.returncode != 0
    assert "NUMBERKEEP_RESEND_SECONDS" in done.stderr
    assert "numberkeep did not start" in done.stdout + done.stderr
