"""The READMEs are correct: their blocks run, in the order in which they are read."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
import httpx2
import pytest
from markdown_it import MarkdownIt

from numberkeep.cli.default_command import DefaultCommand
from numberkeep.cli.main import cli
from numberkeep.config.table import SETTINGS
from support.process import PATIENCE, PROGRAM, environment, run, serving

ROOT = Path(__file__).parents[2]
PAGES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "client/README.md", "server/README.md", "bench/README.md"]
PAGES += sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md"))


def blocks(page: str, language: str) -> list[str]:
    """Return the fenced blocks of a page in one language."""
    tokens = MarkdownIt().parse((ROOT / page).read_text())
    return [token.content for token in tokens if token.type == "fence" and token.info == language]


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


def test_the_python_block_of_the_readme_prints_what_it_says(exported: Mapping[str, str], tmp_path: Path) -> None:
    """The first program that a new user pastes works, and prints what the README shows."""
    [block], [printed] = blocks("README.md", "python"), blocks("README.md", "text")
    assert run_block(sys.executable, "-W", "error", "-c", block, exported=exported, cwd=tmp_path) == printed


def test_the_curl_block_of_the_readme_works(exported: Mapping[str, str], tmp_path: Path) -> None:
    """Every call of the curl block succeeds."""
    [block] = [block for block in blocks("README.md", "sh") if "curl" in block]
    said = run_block("bash", "-euc", block.replace("curl -sS", "curl -sS --fail"), exported=exported, cwd=tmp_path)
    assert said.count('"status":"OK"') == 4
    assert '"amount":3' in said


def test_the_make_commands_of_the_readme_exist() -> None:
    """`make serve` and `make test` are targets."""
    block = "\n".join(blocks("README.md", "sh"))
    assert "make serve" in block
    for target in ("serve", "test"):
        command = ["make", "-n", target]
        subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, check=True)


def test_the_ci_settings_of_the_readme_make_that_pair(tmp_path: Path) -> None:
    """The README's variables for CI create the key pair that it names, and no file."""
    [block] = [block for block in blocks("README.md", "sh") if "NUMBERKEEP_API_KEY" in block]
    settings = dict(re.findall(r"(NUMBERKEEP_\w+)=(\S+)", block))
    with serving(tmp_path, **settings) as running:
        headers = {"sb-api-key-id": "ci-key", "sb-api-secret-key": "ci-secret"}
        assert httpx2.get(f"{running.url}/api/v2/contacts", headers=headers).json() == []
    assert list(tmp_path.iterdir()) == []


def test_the_settings_of_the_readme_are_those_of_the_program() -> None:
    """The README's table is the one in config/table.py; a failure prints the correct table."""
    table = "| variable, flag | default | |\n| --- | --- | --- |\n"
    for setting in SETTINGS:
        names = ", ".join(f"`{name}`" for name in (setting.name, setting.flag) if name)
        table += f"| {names} | {f'`{setting.default}`' if setting.default else ''} | {setting.help} |\n"
    readme = (ROOT / "README.md").read_text()
    assert table in readme, f"the README needs this table:\n{table}"


@pytest.mark.parametrize("page", PAGES)
def test_every_variable_of_a_page_is_real(page: str) -> None:
    """No page names a setting that the program does not have."""
    named = set(re.findall(r"NUMBERKEEP_[A-Z]+(?:_[A-Z]+)*", (ROOT / page).read_text()))
    assert named <= {setting.name for setting in SETTINGS} | {
        "NUMBERKEEP_TEST_POSTGRES",
        "NUMBERKEEP_TEST_CITUS_WORKERS",
    }


def test_every_command_of_the_readme_is_real() -> None:
    """The table of commands lists all of them, with their subcommands."""
    rows = re.findall(r"^\| `numberkeep (.*) \|$", (ROOT / "README.md").read_text(), re.MULTILINE)
    cells = [row.split(" | ")[0] for row in rows]
    named = {word for cell in cells for word in re.findall(r"[a-z]+(?:-[a-z]+)*", cell)}
    for name, command in cli.commands.items():
        if name != "serve":
            below = set(command.commands) if isinstance(command, click.Group) else set()
            if isinstance(command, DefaultCommand):
                below.remove(command.default)
            assert {name, *below} <= named


def test_the_commands_of_the_operations_page_work(tmp_path: Path) -> None:
    """Backup, check and restore can be pasted, in the order of the page."""
    assert run("keys", "create", cwd=tmp_path).returncode == 0
    command = ["bash", "-euc", "".join(blocks("docs/operations.md", "sh"))]
    path = os.pathsep.join([str(PROGRAM.parent), os.environ["PATH"]])
    done = subprocess.run(
        command, cwd=tmp_path, env=environment(PATH=path), capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "contacts-backup.db is sound: 1 account, 0 contacts\n"
    assert len(list(tmp_path.glob("numberkeep.db*"))) == 2, "the database and the one that was replaced"
    assert len(list(tmp_path.glob("*backup*.db"))) == 2


def test_the_commands_of_the_messaging_page_work(exported: Mapping[str, str], tmp_path: Path) -> None:
    """Ask, answer, opt out, read the ledger and events, add a webhook: each command works in its order."""
    path = os.pathsep.join([str(PROGRAM.parent), os.environ["PATH"]])
    command = ["bash", "-euc", "".join(blocks("docs/messaging.md", "sh"))]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env=environment(PATH=path, **exported),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert "+14155550123 is now verified" in lines
    assert "+14155550123 opted out" in lines
    assert any(re.fullmatch(r'1  \S+  opted out by message: "stop"', line) for line in lines)
    assert sum("verification.approved" in line and "+14155550123" in line for line in lines) == 1
    assert lines[-1] == "1  https://example.com/hook  contact_created verification.approved"


def test_the_python_block_of_the_clients_readme_works(exported: Mapping[str, str], tmp_path: Path) -> None:
    """The client's own README runs from top to bottom."""
    [block] = blocks("client/README.md", "python")
    assert "404" in run_block(sys.executable, "-W", "error", "-c", block, exported=exported, cwd=tmp_path)


@pytest.mark.parametrize("page", PAGES)
def test_links_inside_the_repository_lead_somewhere(page: str) -> None:
    """Every linked file exists."""
    text = re.sub(r"```.*?```", "", (ROOT / page).read_text(), flags=re.DOTALL)
    for target in re.findall(r"\]\((?!https?://|#)([^)#]+)[^)]*\)", text):
        assert ((ROOT / page).parent / target).exists(), target


def test_the_commands_of_the_import_page_work(exported: Mapping[str, str], tmp_path: Path) -> None:
    """The blocks run in their order, on a database and on the service, and print what the page shows."""
    path = os.pathsep.join([str(PROGRAM.parent), os.environ["PATH"]])
    command = ["bash", "-euc", "".join(blocks("docs/import.md", "sh"))]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env=environment(PATH=path, **exported),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    words, counts = blocks("docs/import.md", "text")
    assert words in done.stderr
    assert counts in done.stdout
    assert "more.csv, 1 row: 1 created." in done.stderr
