"""Ctrl-C ends every command with 130 and without a traceback, from the first moment on."""

import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from support.process import PATIENCE, PROGRAM, environment

IGNORING = ("sh", "-c", "trap '' INT; exec \"$@\"", "sh")
"""Runs a command as a shell runs it in the background: without SIGINT."""


LOSING = """
import builtins, os, signal, sys
real = builtins.__import__
class Loses:
    def __del__(self):  # an exception that is raised here is printed and lost
        os.kill(os.getpid(), signal.SIGINT)
        sum(range(100))
def losing(name, *rest):
    if name == os.environ["LOSING"]:
        Loses()
    return real(name, *rest)
builtins.__import__ = losing
"""
"""A `sitecustomize` module: SIGINT arrives where Python ignores exceptions, when the module LOSING is imported."""


def interrupted(cwd: Path, after: str, *arguments: str, under: Sequence[str] = ()) -> tuple[int, str, list[str]]:
    """Run a command, send SIGINT once a module is imported, and return the exit code, stdout and stderr."""
    with subprocess.Popen(
        [*under, sys.executable, "-X", "importtime", PROGRAM, *arguments],  # reports each import on stderr
        cwd=cwd,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stderr
        for line in process.stderr:
            if line.split()[-1] == after:
                process.send_signal(signal.SIGINT)
                break
        else:
            pytest.fail(f"{after} is not imported")
        assert process.stdout
        lines = [line for line in process.stderr.read().splitlines() if not line.startswith("import time:")]
        return process.wait(PATIENCE), process.stdout.read(), lines


@pytest.mark.parametrize(
    "module",
    ["click.globals", "click", "numberkeep.config.values", "numberkeep.cli.main", "numberkeep.domain.phone", "apsw"],
)
def test_ctrl_c_while_modules_are_imported(tmp_path: Path, module: str) -> None:
    """It prints nothing and does nothing."""
    arguments = ("keys", "create") if module in {"numberkeep.domain.phone", "apsw"} else ("--help",)
    assert interrupted(tmp_path, module, *arguments) == (130, "", [])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("module", ["numberkeep.cli.on_database", "numberkeep.stores", "apsw"])
def test_ctrl_c_where_python_ignores_exceptions(tmp_path: Path, module: str) -> None:
    """As in the callbacks that Python runs while it imports."""
    tmp_path.joinpath("sitecustomize.py").write_text(LOSING)
    done = subprocess.run(
        [sys.executable, PROGRAM, "keys", "create"],
        cwd=tmp_path,
        env=environment() | {"PYTHONPATH": str(tmp_path), "LOSING": module, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
    assert [each.name for each in tmp_path.iterdir()] == ["sitecustomize.py"]


def test_ctrl_c_is_ignored_where_it_was_ignored(tmp_path: Path) -> None:
    """A background job of a shell is not ended by the Ctrl-C for another program."""
    code, printed, said = interrupted(tmp_path, "click", "--version", under=IGNORING)
    assert (code, printed.startswith("numberkeep, version "), said) == (0, True, [])


@pytest.mark.parametrize("after", ["httpx2", "numberkeep.serving.start"])
def test_ctrl_c_while_a_command_prepares(tmp_path: Path, after: str) -> None:
    """Of `serve` and others, which import more once they run."""
    assert interrupted(tmp_path, after, "serve", "--port", "0") == (130, "", [])
