"""The READMEs are correct: their blocks run as they are printed."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from support.pages import ROOT, blocks
from support.process import PATIENCE, environment, serving


@pytest.fixture
def exported(tmp_path: Path) -> Iterator[Mapping[str, str]]:
    """Return the variables that the export line of a first start sets."""
    with serving(tmp_path) as running:
        yield running.read_export()


def run_block(*command: str, exported: Mapping[str, str], cwd: Path) -> str:
    """Return the output of a block in a shell with the export line."""
    done = subprocess.run(
        command, cwd=cwd, env=environment(**exported), capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_every_block_of_the_readme_is_run_here() -> None:
    """Three starts, curl, CI; a program and a test."""
    assert [len(blocks("README.md", language)) for language in ("sh", "python", "text", "")] == [5, 2, 0, 0]


def test_the_checkout_start_of_the_readme_exists() -> None:
    """`make serve` is a target."""
    [block] = [block for block in blocks("README.md", "sh") if "make" in block]
    subprocess.run([*block.split(), "-n"], cwd=ROOT, capture_output=True, check=True)


def test_the_docker_start_of_the_readme_is_that_of_its_file() -> None:
    """Where there is Docker, .github/workflows/test.yml runs both lines."""
    [block] = [block for block in blocks("README.md", "sh") if "docker" in block]
    top = (ROOT / "deploy" / "compose.yaml").read_text()
    assert [line for line in block.splitlines() if f"#   {line}\n" not in top] == []


def test_the_program_of_the_readme_works_again_and_again(exported: Mapping[str, str], tmp_path: Path) -> None:
    """The first program that a new user pastes prints what the README says, also if it is pasted twice."""
    [block] = [block for block in blocks("README.md", "python") if "def test" not in block]
    for _ in range(2):
        said = run_block(sys.executable, "-W", "error", "-c", block, exported=exported, cwd=tmp_path)
        assert f"It prints `{said.strip()}`." in (ROOT / "README.md").read_text()


def test_the_test_of_the_readme_passes(tmp_path: Path) -> None:
    """In a file of its own, with the fixture of the installed plugin."""
    [block] = [block for block in blocks("README.md", "python") if "def test" in block]
    (tmp_path / "test_welcome.py").write_text(block)
    command = [sys.executable, "-m", "pytest", "-W", "error", "-p", "no:schemathesis", "--rootdir", str(tmp_path)]
    assert "1 passed" in run_block(*command, exported={}, cwd=tmp_path)


def test_the_curl_block_of_the_readme_works(exported: Mapping[str, str], tmp_path: Path) -> None:
    """Every call succeeds."""
    [block] = [block for block in blocks("README.md", "sh") if "curl" in block]
    said = run_block("bash", "-euc", block.replace("curl -sS", "curl -sS --fail"), exported=exported, cwd=tmp_path)
    assert said.count('"status":"OK"') == said.count('"phone":"+14155550123"') == 2


def test_the_recipe_for_ci_is_that_of_its_page() -> None:
    """tests/docs/test_ci_page.py runs it."""
    [recipe] = blocks("docs/ci.md", "sh")
    assert recipe in blocks("README.md", "sh")


def test_the_python_block_of_the_clients_readme_works(exported: Mapping[str, str], tmp_path: Path) -> None:
    """The client's own README runs from top to bottom, and deletes every contact that it creates."""
    [block] = blocks("client/README.md", "python")
    count = "\nprint('contacts left:', client.contacts.count().count)"
    said = run_block(sys.executable, "-W", "error", "-c", block + count, exported=exported, cwd=tmp_path)
    assert "404" in said
    assert said.endswith("contacts left: 0\n")
