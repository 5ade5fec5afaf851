"""A full disk, files that may not be written, and files that are deleted while the service runs."""

import asyncio
import contextlib
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from fault.checks import check, until, walk
from fault.engines import Engine, examine_file, sqlite, wire_to
from fault.writers import CONTACTS, WRITERS, Writer
from support.process import PATIENCE, Serving, run, serving
from support.wire import Wire

linux = pytest.mark.skipif(sys.platform != "linux", reason="limits and namespaces of Linux")

_TMPFS: Final = ["unshare", "-Urm", "sh", "-c", 'mount -t tmpfs -o size=64m none "$0" && cd "$0" && exec "$@"']
_NO_SPACE: Final = ["sh", "-c", 'ulimit -f "$0" && exec "$@"']

_RIGHTS_BIND: Final = (
    ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    if os.geteuid() == 0 and shutil.which("setpriv")
    else []
)
"""Runs a command as a user whom file permissions apply to; they do not apply to root."""


class Disk:
    """A disk under a service, which a test can fill and clear.

    Attributes:
        running: the service.
        path: the database, as this process sees it.
        fill: leaves no space.
        clear: frees the space again.
    """

    def __init__(self, running: Serving, path: Path, fill: Callable[[], Any], clear: Callable[[], Any]) -> None:
        self.running = running
        self.path = path
        self.fill = fill
        self.clear = clear


@contextlib.contextmanager
def limited(engine: Engine) -> Iterator[Disk]:
    """Files cannot grow: a limit of the process, which SQLite reports as an I/O error."""
    path = engine.folder / "contacts.db"
    with engine.serving() as running:
        worker = running.worker

        def limit(size: int) -> None:
            resource.prlimit(worker, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

        def fill() -> None:
            limit(Path(f"{path}-wal").stat().st_size + 1000)

        yield Disk(running, path, fill, lambda: limit(resource.RLIM_INFINITY))


@contextlib.contextmanager
def small(engine: Engine) -> Iterator[Disk]:
    """Run a service on a file system of 64 MB, which only it and its children see."""
    under = [*_TMPFS, str(engine.folder)]
    if subprocess.run([*under, "true"], capture_output=True, check=False, timeout=PATIENCE).returncode:
        pytest.skip("this system does not let users mount a file system")
    with engine.serving(under) as running:
        folder = Path(f"/proc/{running.process.pid}/root{engine.folder}")
        filler = folder / "filler"

        def fill() -> None:
            with filler.open("wb", buffering=0) as file:
                for size in (2**20, 2**12):
                    with contextlib.suppress(OSError):
                        while file.write(bytes(size)) == size:
                            pass

        yield Disk(running, folder / "contacts.db", fill, filler.unlink)


@linux
@pytest.mark.parametrize("disk", [limited, small])
async def test_a_full_disk_refuses_writes_and_loses_none(
    tmp_path: Path, seed: int, disk: Callable[[Engine], AbstractContextManager[Disk]]
) -> None:
    """While the disk is full, writes get 503 and change nothing, and reads work; with space again, writes work too.

    /health/ready reports it.
    """
    writers = [Writer(number, seed + number) for number in range(WRITERS)]
    stop, since = asyncio.Event(), datetime.now(UTC)
    with disk(sqlite(tmp_path)) as used:
        async with wire_to(used.running) as wire, asyncio.TaskGroup() as group:
            for writer in writers:
                group.create_task(writer.run(wire_to(used.running), stop))
            for _ in range(5):
                await until(lambda: sum(writer.acknowledged for writer in writers), 100)
                used.fill()
                await until(lambda: sum(writer.refused for writer in writers), WRITERS)
                assert await walk(wire, limit=1000)
                assert (await wire.request("GET", f"{CONTACTS}/count")).status == 200
                await until_ready_is(wire, 503)
                used.clear()
            await until(lambda: sum(writer.acknowledged for writer in writers), 100)
            stop.set()
        async with wire_to(used.running) as wire:
            await until_ready_is(wire, 200)
            await check(wire, writers, since)
        for suffix in ("", "-wal"):  # copied, because SQLite cannot open a path in the service's own file system
            shutil.copy(f"{used.path}{suffix}", tmp_path / f"copy.db{suffix}")
        examine_file(tmp_path / "copy.db")
        assert used.running.stop() == 0


async def until_ready_is(wire: Wire, status: int) -> None:
    """Wait until the service reports itself ready, or not: it does not for a second after a failure."""
    async with asyncio.timeout(PATIENCE):
        while (await wire.request("GET", "/health/ready")).status != status:  # noqa: ASYNC110 - nothing reports it
            await asyncio.sleep(0.02)


def contents(folder: Path) -> dict[str, bytes]:
    """Return the contents of every file of a folder."""
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_a_start_on_a_full_disk_fails_cleanly(tmp_path: Path) -> None:
    """One line, exit 1; once there is space the same start succeeds."""
    done = run("serve", "--port", "0", cwd=tmp_path, under=[*_NO_SPACE, "8"])
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "the database numberkeep.db: " in done.stderr
    with serving(tmp_path) as running:
        assert running.stop() == 0


@pytest.mark.skipif(os.geteuid() == 0 and not _RIGHTS_BIND, reason="root may write anywhere")
@pytest.mark.parametrize(
    ("file_rights", "folder_rights", "said"),
    [
        (0o400, 0o700, "is not writable"),
        (0o600, 0o500, "Permission denied"),
        (0o400, 0o500, "Permission denied"),
        (0o000, 0o700, "unable to open database file"),
        (None, 0o500, "Permission denied"),
    ],
)
def test_a_read_only_file_is_reported(tmp_path: Path, file_rights: int | None, folder_rights: int, said: str) -> None:
    """If the file or its folder is read-only, one line says so, exit 1, and nothing is changed."""
    folder = tmp_path / "folder"
    folder.mkdir()
    path = folder / "x.db"
    if file_rights is not None:
        run("keys", "create", "--database", f"sqlite:///{path}", cwd=tmp_path)
    before = contents(folder)
    if file_rights is not None:
        path.chmod(file_rights)
    folder.chmod(folder_rights)
    try:
        done = run("serve", "--port", "0", "--database", f"sqlite:///{path}", cwd=tmp_path, under=_RIGHTS_BIND)
    finally:
        folder.chmod(0o700)
        if file_rights is not None:
            path.chmod(0o600)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert f"cannot open the database {path}: " in done.stderr
    assert said in done.stderr
    assert contents(folder) == before


@pytest.mark.parametrize("names", [["contacts.db"], ["contacts.db-wal"], ["contacts.db", "contacts.db-wal"]])
async def test_a_file_deleted_under_the_service_is_noticed(tmp_path: Path, names: Sequence[str]) -> None:
    """No write is acknowledged that would be lost: 503 until a restart, which creates a new file."""
    engine = sqlite(tmp_path)
    body = {"number": "+14155552671"}
    with engine.serving() as running:
        async with wire_to(running) as wire:
            assert (await wire.request("POST", CONTACTS, body)).status == 200
            assert (await wire.request("GET", "/health/ready")).status == 200
            for name in names:
                (tmp_path / name).unlink()
            for _ in range(3):
                answer = await wire.request("POST", CONTACTS, {"number": "+14155552672"})
                assert (answer.status, answer.headers["retry-after"]) == (503, "5")
            assert (await wire.request("GET", "/health/ready")).status == 503
            assert (await wire.request("GET", "/health/live")).status == 200
            assert len(await walk(wire)) == 1
        assert running.stop() == 0
    with engine.serving() as running:
        async with wire_to(running) as wire:
            assert (await wire.request("POST", CONTACTS, body)).status in {200, 409}
        engine.examine()
