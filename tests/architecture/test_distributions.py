"""The contents of the two wheels besides their code. Building them needs no network."""

import re
import subprocess
import sys
from collections.abc import Mapping
from email.message import Message
from email.parser import Parser
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
REPOSITORY = "https://github.com/numberkeep/numberkeep"
FILES = f"{REPOSITORY}/blob/main/"
PYTHONS = ["3.11", "3.12", "3.13"]  # the versions that the tests ran with


@pytest.fixture(scope="module", params=["client", "server"])
def wheel(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Return the files in `dist-info` of one distribution's wheel, by name."""
    target = tmp_path_factory.mktemp(request.param)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
    done = subprocess.run(command, cwd=ROOT / request.param, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    [path] = target.glob("*.whl")
    with ZipFile(path) as archive:
        inside = [name for name in archive.namelist() if ".dist-info/" in name]
        return {name.partition(".dist-info/")[2]: archive.read(name).decode() for name in inside}


@pytest.fixture
def metadata(wheel: Mapping[str, str]) -> Message:
    """Return what a package index shows; its payload is the README."""
    return Parser().parsestr(wheel["METADATA"])


def test_the_licence_is_in_the_wheel(wheel: Mapping[str, str], metadata: Message) -> None:
    """Apache-2.0 requires it. Each distribution has a copy: an sdist has no file from outside its folder."""
    assert wheel["licenses/LICENSE"] == (ROOT / "LICENSE").read_text()
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata.get_all("License-File") == ["LICENSE"]


def test_each_supported_python_has_a_classifier(metadata: Message) -> None:
    """The first of them is the minimum that pip requires."""
    found = re.findall(r"Python :: (3\.\d+)$", "\n".join(metadata.get_all("Classifier", [])), re.MULTILINE)
    assert found == PYTHONS
    assert metadata["Requires-Python"] == f">={PYTHONS[0]}"


def test_links_are_absolute_and_lead_to_files_of_the_repository(metadata: Message) -> None:
    """A package index shows the README without the files beside it."""
    urls = dict(line.split(", ") for line in metadata.get_all("Project-URL", []))
    assert urls.keys() == {"Repository", "Documentation", "Changelog"}
    assert urls["Repository"] == REPOSITORY
    in_readme = re.findall(r"\]\(([^)]+)\)", str(metadata.get_payload()))
    assert in_readme
    for url in (*urls.values(), *in_readme):
        assert url.startswith("https://")
        if url.startswith(FILES):
            assert (ROOT / url.removeprefix(FILES)).exists(), url


@pytest.mark.parametrize("wheel", ["client"], indirect=True)
def test_only_the_python_version_is_reported_if_it_is_too_old(metadata: Message) -> None:
    """Older pips resolve dependencies first: on Python 3.10 they would report that no httpx2 is compatible."""
    needed = [Requirement(line) for line in metadata.get_all("Requires-Dist", [])]
    assert {"httpx2", "pydantic"} <= {each.name for each in needed}
    for each in needed:
        assert each.marker is not None, each
        assert not each.marker.evaluate({"python_version": "3.10"}), each
