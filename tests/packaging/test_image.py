"""The steps of the Dockerfile run, and so does what they make: as the image's user, with a read-only root.

Docker is not needed, and the base image is not the real one: see support/image.py.
"""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.daemon import free_port
from support.distributions import ROOT
from support.image import build_script, in_container, python_layer, run_script
from support.process import PATIENCE, Serving

DOCKERFILE = ROOT / "Dockerfile"
CONTACTS = "/api/v2/contacts"
NAMESPACES = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]


class Container:
    """A running container.

    Attributes:
        service: the service in it.
        settings: the variables that were set for it.
    """

    def __init__(self, service: Serving, settings: dict[str, str]) -> None:
        self.service, self.settings = service, settings

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in it, as `docker exec` does."""
        enter = ["nsenter", "--target", str(self.service.worker), "--mount", "--pid", "--root", "--wd"]
        return subprocess.run(
            [*enter, *in_container(DOCKERFILE, *command, **self.settings)],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def stop(self) -> int:
        """Stop its first process, as `docker stop` does, and return the exit code."""
        os.kill(self.service.worker, signal.SIGTERM)
        return self.service.process.wait(PATIENCE)


@pytest.fixture
def container(tmp_path: Path) -> Iterator[Container]:
    """Run the steps, and then the container on a free port."""
    if os.geteuid() or subprocess.run([*NAMESPACES, "true"], capture_output=True, check=False).returncode:
        pytest.skip("mounting overlays needs root and namespaces")
    settings = {"NUMBERKEEP_PORT": str(free_port())}
    work = tmp_path / "work"
    work.mkdir()
    script = build_script(DOCKERFILE, Path("/"), python_layer(tmp_path / "python"), work)
    script += run_script(DOCKERFILE, **settings)
    with subprocess.Popen(
        [*NAMESPACES, "sh", "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield Container(Serving(process, settings), settings)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def test_what_the_image_runs(container: Container) -> None:
    """It serves, checks its health, writes to the volume only, and ends at SIGTERM."""
    service = container.service
    assert service.read_export()["SENDBLUE_API_BASE_URL"] == f"http://127.0.0.1:{container.settings['NUMBERKEEP_PORT']}"
    health = container.run("numberkeep", "ready")
    assert health.returncode == 0, health.stderr

    with service.wire() as wire:
        created = wire.post(CONTACTS, json={"number": "+14155552671"})
        assert created.status_code == 200, created.text
        exported = wire.get("/_numberkeep/export", params={"format": "csv"})
        assert "+14155552671" in exported.text, exported.text
    folder = container.run("python", "-c", "import tempfile; print(tempfile.gettempdir())")
    assert folder.stdout == "/data\n", "large exports and imports go through a file"

    assert container.run("id", "-u").stdout == "10001\n"
    assert "Read-only file system" in container.run("touch", "/opt/numberkeep/x").stderr
    assert "Read-only file system" in container.run("touch", "/tmp/x").stderr  # noqa: S108 - that is the point
    names = container.run("ls", "/data").stdout.split()
    assert set(names) == {"numberkeep.db", "numberkeep.db-wal", "numberkeep.db-shm", "numberkeep.db.lock"}

    printed = container.run("numberkeep", "env", "--shell", "sh")
    assert f"SENDBLUE_API_BASE_URL={service.exported['SENDBLUE_API_BASE_URL']}" in printed.stdout.replace("'", "")
    assert container.stop() == 0
