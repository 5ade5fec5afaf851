"""Commands that install and start run as they are printed: with pip, uvx and a shell, from the wheels."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from support.distributions import OFFICIAL_CLIENT, UV, Wheelhouse, clean_environ, serving_command
from support.pages import ROOT, blocks, files
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


def test_the_tutorial_works_from_its_first_line_to_its_last(wheelhouse: Wheelhouse, tmp_path: Path) -> None:
    """In an empty folder: install, start, paste the export line, run the program, reply, and run the tests."""
    install, start, *later, tests = blocks("docs/tutorial.md", "sh")
    printed = blocks("docs/tutorial.md", "text")
    run_lines(install, tmp_path, wheelhouse.pip_settings)
    folder = tmp_path / "signup"
    shell = activated(folder / ".venv")
    for name, content in files("docs/tutorial.md").items():
        (folder / name).write_text(content)
    with serving_command(["bash", "-c", f"exec {start}"], folder, **shell) as service:
        exported = {**shell, **service.read_export()}
        said = [run_lines(block, folder, exported) for block in later]
    assert [each for each in said if not each.startswith("[")] == printed
    assert "4 passed" in run_lines(tests, folder, shell)


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


def test_the_readme_is_right_for_the_official_client(wheelhouse: Wheelhouse, tmp_path: Path) -> None:
    """Its program and its test run unchanged with that client, in an environment without ours."""
    made = wheelhouse.environment(tmp_path / "env", f"{wheelhouse.server}[testing]", OFFICIAL_CLIENT)
    program, test = blocks("README.md", "python")
    with made.serving(tmp_path) as service:
        done = made.run("-c", program, cwd=tmp_path, **service.read_export())
    assert (done.returncode, done.stdout) == (0, "+14155552671\n"), done.stderr
    (tmp_path / "test_welcome.py").write_text(test)
    done = made.run("-m", "pytest", "--rootdir", str(tmp_path), "test_welcome.py", cwd=tmp_path)
    assert "1 passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("line", [0, 1])
def test_uvx_starts_as_the_readme_says(wheelhouse: Wheelhouse, tmp_path: Path, line: int) -> None:
    """From the wheel, and from a checkout."""
    [block] = [block for block in blocks("README.md", "sh") if "uvx" in block]
    shutil.copytree(ROOT / "server", tmp_path / "server")
    shell = {**wheelhouse.uv_settings, "PATH": os.pathsep.join([str(UV.parent), clean_environ()["PATH"]])}
    with serving_command(["bash", "-c", f"exec {block.splitlines()[line]}"], tmp_path, **shell) as service:
        service.read_export()
        with service.wire() as wire:
            assert wire.get("/api/v2/contacts/count").json() == {"count": 0}
    assert [path.name for path in tmp_path.glob("*.db")] == ["numberkeep.db"]
