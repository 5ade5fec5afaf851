"""The contents of the wheels and sdists of both distributions. Building them needs no network."""

import re
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from email.parser import Parser
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from trove_classifiers import classifiers

from support.distributions import ROOT, build

REPOSITORY = "https://github.com/numberkeep/numberkeep"
FILES = f"{REPOSITORY}/blob/main/"
PYTHONS = ["3.11", "3.12", "3.13"]  # the versions that the tests ran with


@dataclass(frozen=True)
class Built:
    """A distribution's wheel.

    Attributes:
        folder: its folder in the repository.
        package: the package that it installs.
        archive: the file.
    """

    folder: str
    package: str
    archive: Path

    @property
    def names(self) -> set[str]:
        """Return the names of the files that it installs, without those in `dist-info`."""
        with ZipFile(self.archive) as archive:
            return {name for name in archive.namelist() if ".dist-info/" not in name}


@pytest.fixture(scope="module", params=[("client", "sendblue_api"), ("server", "numberkeep")], ids=lambda each: each[0])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build one distribution's wheel."""
    folder, package = request.param
    return Built(folder, package, build(folder, tmp_path_factory.mktemp(folder)))


@pytest.fixture
def wheel(built: Built) -> Mapping[str, str]:
    """Return the files in `dist-info` of the wheel, by name."""
    with ZipFile(built.archive) as archive:
        inside = [name for name in archive.namelist() if ".dist-info/" in name]
        return {name.partition(".dist-info/")[2]: archive.read(name).decode() for name in inside}


@pytest.fixture
def metadata(wheel: Mapping[str, str]) -> Message:
    """Return what a package index shows; its payload is the README."""
    return Parser().parsestr(wheel["METADATA"])


def test_the_wheel_has_the_package_and_nothing_else(built: Built) -> None:
    """Code, migrations, lists of words, the console's pages, the mark of types; nothing that tests or runs leave."""
    root = ROOT / built.folder
    files = {path for path in (root / built.package).rglob("*") if path.is_file() and path.suffix != ".pyc"}
    assert built.names == {str(path.relative_to(root)) for path in files}
    assert f"{built.package}/py.typed" in built.names
    others = {name for name in built.names if Path(name).suffix not in {".py", ".typed", ".sql", ".txt"}}
    assert {(Path(name).parts[1], Path(name).suffix) for name in others} <= {
        ("console", suffix) for suffix in (".html", ".css", ".js", ".svg")
    }


def test_the_sdist_builds_the_same_wheel(built: Built, tmp_path: Path) -> None:
    """It contains what the wheel does, the metadata and the licence, and nothing else."""
    sdist = build(built.folder, tmp_path, "sdist")
    top = sdist.name.removesuffix(".tar.gz")
    with tarfile.open(sdist) as archive:
        names = {member.name.removeprefix(f"{top}/") for member in archive.getmembers() if member.isfile()}
        archive.extractall(tmp_path, filter="data")
    assert names == built.names | {"LICENSE", "README.md", "pyproject.toml", "PKG-INFO", ".gitignore"}
    target = tmp_path / "again"
    target.mkdir()
    assert build(built.folder, target, source=tmp_path / top).read_bytes() == built.archive.read_bytes()


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


def test_classifiers_are_known_to_the_index(metadata: Message) -> None:
    """It refuses a distribution with another."""
    assert set(metadata.get_all("Classifier", [])) <= classifiers


def test_links_are_absolute_and_lead_to_files_of_the_repository(metadata: Message) -> None:
    """A package index shows the README without the files beside it."""
    urls = dict(line.split(", ") for line in metadata.get_all("Project-URL", []))
    assert urls.keys() == {"Repository", "Documentation", "Changelog", "Issues"}
    assert urls["Repository"] == REPOSITORY
    in_readme = re.findall(r"\]\(([^)]+)\)", str(metadata.get_payload()))
    assert in_readme
    for url in (*urls.values(), *in_readme):
        assert url.startswith("https://")
        if url.startswith(FILES):
            assert (ROOT / url.removeprefix(FILES)).exists(), url


@pytest.mark.parametrize("built", [("client", "sendblue_api")], indirect=True)
def test_only_the_python_version_is_reported_if_it_is_too_old(metadata: Message) -> None:
    """Older pips resolve dependencies first: on Python 3.10 they would report that no httpx2 is compatible."""
    needed = [Requirement(line) for line in metadata.get_all("Requires-Dist", [])]
    assert {"httpx2", "pydantic"} <= {each.name for each in needed}
    for each in needed:
        assert each.marker is not None, each
        assert not each.marker.evaluate({"python_version": "3.10"}), each
