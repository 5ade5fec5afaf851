"""The commands of pages run in their order, in a shell with the export line."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from support.pages import blocks
from support.process import PATIENCE, PROGRAM, environment, run, serving


@pytest.fixture
def exported(tmp_path: Path) -> Iterator[Mapping[str, str]]:
    """Return the variables that the export line of a first start sets."""
    with serving(tmp_path) as running:
        yield running.read_export()


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
