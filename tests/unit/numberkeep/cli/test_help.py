"""`--help` of every command fits 80 columns and shows complete summaries."""

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from numberkeep.cli.main import cli
from numberkeep.config.table import SETTINGS


def paths(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the words that call each command."""
    yield path
    for name, below in command.commands.items() if isinstance(command, click.Group) else ():
        yield from paths(below, (*path, name))


def shown(*path: str) -> str:
    """Return the help of a command."""
    done = CliRunner().invoke(cli, [*path, "--help"], terminal_width=80)
    assert done.exit_code == 0
    return done.stdout


@pytest.mark.parametrize("path", [*paths(cli)], ids=" ".join)
def test_nothing_is_cut_off(path: tuple[str, ...]) -> None:
    """No summary ends in an ellipsis, and no line is longer than 80 columns."""
    text = shown(*path)
    assert "..." not in text.replace("[ARGS]...", "")
    assert max(map(len, text.splitlines())) <= 80


def test_serve_shows_every_setting() -> None:
    """With its variable, help and default."""
    text = " ".join(shown("serve").split())
    for setting in SETTINGS:
        assert setting.name in text
        assert setting.help in text
        assert setting.flag in text
        if setting.default:
            assert f"default: {setting.default}]" in text


def test_a_variable_is_shown_only_where_it_applies() -> None:
    """NUMBERKEEP_DATABASE applies to administration, but not to `consent`."""
    assert "[env var: NUMBERKEEP_DATABASE;" in " ".join(shown("keys", "list").split())
    assert "env var" not in shown("consent", "show")
