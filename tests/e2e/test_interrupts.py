"""Ctrl-C ends every command with 130 and without a traceback, from the first moment on."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from support.process import PATIENCE, PROGRAM, environment

IGNORING = ("sh", "-c", "trap '' INT; exec \"$@\"", "sh")
"""Runs a command as a shell runs it in the background: without SIGINT."""


INTERRUPTING = """
import importlib.machinery, os, signal, sys
class Interrupts:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name != os.environ["AFTER"]:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        load = spec.loader.exec_module
        def interrupt(module):
            load(module)
            print("interrupted", file=open(os.environ["DONE"], "w"))
            os.kill(os.getpid(), signal.SIGINT)
        spec.loader.exec_module = interrupt
        return spec
sys.meta_path.insert(0, Interrupts)
"""
"""A `sitecustomize` module: SIGINT arrives when the module AFTER has been imported, and never later than that."""


LOSING = """
import builtins, os, signal, sys
real = builtins.__import__
class Loses:
    def __del__(self):  # an exception that is raised here is printed and lost
        os.kill(os.getpid(), signal.SIGINT)
        sum(range(100))
def losing(name, *rest):
    if name == os.environ["AFTER"]:
        print("interrupted", file=open(os.environ["DONE"], "w"))
        Loses()
    return real(name, *rest)
builtins.__import__ = losing
"""
"""The same, where Python ignores exceptions, before the module is imported."""


def interrupted(
    folder: Path, after: str, *arguments: str, how: str = INTERRUPTING, under: Sequence[str] = ()
) -> tuple[int, str, str]:
    """Run a command that SIGINT reaches once a module is imported, and return the exit code, stdout and stderr.

    Args:
        folder: where the files of the test are; the command runs in `work` there.
        after: the module.
        arguments: of the command.
        how: the `sitecustomize` module that sends the signal.
        under: a command that runs the one after it.
    """
    folder.joinpath("work").mkdir()
    folder.joinpath("sitecustomize.py").write_text(how)
    given = environment()
    done = subprocess.run(
        [*under, sys.executable, PROGRAM, *arguments],
        cwd=folder / "work",
        env=given
        | {"PYTHONPATH": f"{folder}{os.pathsep}{given['PYTHONPATH']}", "PYTHONDONTWRITEBYTECODE": "1"}
        | {"AFTER": after, "DONE": str(folder / "done")},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert folder.joinpath("done").exists(), f"{after} is not imported"
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    "module",
    ["click.globals", "click", "numberkeep.config.values", "numberkeep.cli.main", "numberkeep.domain.phone", "apsw"],
)
def test_ctrl_c_while_modules_are_imported(tmp_path: Path, module: str) -> None:
    """It prints nothing and does nothing."""
    arguments = ("keys", "create") if module in {"numberkeep.domain.phone", "apsw"} else ("--help",)
    assert interrupted(tmp_path, module, *arguments) == (130, "", "")
    assert list((tmp_path / "work").iterdir()) == []


@pytest.mark.parametrize("module", ["numberkeep.cli.on_database", "numberkeep.stores", "apsw"])
def test_ctrl_c_where_python_ignores_exceptions(tmp_path: Path, module: str) -> None:
    """As in the callbacks that Python runs while it imports."""
    assert interrupted(tmp_path, module, "keys", "create", how=LOSING) == (130, "", "")
    assert list((tmp_path / "work").iterdir()) == []


def test_ctrl_c_is_ignored_where_it_was_ignored(tmp_path: Path) -> None:
    """A background job of a shell is not ended by the Ctrl-C for another program."""
    code, printed, said = interrupted(tmp_path, "click", "--version", under=IGNORING)
    assert (code, printed.startswith("numberkeep, version "), said) == (0, True, "")


@pytest.mark.parametrize("after", ["httpx2", "numberkeep.serving.start"])
def test_ctrl_c_while_a_command_prepares(tmp_path: Path, after: str) -> None:
    """Of `serve` and others, which import more once they run."""
    assert interrupted(tmp_path, after, "serve", "--port", "0") == (130, "", "")
