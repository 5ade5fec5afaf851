"""docs/cli.md is what the commands say of themselves."""

from pathlib import Path

from numberkeep.cli.reference import reference

ROOT = Path(__file__).parents[2]


def test_the_committed_page_is_the_generated_one() -> None:
    """To update it, run `make cli-docs`."""
    assert (ROOT / "docs" / "cli.md").read_text() == reference(), "docs/cli.md is stale: run `make cli-docs`"


def test_every_command_has_a_section_and_every_option_a_line() -> None:
    """Nested ones too, with defaults and variables, and lines that are not to be wrapped."""
    lines = reference().splitlines()
    assert "## numberkeep webhooks add" in lines
    assert "- [`numberkeep keys`](#numberkeep-keys): Create, list and revoke API keys." in lines
    assert (
        "- `--database URL`: Database: sqlite:///FILE, sqlite://:memory: or postgresql://USER@HOST/NAME. [env var: "
        "NUMBERKEEP_DATABASE; default: sqlite:///numberkeep.db]" in lines
    )
    assert 'sh, bash, zsh  eval "$(numberkeep env)"' in lines
    assert not any("--help" in line for line in lines if line.startswith("- "))
