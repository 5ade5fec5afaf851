"""Commands that install and start run as they are printed: with pip, uvx and a shell, from the wheels."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from support.distributions import Wheelhouse, clean_environ, serving_command
from support.pages import blocks
from support.process import PATIENCE


def run_lines(lines: str, folder: Path, settings: Mapping[str, str]) -> str:
    """Run a block in bash, as a user pastes it, and return what it prints."""
    done = subprocess.run(
        ["bash", "-euc", lines],  # noqa: S607 - the shell of the user
        cwd=folder,
        env=clean_environ(**settings),
        capture_output=True,
        text=True,
        timeout=4 * PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def activated(environment: Path) -> Mapping[str, str]:
    """Return the settings of a shell in which an environment is activated."""
    return {"PATH": os.pathsep.join([str(environment / "bin"), clean_environ()["PATH"]])}


def test_the_readme_of_the_service_stands_alone(wheelhouse: Wheelhouse, tmp_path: Path) -> None:
    """What a package index shows: install, then serve."""
    [block] = blocks("server/README.md", "sh")
    install, start = block.splitlines()
    run_lines("python3 -m venv env", tmp_path, {})
    shell = activated(tmp_path / "env")
    run_lines(install, tmp_path, {**shell, **wheelhouse.pip_settings})
    with serving_command(["bash", "-c", f"exec {start}"], tmp_path, **shell) as service:
        service.read_export()
        with service.wire() as wire:
            assert wire.get("/api/v2/contacts/count").json() == {"count": 0}
    assert [path.name for path in tmp_path.glob("*.db")] == ["numberkeep.db"]
