"""The workflow files and the action of GitHub, checked without GitHub. test_action.py runs the action's steps."""

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.distributions import ROOT
from support.process import PATIENCE

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
FILES = [*WORKFLOWS, ROOT / "action.yml"]
SCHEMAS = {
    "vendor.github-workflows": WORKFLOWS,
    "custom.github-workflows-require-timeout": WORKFLOWS,
    "vendor.github-actions": [ROOT / "action.yml"],
    "vendor.dependabot": [ROOT / ".github" / "dependabot.yml"],
    "vendor.compose-spec": sorted((ROOT / "deploy").glob("compose*.yaml")),
}
PINNED = re.compile(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")


def tool(name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a linter of this environment; both that are used here work offline."""
    program = Path(sys.executable).with_name(name)
    command = [program, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)


def read(path: Path) -> Mapping[Any, Any]:
    """Return a file's contents."""
    found: Mapping[Any, Any] = yaml.safe_load(path.read_text())
    return found


def jobs(name: str) -> Mapping[str, Any]:
    """Return the jobs of a workflow."""
    found: Mapping[str, Any] = read(ROOT / ".github" / "workflows" / f"{name}.yml")["jobs"]
    return found


def scripts() -> Iterator[str]:
    """Yield every shell script."""
    for path in WORKFLOWS:
        for job in read(path)["jobs"].values():
            yield from (step["run"] for step in job.get("steps", ()) if "run" in step)
    yield from (step["run"] for step in read(ROOT / "action.yml")["runs"]["steps"])


@pytest.mark.parametrize("schema", SCHEMAS)
def test_the_files_have_the_form_that_their_readers_expect(schema: str) -> None:
    """By the published schema; every job has a time limit."""
    done = tool("check-jsonschema", "--builtin-schema", schema, *SCHEMAS[schema])
    assert done.returncode == 0, done.stdout


def test_a_security_linter_finds_nothing() -> None:
    """Injection into scripts, wide permissions, credentials that stay on disk, and the like."""
    done = tool("zizmor", "--offline", "--no-progress", "--min-severity", "medium", ".github", "action.yml")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_actions_are_pinned_by_commit(path: Path) -> None:
    """A tag can be moved. The version beside it is for people and Dependabot. Our own action is this commit's."""
    used = re.findall(r"uses: .*", path.read_text())
    for line in used:
        assert PINNED.fullmatch(line) or line.startswith("uses: ./"), line
    hashes = re.findall(r"uses: (\S+)@(\S+) # (\S+)", "\n".join(each.read_text() for each in FILES))
    assert len({name for name, _, _ in hashes}) == len(set(hashes)), "one version of each action"


@pytest.mark.parametrize("script", list(scripts()))
def test_a_script_is_correct_shell(script: str) -> None:
    """And nothing of an event is put into it as text: a branch's name may contain commands."""
    assert "${{" not in script
    done = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=False)  # noqa: S607
    assert done.returncode == 0, done.stderr


def test_the_tests_run_on_every_supported_python() -> None:
    """Those of the classifiers, by the command of the README."""
    classified = re.findall(r"Python :: (3\.\d+)\"", (ROOT / "server" / "pyproject.toml").read_text())
    test = jobs("test")["test"]
    assert test["strategy"]["matrix"]["python"] == classified
    assert test["steps"][-1]["run"] == "make test"


def test_only_the_jobs_that_sign_have_an_identity() -> None:
    """What is built and tested cannot publish; nothing is published that failed a test."""
    release = jobs("release")
    signing = [name for name, job in release.items() if job["permissions"].get("id-token") == "write"]
    assert signing == ["attest", "publish"]
    assert release["attest"]["needs"] == ["test", "build"]
    assert release["publish"]["needs"] == "attest"
    assert release["publish"]["environment"] == "pypi"
    assert read(WORKFLOWS[0])["permissions"] == {}, "release.yml"
    for name in signing:
        assert not [step for step in release[name]["steps"] if "./server" in step.get("run", "")]


def test_the_tools_of_a_release_have_versions() -> None:
    """Each install is constrained, and every tool is in the constraints."""
    locked = {
        line.partition("==")[0] for line in (ROOT / ".github" / "release-constraints.txt").read_text().splitlines()
    }
    wanted = set((ROOT / ".github" / "release-requirements.txt").read_text().split())
    assert wanted <= locked
    installs = [line for script in scripts() for line in script.splitlines() if "pip install" in line]
    for line in installs:
        assert "--constraint" in line or line.endswith("\\"), line
    named = {
        word
        for line in installs
        if "release-constraints" in line
        for word in line.split("release-constraints.txt")[1].split()
    }
    assert named == wanted
