"""The real program in a separate process, on a real socket."""

import importlib.util
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from string import Template
from typing import IO, Final, cast

import httpx2

from support import leaks
from support.forked_commands import can_fork, run_forked

PROGRAM: Final = Path(sys.executable).with_name("numberkeep")
PATIENCE: Final = 30.0


def environment(**settings: str) -> dict[str, str]:
    """Return this process's environment without settings of either distribution, plus the given ones.

    Programs with this environment run the code that the tests import, whatever is installed and wherever they run.
    """
    leaks.learn(settings)
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("NUMBERKEEP_", "SENDBLUE_API_"))}
    paths = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    code = os.pathsep.join([str(_code_of("numberkeep")), str(_code_of("sendblue_api")), *map(os.path.abspath, paths)])
    return {**clean, "PYTHONPATH": code, **settings}


def _code_of(package: str) -> Path:
    found = importlib.util.find_spec(package)
    assert found, f"{package} is not installed"
    assert found.origin
    return Path(found.origin).parents[1]


def run(
    *arguments: str, cwd: Path, under: Sequence[str] = (), piped: str | None = None, **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end.

    Args:
        arguments: what follows `numberkeep`.
        cwd: where it runs.
        under: a command that runs the one after it.
        piped: what is piped into it; by default it has the standard input of the tests.
        settings: its environment variables.
    """
    if not under and can_fork(arguments, piped, settings):
        command = [str(PROGRAM), *arguments]
        return run_forked(command, cwd=cwd, environment=environment(**settings), piped=piped, patience=PATIENCE)
    done = subprocess.run(
        [*under, PROGRAM, *arguments],
        cwd=cwd,
        env=environment(**settings),
        input=piped,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    if arguments[:1] == ("serve",):
        leaks.kept("serve").with_suffix(".stderr").write_text(done.stderr)
    return done


class Output:
    """What a process writes to a file, read like a pipe: complete lines, and the rest once the process has ended."""

    def __init__(self, process: "subprocess.Popen[str]", path: Path) -> None:
        self._process = process
        self._file = path.open()

    def readline(self) -> str:
        """Wait for the next line; return what is left if the process has ended."""
        line, give_up = "", time.monotonic() + PATIENCE
        while not line.endswith("\n"):
            ended = self._process.poll() is not None
            more = self._file.readline()
            line += more
            if ended and not more:
                break
            assert time.monotonic() < give_up, f"no line came, only {line!r}"
            if not more:
                time.sleep(0.002)
        return line

    def read(self) -> str:
        """Wait until the process has ended, and return the rest."""
        self._process.wait(PATIENCE)
        return self._file.read()

    def close(self) -> None:
        """Stop reading."""
        self._file.close()


class Serving:
    """A `numberkeep serve` that listens.

    Attributes:
        process: the process.
        url: its URL.
        said: what it printed on stderr until then.
        exported: the variables of the `export` line on stdout; empty if there was none.
    """

    def __init__(self, process: subprocess.Popen[str], settings: Mapping[str, str]) -> None:
        self.process = process
        self._settings = settings
        assert process.stderr
        assert process.stdout
        self.said = line = process.stderr.readline()
        while line and " listens on " not in line:  # work at startup may be logged before
            line = process.stderr.readline()
            self.said += line
        match = re.search(r"http://\S+", line)
        assert match, self.said
        self.url = match[0]
        self.exported: Mapping[str, str] = {}

    def read_export(self) -> Mapping[str, str]:
        """Wait for the `export` line, and return the variables that it sets in a shell with the settings."""
        assert self.process.stdout
        line = Template(self.process.stdout.readline()).substitute(self._settings)
        self.exported = dict(pair.split("=", 1) for pair in shlex.split(line.removeprefix("export ")))
        return self.exported

    @property
    def headers(self) -> dict[str, str]:
        """Return the key headers of the exported pair."""
        return {
            "sb-api-key-id": self.exported["SENDBLUE_API_API_KEY"],
            "sb-api-secret-key": self.exported["SENDBLUE_API_API_SECRET"],
        }

    def wire(self) -> httpx2.Client:
        """Return a plain HTTP client with the exported pair."""
        return httpx2.Client(base_url=self.url, headers=self.headers, timeout=PATIENCE)

    def connect(self) -> socket.socket:
        """Return a bare connection."""
        url = httpx2.URL(self.url)
        connection = socket.create_connection((url.host, url.port or 80))
        connection.settimeout(PATIENCE)
        return connection

    def stop(self) -> int:
        """Send SIGTERM, and return the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        """Kill it with its worker, immediately."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)

    @property
    def worker(self) -> int:
        """Return the process under the supervisor that has the store. Linux only."""
        return self.children[-1]  # newer versions of Python start a process of their own before it

    @property
    def children(self) -> Sequence[int]:
        """Return the processes under the supervisor, oldest first. Linux only."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(child) for child in listed.split()]


@contextmanager
def serving(cwd: Path, *arguments: str, under: Sequence[str] = (), **settings: str) -> Iterator[Serving]:
    """Run `numberkeep serve` on a free port until the block ends; `under` as in `run`."""
    with _started(cwd, under, arguments, settings) as process:
        yield Serving(process, settings)


@contextmanager
def starting(cwd: Path, **settings: str) -> Iterator["subprocess.Popen[str]"]:
    """Start `numberkeep serve` on a free port, and yield its process at once; it is killed at the end of the block."""
    with _started(cwd, (), (), settings) as process:
        yield process


def killed_while_starting(cwd: Path, *arguments: str, after: float, **settings: str) -> None:
    """Start `numberkeep serve` and kill it after `after` seconds, however far it has come."""
    with _started(cwd, (), arguments, settings):
        time.sleep(after)


@contextmanager
def _started(
    cwd: Path, under: Sequence[str], arguments: Sequence[str], settings: Mapping[str, str]
) -> Iterator[subprocess.Popen[str]]:
    """Start a service that logs everything; its output is kept, to be searched for leaks."""
    kept = leaks.kept("serve")
    paths = (kept.with_suffix(".stdout"), kept.with_suffix(".stderr"))
    with paths[0].open("w") as stdout, paths[1].open("w") as stderr:
        process = subprocess.Popen(
            [*under, PROGRAM, "serve", "--port", "0", *arguments],
            cwd=cwd,
            env=environment(**{"NUMBERKEEP_LOG": "debug", **settings}),
            stdout=stdout,
            stderr=stderr,
            text=True,
            start_new_session=True,
        )
    process.stdout, process.stderr = (cast("IO[str]", Output(process, path)) for path in paths)
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
