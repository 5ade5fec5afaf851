"""Third-party servers as processes that never outlive the tests and have only the rights that they need."""

import os
import pwd
import secrets
import select
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypedDict

PATIENCE: Final = 60.0
"""Seconds that a server may take to start or to stop."""

_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - mkdtemp makes a folder there that others cannot open
_MEMORY_NEEDED: Final = 2 * 2**30
"""Bytes that must be free in that folder. A container often has 64 MB in all."""

_KEEPER: Final = """
pid= waited=0
while read -r line; do pid=$line; done
if [ "$pid" ] && kill -"$1" "$pid"; then
    while [ $waited -lt 100 ] && kill -0 "$pid"; do sleep 0.1; waited=$((waited + 1)); done
    kill -KILL "$pid"
fi
rm -rf "$0"
"""
"""Waits until the process at the other end of its stdin has exited, for any reason; then removes server and files."""


class _Rights(TypedDict, total=False):
    """Arguments of subprocess that drop root's rights."""

    user: int
    group: int
    extra_groups: Sequence[int]


def _rights() -> _Rights:
    """Return the rights of `nobody` if root runs the tests: PostgreSQL and PgBouncer refuse to run as root."""
    if os.geteuid():
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": ()}


def enterable(path: Path) -> bool:
    """Return whether a server may enter this folder, or run this program, with the rights that it will have."""
    place = path.resolve()
    return os.geteuid() != 0 or all(each.stat().st_mode & stat.S_IXOTH for each in (place, *place.parents))


def free_port() -> int:
    """Return a free TCP port of 127.0.0.1 that stays free while its server is down.

    It is below the range of outgoing connections, which could otherwise take the port of a server that is down, even
    for a connection to that same port.
    """
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port


class Daemon:
    """A running server.

    Attributes:
        process: its first process.
    """

    def __init__(self, arguments: Sequence[str | Path], cwd: Path, log: Path, rights: _Rights) -> None:
        # Every process of the server inherits the writing end, so the reading end closes once the last one has exited.
        self._gone, alive = os.pipe()
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                arguments,
                cwd=cwd,
                env={"PATH": os.defpath, "LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=[alive],
                start_new_session=True,  # so that Ctrl-C reaches only pytest
                **rights,
            )
        os.close(alive)

    @property
    def running(self) -> bool:
        """Return whether its first process runs."""
        return self.process.poll() is None

    def _children(self) -> list[int]:
        """Return the child processes of the first one; none on systems other than Linux."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(child) for child in children.read_text().split()] if children.exists() else []

    def end(self, how: signal.Signals) -> None:
        """Send a signal, SIGKILL to every process and others to the first, and wait until all have exited.

        Raises:
            TimeoutError: one still runs.
        """
        processes = [self.process.pid, *(self._children() if how is signal.SIGKILL else ())] if self.running else []
        for process in processes:
            try:
                os.kill(process, how)
            except ProcessLookupError:
                continue
        self.wait()

    def wait(self) -> int:
        """Wait until all processes have exited, and return the exit code of the first.

        Raises:
            TimeoutError: one still runs.
        """
        code = self.process.wait(PATIENCE)
        if not select.select([self._gone], [], [], PATIENCE)[0]:
            raise TimeoutError(f"{self.process.args!r} left processes behind")
        os.close(self._gone)
        return code


class Den:
    """A folder in which one server runs at a time; both are removed when the test run ends, even if it was killed.

    Attributes:
        path: the folder; short, because the path of a socket must be.
    """

    def __init__(self, name: str, at_once: signal.Signals = signal.SIGKILL, *, in_memory: bool = False) -> None:
        """Create the folder.

        Args:
            name: the beginning of the folder's name.
            at_once: the signal that stops the server, with all its processes, when the test run has ended.
            in_memory: whether the files may be in memory, which is faster, if the system has enough of it.
        """
        self._rights = _rights()
        place = Path(tempfile.gettempdir())
        if in_memory and _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _MEMORY_NEEDED:
            place = _MEMORY
        elif not enterable(place):  # owned by root
            place = Path("/tmp")  # noqa: S108 - mkdtemp makes a folder there that others cannot open
        self.path = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=place))
        self.own(self.path)
        self._keeper = subprocess.Popen(
            ["/bin/sh", "-c", _KEEPER, self.path, at_once.name.removeprefix("SIG")],
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            **self._rights,
        )

    def own(self, path: Path) -> None:
        """Change the owner of a path and everything below it to the account of the server."""
        if self._rights:
            for each in (path, *path.rglob("*")):
                os.chown(each, self._rights["user"], self._rights["group"], follow_symlinks=False)

    def write(self, name: str, text: str) -> Path:
        """Write a file in the folder that only the server can read."""
        path = self.path / name
        path.touch(0o600)
        path.write_text(text)
        self.own(path)
        return path

    def run(self, *arguments: str | Path) -> None:
        """Run a program to its end, with the rights of the server.

        Raises:
            RuntimeError: it failed.
        """
        log = self.path / "run.log"
        daemon = self.start(arguments, log)
        failed = daemon.wait()
        self.ended()
        if failed:
            raise RuntimeError(log.read_text())

    def start(self, arguments: Sequence[str | Path], log: Path) -> Daemon:
        """Start the server, which appends its output to `log`."""
        daemon = Daemon(arguments, self.path, log, self._rights)
        self._tell_keeper(daemon.process.pid)
        return daemon

    def ended(self) -> None:
        """Record that the server has ended, so that no other process with the same number is killed."""
        self._tell_keeper("")

    def _tell_keeper(self, process: int | str) -> None:
        assert self._keeper.stdin
        self._keeper.stdin.write(f"{process}\n".encode())
        self._keeper.stdin.flush()

    def close(self) -> None:
        """Stop the server immediately if it still runs, and remove the folder."""
        assert self._keeper.stdin
        self._keeper.stdin.close()
        self._keeper.wait(PATIENCE)
        shutil.rmtree(self.path, ignore_errors=True)  # files of another account
