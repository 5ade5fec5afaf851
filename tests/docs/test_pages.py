"""What every page says is real: links, variables, settings and commands."""

import re

import click
import pytest

from numberkeep.cli.default_command import DefaultCommand
from numberkeep.cli.main import cli
from numberkeep.config.table import SETTINGS
from support.pages import ROOT

PAGES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "client/README.md", "server/README.md", "bench/README.md"]
PAGES += sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md"))


@pytest.mark.parametrize("page", PAGES)
def test_links_inside_the_repository_lead_somewhere(page: str) -> None:
    """Every linked file exists."""
    text = re.sub(r"```.*?```", "", (ROOT / page).read_text(), flags=re.DOTALL)
    for target in re.findall(r"\]\((?!https?://|#)([^)#]+)[^)]*\)", text):
        assert ((ROOT / page).parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES)
def test_every_variable_of_a_page_is_real(page: str) -> None:
    """No page names a setting that the program does not have."""
    named = set(re.findall(r"NUMBERKEEP_[A-Z]+(?:_[A-Z]+)*", (ROOT / page).read_text()))
    assert named <= {setting.name for setting in SETTINGS} | {
        "NUMBERKEEP_TEST_POSTGRES",
        "NUMBERKEEP_TEST_CITUS_WORKERS",
    }


def test_the_settings_page_has_those_of_the_program() -> None:
    """Its table is the one in config/table.py; a failure prints the correct table."""
    table = "| variable, flag | default | |\n| --- | --- | --- |\n"
    for setting in SETTINGS:
        names = ", ".join(f"`{name}`" for name in (setting.name, setting.flag) if name)
        table += f"| {names} | {f'`{setting.default}`' if setting.default else ''} | {setting.help} |\n"
    assert table in (ROOT / "docs" / "settings.md").read_text(), f"docs/settings.md needs this table:\n{table}"


def test_the_commands_page_has_every_command() -> None:
    """The table lists all of them, with their subcommands."""
    rows = re.findall(r"^\| `numberkeep (.*) \|$", (ROOT / "docs" / "commands.md").read_text(), re.MULTILINE)
    cells = [row.split(" | ")[0] for row in rows]
    named = {word for cell in cells for word in re.findall(r"[a-z]+(?:-[a-z]+)*", cell)}
    for name, command in cli.commands.items():
        below = set(command.commands) if isinstance(command, click.Group) else set()
        if isinstance(command, DefaultCommand):
            below.remove(command.default)
        assert {name, *below} <= named
