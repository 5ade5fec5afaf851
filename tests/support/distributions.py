"""The two distributions as users get them: built, and installed in environments without the repository.

pip downloads what they need, because its settings name the index; uv installs it, offline and in a moment.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from support.process import PATIENCE, Serving

ROOT: Final = Path(__file__).parents[2]
OFFICIAL_CLIENT: Final = "sendblue==1.33.0"
"""It installs the same package as our client, so it is in no environment with it."""

BESIDE: Final = ("hatchling", "pytest", "pytest-xdist", OFFICIAL_CLIENT)
"""What users of the wheels install beside them, and what installers need to build them from a checkout."""

UV: Final = Path(sys.executable).with_name("uv")
_DOWNLOAD_SECONDS: Final = 300
_FOREIGN: Final = ("NUMBERKEEP_", "SENDBLUE_API_", "PYTHON", "VIRTUAL_ENV", "UV_", "COVERAGE")


def build(folder: str, target: Path, kind: str = "wheel", *, source: Path | None = None) -> Path:
    """Build a distribution without network.

    Args:
        folder: `client` or `server`.
        target: where the file is written.
        kind: `wheel` or `sdist`.
        source: what it is built from; by default the folder of the repository.
    """
    before = set(target.iterdir())
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(target)]
    done = subprocess.run(command, cwd=source or ROOT / folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    [built] = set(target.iterdir()) - before
    return built


class Wheelhouse:
    """A folder with both wheels and all that they need, which an installer uses instead of an index."""

    def __init__(self, folder: Path) -> None:
        """Use a folder that `download` has filled."""
        self.folder = folder
        [self.client], [self.server] = folder.glob("sendblue_api-*.whl"), folder.glob("numberkeep-*.whl")

    @property
    def uv_settings(self) -> Mapping[str, str]:
        """The variables with which uv uses this folder as its only index, and reaches no network."""
        return {
            "UV_OFFLINE": "1",
            "UV_NO_INDEX": "1",
            "UV_FIND_LINKS": str(self.folder),
            "UV_NO_CONFIG": "1",
            "UV_PYTHON": sys.executable,
            "UV_CACHE_DIR": str(self.folder / ".uv"),
            "UV_TOOL_DIR": str(self.folder / ".tools"),
        }

    @property
    def pip_settings(self) -> Mapping[str, str]:
        """The same for pip."""
        return {
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.folder),
            "PIP_NO_COMPILE": "1",  # a test runs little of it
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        }

    def uv(self, *arguments: str | Path, cwd: Path | None = None) -> str:
        """Run uv with this folder as its only index, and return its output."""
        done = subprocess.run(
            [UV, *arguments],
            cwd=cwd or self.folder,
            env=clean_environ(**self.uv_settings),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def environment(self, path: Path, *requirements: str | Path) -> "Environment":
        """Return a new environment with these requirements and what they need, and without pip."""
        self.uv("venv", "--quiet", path)
        made = Environment(path)
        self.uv("pip", "install", "--quiet", "--python", made.python, *requirements)
        return made


def download(folder: Path, *more: str) -> None:
    """Build both wheels, and download what they need, into a new folder.

    Args:
        folder: the folder, which appears under its name once it is complete.
        more: other requirements, at the versions in constraints.txt.
    """
    part = folder.with_suffix(".part")
    part.mkdir()
    wheels = [str(build("client", part)), f"{build('server', part)}[postgres]"]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--dest", str(part)]
    done = subprocess.run(
        [*command, "--constraint", str(ROOT / "constraints.txt"), *wheels, *more],
        capture_output=True,
        text=True,
        timeout=_DOWNLOAD_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    part.rename(folder)


def download_alone(requirement: str, folder: Path) -> Path:
    """Download one wheel, of another version than that in constraints.txt, and return its path."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), requirement]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_DOWNLOAD_SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    [wheel] = folder.glob("*.whl")
    return wheel


class Environment:
    """A virtual environment, and programs that run in it.

    Attributes:
        python: its interpreter.
    """

    def __init__(self, path: Path) -> None:
        self.python = path / "bin" / "python"

    def run(self, *arguments: str, cwd: Path, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run its interpreter with arguments to the end."""
        return subprocess.run(
            [self.python, *arguments],
            cwd=cwd,
            env=clean_environ(**settings),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    @contextmanager
    def serving(self, cwd: Path, *command: str, **settings: str) -> Iterator[Serving]:
        """Run `python -m numberkeep serve` on a free port until the block ends."""
        with serving_command([str(self.python), "-m", "numberkeep", "serve", *command], cwd, **settings) as service:
            yield service


@contextmanager
def serving_command(command: Sequence[str], cwd: Path, **settings: str) -> Iterator[Serving]:
    """Run a command that serves, on a free port, until the block ends."""
    with subprocess.Popen(
        command,
        cwd=cwd,
        env=clean_environ(NUMBERKEEP_PORT="0", **settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield Serving(process, settings)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def clean_environ(**settings: str) -> dict[str, str]:
    """Return this process's environment without what points to the repository or its environment, plus settings."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    bin_ = str(Path(sys.executable).parent)
    path = os.pathsep.join(each for each in os.environ["PATH"].split(os.pathsep) if each != bin_)
    return {**clean, "PATH": path, **settings}
