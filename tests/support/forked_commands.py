"""Commands in forks of a process that has imported their modules: see `fork_server.py`."""

import atexit
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

AVAILABLE: Final = sys.platform == "linux"
"""Elsewhere nothing reports the end of a process to the server."""

_PROGRAM: Final = Path(__file__).with_name("fork_server.py")
_MOST_PIPED: Final = 32_768
"""Bytes that fit into a pipe that nothing reads yet."""


def can_fork(arguments: Sequence[str], piped: str | None, settings: Mapping[str, str]) -> bool:
    """Return whether a command does the same in a fork.

    Not if it starts Python processes itself, if a setting is for Python's start, or if more is piped into it than a
    pipe holds.
    """
    starts_others = arguments[:1] in {("serve",), ("record",)}
    is_for_python = any(name.startswith(("PYTHON", "LC_", "LANG")) for name in settings)
    return AVAILABLE and not starts_others and not is_for_python and len((piped or "").encode()) <= _MOST_PIPED


def run_forked(
    command: Sequence[str], *, cwd: Path, environment: Mapping[str, str], piped: str | None, patience: float
) -> "subprocess.CompletedProcess[str]":
    """Run a command, which is the path of the program and its arguments, to its end.

    Raises:
        subprocess.TimeoutExpired: it takes longer than `patience` seconds; it is killed.
    """
    with (
        socket.socket(socket.AF_UNIX) as connection,
        tempfile.TemporaryFile() as stdout,
        tempfile.TemporaryFile() as stderr,
    ):
        stdin = os.dup(0) if piped is None else _pipe_with(piped.encode())
        connection.settimeout(patience)
        try:
            connection.connect(_server())
            request = {"arguments": list(command), "cwd": str(cwd), "environment": dict(environment)}
            streams = [stdin, stdout.fileno(), stderr.fileno()]
            text = f"{json.dumps(request)}\n".encode()
            sent = socket.send_fds(connection, [text], streams)
            connection.sendall(text[sent:])
            code = int(connection.recv(16))
        except TimeoutError:
            raise subprocess.TimeoutExpired(command, patience) from None
        finally:
            os.close(stdin)
        texts = []
        for file in (stdout, stderr):
            file.seek(0)
            texts.append(file.read().decode().replace("\r\n", "\n"))
    return subprocess.CompletedProcess(command, code, *texts)


def _pipe_with(content: bytes) -> int:
    reading, writing = os.pipe()
    os.write(writing, content)
    os.close(writing)
    return reading


@cache
def _server() -> str:
    """Start the server of this process, and return the address of its socket."""
    address = f"\0numberkeep-tests-{os.getpid()}-{os.urandom(8).hex()}"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(64)
        server = subprocess.Popen(
            [sys.executable, _PROGRAM, str(listener.fileno())], stdin=subprocess.PIPE, pass_fds=[listener.fileno()]
        )

    def stop() -> None:
        assert server.stdin
        server.stdin.close()
        server.wait()

    atexit.register(stop)
    return address
