"""The wheels and what they need, downloaded once for all processes of a run."""

import fcntl
import os
from pathlib import Path

import pytest

from support.distributions import Environment, Wheelhouse, download

OFFICIAL = "sendblue==1.33.0"
"""The official client, which installs the package `sendblue_api` too."""


@pytest.fixture(scope="session")
def wheelhouse(tmp_path_factory: pytest.TempPathFactory) -> Wheelhouse:
    """Return a folder with both wheels, which environments are made from."""
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    with (base / "wheelhouse.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = base / "wheelhouse"
        if not folder.exists():
            download(folder, OFFICIAL)
    return Wheelhouse(folder)


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
