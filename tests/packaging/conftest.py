"""An environment with the service's wheel, and a folder to use it from."""

from pathlib import Path

import pytest

from support.distributions import Environment, Wheelhouse


@pytest.fixture(scope="session")
def installed(wheelhouse: Wheelhouse, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """Return an environment with the service's wheel alone, as `pip install numberkeep` makes it."""
    return wheelhouse.environment(tmp_path_factory.mktemp("installed") / "env", wheelhouse.server)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """Return a folder outside the repository to work in."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder
