"""docs/install.md: its commands are those that the tests of this folder run, and name what exists."""

import re
import shlex
from pathlib import Path

import pytest
import yaml
from markdown_it import MarkdownIt

from numberkeep import __version__
from numberkeep.cli.main import cli
from support.distributions import ROOT, Wheelhouse
from support.dockerfile import stages

PAGE = ROOT / "docs" / "install.md"
UNIT = (ROOT / "deploy" / "numberkeep.service").read_text()
IMAGE = stages(ROOT / "Dockerfile")[-1]


def commands() -> list[str]:
    """Return the commands of the page's shell blocks, each in one line and without its comment."""
    tokens = MarkdownIt().parse(PAGE.read_text())
    text = "".join(token.content for token in tokens if token.type == "fence" and token.info == "sh")
    return [re.sub(r" +# .*", "", line) for line in text.replace("\\\n", " ").splitlines()]


def beginning(*starts: str) -> list[str]:
    """Return the commands that begin in one of several ways."""
    return [command for command in commands() if command.startswith(starts)]


def test_a_checkout_runs_with_uvx(wheelhouse: Wheelhouse) -> None:
    """The command of the page, with `--version` in place of `serve`."""
    [command] = beginning("uvx --from ./server")
    words = shlex.split(command)[1:-1]
    assert words[-1] == "numberkeep"
    printed = wheelhouse.uv("tool", "run", *words, "--version", cwd=ROOT)
    assert printed == f"numberkeep, version {__version__}\n"


def test_the_names_of_the_page_are_those_of_the_wheels(wheelhouse: Wheelhouse) -> None:
    """The extras and the name of the file."""
    assert [command for command in beginning("uvx") if wheelhouse.server.name in command]
    metadata = (ROOT / "server" / "pyproject.toml").read_text()
    for extra in set(re.findall(r"numberkeep\[(\w+)\]", PAGE.read_text())):
        assert re.search(rf"^{extra} = \[", metadata, re.MULTILINE), extra


def test_every_command_of_numberkeep_exists() -> None:
    """However it is run."""
    run = re.findall(
        r"numberkeep (serve|env|backup|ready|doctor|[a-z]+) ?[-/\w]*$", "\n".join(commands()), re.MULTILINE
    )
    assert set(run) <= set(cli.commands)
    assert "serve" in run


def test_the_container_is_that_of_the_image_and_of_compose() -> None:
    """Port, volume and confinement are the same in all three."""
    [run] = beginning("docker run")
    words = shlex.split(run)
    service = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())["services"]["numberkeep"]
    assert words[words.index("--publish") + 1] == service["ports"][0]
    assert words[words.index("--volume") + 1].partition(":")[2] == IMAGE.last("VOLUME").words[0]
    assert ("--read-only" in words) == service["read_only"]
    assert words[words.index("--cap-drop") + 1] == service["cap_drop"][0]
    assert [words[words.index("--security-opt") + 1] + ":true"] == service["security_opt"]


@pytest.mark.parametrize(
    "named", ["/opt/numberkeep/bin", "/etc/numberkeep.env", "/var/lib/numberkeep/numberkeep.db", "User=numberkeep"]
)
def test_the_unit_uses_what_the_page_installs(named: str) -> None:
    """The paths and the user."""
    assert named in UNIT
    assert named.rpartition("=")[2] in "\n".join(commands())


@pytest.mark.parametrize("path", sorted(set(re.findall(r"deploy/[\w.]+", PAGE.read_text()))))
def test_every_file_of_the_page_exists(path: str) -> None:
    """Those that commands name; the links are checked with all pages."""
    assert Path(ROOT / path).is_file()


def test_the_action_of_the_page_has_these_inputs() -> None:
    """With these defaults."""
    inputs = yaml.safe_load((ROOT / "action.yml").read_text())["inputs"]
    rows = dict(re.findall(r"^\| `(\w+)` \| `([^`]+)` \|", PAGE.read_text(), re.MULTILINE))
    assert rows == {name: each["default"] for name, each in inputs.items()}
