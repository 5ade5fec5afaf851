"""Servers as processes of their own, and wrk against them: the server on one processor, wrk on another."""

import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

CONNECTIONS: Final = 64
SERVER_CPU: Final = 0
LOAD_CPU: Final = 1


@dataclass(slots=True, frozen=True)
class Workload:
    """One kind of request.

    Attributes:
        name: what the table calls it.
        lua: the body of wrk's request function.
        connections: how many at once.
    """

    name: str
    lua: str
    connections: int = CONNECTIONS


@contextmanager
def server(command: Sequence[str], **environment: str) -> Iterator[str]:
    """Start a server with its port as the last argument; gives its URL when it listens."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [*pinned(SERVER_CPU), *command, str(port)],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
    )
    try:
        while True:
            if process.poll() is not None:
                sys.exit(f"{command} ended before it listened")
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.02)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def requests_per_second(url: str, workload: Workload, seconds: int) -> float:
    """What wrk counts; any answer but 2xx ends the run, for a refusal is no measurement."""
    if shutil.which("wrk") is None:
        sys.exit("make bench needs wrk: apt-get install wrk, or brew install wrk")
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "load.lua"
        script.write_text(workload.lua)
        command = ["wrk", "-t1", f"-c{workload.connections}", f"-d{seconds}s", "-s", str(script), url]
        said = subprocess.run([*pinned(LOAD_CPU), *command], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said:
        sys.exit(f"{workload.name}: {said}")
    match = re.search(r"Requests/sec:\s+([\d.]+)", said)
    if match is None:
        sys.exit(f"wrk said nothing to count: {said}")
    return float(match[1])


def pinned(cpu: int) -> list[str]:
    """The start of a command that stays on one processor, where there are two and taskset."""
    return ["taskset", "-c", str(cpu)] if shutil.which("taskset") and (os.cpu_count() or 1) > 1 else []


def median(values: Sequence[float]) -> float:
    """The middle of the runs."""
    return statistics.median(values)
