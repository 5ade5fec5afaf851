"""The steps of action.yml in a clean shell, as a runner of GitHub Actions runs them."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml

from support import leaks
from support.daemon import free_port
from support.distributions import ROOT, clean_environ
from support.process import PATIENCE

ACTION: Mapping[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
STEPS: list[Mapping[str, Any]] = ACTION["runs"]["steps"]
INSTALL_SECONDS = 300


@dataclass
class Runner:
    """The files that a runner reads after each step.

    Attributes:
        folder: where they are, with the folder for temporary files.
        inputs: the inputs of the action.
        groups: the process groups of the steps; a runner ends them after the job.
    """

    folder: Path
    inputs: Mapping[str, str]
    groups: list[int]

    def run(self, step: Mapping[str, Any]) -> "subprocess.CompletedProcess[str]":
        """Run a step as `shell: bash` does, with the variables that earlier steps have set."""
        environ = clean_environ(
            PATH=os.pathsep.join([*self.lines("path")[::-1], str(Path(sys.base_prefix) / "bin"), "/usr/bin", "/bin"]),
            RUNNER_TEMP=str(self.folder),
            GITHUB_ACTION_PATH=str(ROOT),
            **{f"GITHUB_{name.upper()}": str(self.folder / name) for name in ("env", "path", "output")},
            **{name: self.filled(value) for name, value in step.get("env", {}).items()},
            **self.variables,
        )
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        with (self.folder / "printed").open("w+") as printed:
            process = subprocess.Popen(
                command, cwd=self.folder, env=environ, stdout=printed, stderr=printed, start_new_session=True
            )
            self.groups.append(process.pid)
            code = process.wait(INSTALL_SECONDS)
            printed.seek(0)
            return subprocess.CompletedProcess(command, code, printed.read(), "")

    def filled(self, value: str) -> str:
        """Return a value with the inputs in place of their expressions."""
        return re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: self.inputs[found[1]], value)

    def lines(self, name: str) -> list[str]:
        """Return the lines of one of the runner's files."""
        path = self.folder / name
        return path.read_text().splitlines() if path.exists() else []

    @property
    def variables(self) -> dict[str, str]:
        """Return what earlier steps have set for later ones."""
        return dict(line.split("=", 1) for line in self.lines("env"))

    @property
    def outputs(self) -> dict[str, str]:
        """Return the outputs of the last step with outputs."""
        return dict(line.split("=", 1) for line in self.lines("output"))


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    """Return a runner with the action's default inputs, on a free port; at the end, nothing that it started is left."""
    inputs = {name: each["default"] for name, each in ACTION["inputs"].items()}
    made = Runner(tmp_path, inputs | {"port": str(free_port())}, [])
    yield made
    for group in made.groups:
        try:
            os.killpg(group, signal.SIGKILL)
        except ProcessLookupError:
            continue


def test_the_steps_that_follow_have_a_service(runner: Runner) -> None:
    """They call it by SENDBLUE_API_*, have the command on PATH, and the log hides the secret."""
    printed = []
    for step in STEPS:
        done = runner.run(step)
        assert done.returncode == 0, done.stdout
        printed.append(done.stdout)
    variables = runner.variables
    secret = variables["SENDBLUE_API_API_SECRET"]
    leaks.learn_secret(secret)
    assert printed[1].startswith(f"::add-mask::{secret}\n")
    assert "".join(printed).count(secret) == 1
    headers = {"sb-api-key-id": variables["SENDBLUE_API_API_KEY"], "sb-api-secret-key": secret}
    with httpx2.Client(base_url=variables["SENDBLUE_API_BASE_URL"], headers=headers, timeout=PATIENCE) as wire:
        assert wire.post("/api/v2/contacts", json={"number": "+14155552671"}).status_code == 200
        assert wire.get("/_numberkeep/test/clock").status_code == 200, "it is in test mode"
    assert {name: value for name, value in ACTION["outputs"].items() if name not in runner.outputs} == {}
    assert secret not in Path(runner.outputs["log"]).read_text()
    after = runner.run({"run": "numberkeep doctor; command -v numberkeep"})
    assert after.returncode == 0, after.stdout
    assert after.stdout.splitlines()[-1] == str(runner.folder / "numberkeep" / "bin" / "numberkeep")

    command = runner.folder / "numberkeep" / "bin" / "numberkeep"
    program = command.resolve()
    command.unlink()
    command.write_text(f'#!/bin/sh\nif [ "$1" = serve ]; then sleep 2; fi\nexec "{program}" "$@"\n')
    command.chmod(0o755)
    again = runner.run(STEPS[1])  # the other service answers before this one finds its port taken
    assert again.returncode == 1, "the port is taken, and the service that has it is not this step's"
    assert "choose another with --port" in again.stdout


def test_every_expression_is_an_input_or_an_output() -> None:
    """Of the step that sets it."""
    text = (ROOT / "action.yml").read_text()
    named = re.findall(r"\$\{\{ (.*?) \}\}", text)
    known = [f"inputs.{name}" for name in ACTION["inputs"]] + [
        f"steps.start.outputs.{name}" for name in ACTION["outputs"]
    ]
    assert sorted(named) == sorted(known)
