"""Servers in their own processes, and wrk to load them: the server on one processor, wrk on another."""

import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Final

CONNECTIONS: Final = 64
SERVER_CPU: Final = 0
LOAD_CPU: Final = 1
PATIENCE: Final = 120
"""The most seconds that a server may take to listen, or to stop."""


class CannotMeasure(SystemExit):
    """A measurement failed; ends the run with the reason, unless it is caught."""


@dataclass(slots=True, frozen=True)
class Workload:
    """One kind of request.

    Attributes:
        name: its name in the table.
        lua: the body of wrk's request function.
        connections: the number of connections.
    """

    name: str
    lua: str
    connections: int = CONNECTIONS


@contextmanager
def server(command: Sequence[str], **environment: str) -> Iterator[str]:
    """Start a server with its port as the last argument; yield its URL once it listens."""
    port = free_port()
    with process([*command, str(port)], port, environment):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def process(
    command: Sequence[str], port: int, environment: Mapping[str, str], folder: Path | None = None
) -> Iterator[int]:
    """Start a server; yield the id of its process once it listens.

    Args:
        command: the server, with all its arguments.
        port: the port on which it will listen.
        environment: variables in addition to those of this process.
        folder: its working directory, with its output in a file `log` (default: this one, with its errors on stderr).

    Raises:
        CannotMeasure: it exited, or did not listen in time.
    """
    with (folder / "log").open("ab") if folder else nullcontext(subprocess.DEVNULL) as output:
        running = subprocess.Popen(
            [*pinned(SERVER_CPU), *command],
            cwd=folder,
            env={**os.environ, **environment},
            stdout=output,
            stderr=subprocess.STDOUT if folder else None,
        )
    try:
        end = time.monotonic() + PATIENCE
        while not _listens(port):
            if running.poll() is not None:
                raise CannotMeasure(f"{command} exited before it listened")
            if time.monotonic() > end:
                raise CannotMeasure(f"{command} did not listen within {PATIENCE} seconds")
            time.sleep(0.02)
        yield running.pid
    finally:
        running.terminate()
        try:
            running.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def free_port() -> int:
    """Return a port on which nothing listens at the moment."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def requests_per_second(url: str, workload: Workload, seconds: int) -> float:
    """Return the rate that wrk reports. Any answer except 2xx ends the run, because an error must not be measured."""
    if shutil.which("wrk") is None:
        sys.exit("make bench needs wrk: apt-get install wrk, or brew install wrk")
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "load.lua"
        script.write_text(workload.lua)
        command = ["wrk", "-t1", f"-c{workload.connections}", f"-d{seconds}s", "-s", str(script), url]
        said = subprocess.run([*pinned(LOAD_CPU), *command], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said:
        raise CannotMeasure(f"{workload.name}: {said}")
    match = re.search(r"Requests/sec:\s+([\d.]+)", said)
    if match is None or not float(match[1]):
        raise CannotMeasure(f"{workload.name}: no answer within {seconds} seconds: {said}")
    return float(match[1])


def pinned(cpu: int) -> list[str]:
    """Return the start of a command that pins it to one processor; empty without taskset or with one processor."""
    return ["taskset", "-c", str(cpu)] if shutil.which("taskset") and (os.cpu_count() or 1) > 1 else []


def median(values: Sequence[float]) -> float:
    """Return the median of the runs."""
    return statistics.median(values)
