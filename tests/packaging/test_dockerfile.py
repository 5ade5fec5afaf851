"""The Dockerfile and .dockerignore, as a linter reads them. tests/packaging/test_image.py runs the steps."""

import re
from pathlib import Path

import pytest

from numberkeep.cli.main import cli
from numberkeep.config.table import SETTINGS
from support.distributions import ROOT
from support.dockerfile import Stage, is_ignored, stages

STAGES = stages(ROOT / "Dockerfile")
FINAL = STAGES[-1]
IGNORE = ROOT / ".dockerignore"
TESTED_PYTHON = "3.13"


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name or "final")
def test_the_base_has_a_version(stage: Stage) -> None:
    """Of Python and of Debian, and the same in each stage: the environment is copied from one to the other."""
    assert stage.base == f"python:{TESTED_PYTHON}-slim-bookworm"
    assert f"Python :: {TESTED_PYTHON}" in (ROOT / "server" / "pyproject.toml").read_text()


def test_what_is_copied_exists_and_is_not_ignored() -> None:
    """Of the context or of an earlier stage; nothing is added from the network or unpacked."""
    names = [stage.name for stage in STAGES]
    for stage in STAGES:
        assert not stage.all("ADD")
        for copy in stage.all("COPY"):
            for source in copy.words[:-1]:
                if "from" in copy.flags:
                    assert copy.flags["from"] in names[: names.index(stage.name)]
                else:
                    assert (ROOT / source).exists(), source
                    assert not is_ignored(IGNORE, source), source


@pytest.mark.parametrize(
    "path", [".git", ".venv", "numberkeep.db", "server/numberkeep.db-wal", "server/numberkeep/__pycache__", "tests"]
)
def test_the_context_is_small(path: str) -> None:
    """Neither the history nor a database nor what a run leaves behind gets into an image."""
    assert is_ignored(IGNORE, path)


def test_versions_are_those_that_are_tested() -> None:
    """Each installation is constrained, and compiles nothing."""
    [run] = STAGES[0].all("RUN")
    installs = re.findall(r" install .*?(?=&&|$)", run.text)
    assert len(installs) == 2
    assert all("--constraint constraints.txt" in each for each in installs)
    assert "--only-binary :all:" in installs[1]


def test_it_runs_without_root() -> None:
    """As a number, which Kubernetes can check, and by no later instruction as another."""
    assert FINAL.last("USER").words == ["10001:10001"]
    names = [each.name for each in FINAL.instructions]
    assert "RUN" not in names[names.index("USER") :]


def test_it_writes_to_the_volume_only() -> None:
    """The database, temporary files and the working folder are in it."""
    assert FINAL.last("VOLUME").words == FINAL.last("WORKDIR").words == ["/data"]
    assert FINAL.env["TMPDIR"] == "/data"
    assert FINAL.env["NUMBERKEEP_DATABASE"] == "sqlite:////data/numberkeep.db"
    assert FINAL.env["PYTHONDONTWRITEBYTECODE"] == "1"


def test_its_commands_and_settings_exist() -> None:
    """The entry point takes commands; the health check is one of them and needs no other program."""
    assert FINAL.last("ENTRYPOINT").words == ["numberkeep"]
    assert FINAL.last("CMD").words == ["serve"]
    health = FINAL.last("HEALTHCHECK").text.partition(" CMD ")[2]
    assert health == '["numberkeep", "ready"]'
    assert {"serve", "ready"} <= set(cli.commands)
    known = {setting.name for setting in SETTINGS}
    assert {name for name in FINAL.env if name.startswith("NUMBERKEEP_")} <= known
    assert FINAL.last("EXPOSE").words == [FINAL.env["NUMBERKEEP_PORT"]]


def test_no_secret_is_in_it() -> None:
    """Variables and arguments of a build can be read in the image."""
    assert not [each for stage in STAGES for each in stage.all("ARG")]
    assert not [name for name in FINAL.env if re.search(r"KEY|SECRET|TOKEN|PASSWORD", name)]


def test_the_ignore_file_is_read_as_docker_does(tmp_path: Path) -> None:
    """The reader above: the last line that fits decides, and `**/` stands for any folders or none."""
    file = tmp_path / ".dockerignore"
    file.write_text("# a comment\n*\n!a\na/b\n**/*.pyc\n")
    found = {path: is_ignored(file, path) for path in ("x", "x/a", "a", "a/c", "a/b", "a/b/c", "a/x/y.pyc", "y.pyc")}
    assert [path for path, ignored in found.items() if not ignored] == ["a", "a/c"]
