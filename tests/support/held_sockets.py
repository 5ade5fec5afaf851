"""Clients that hold connections without using them as they should."""

import contextlib
import os
import resource
import socket
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Self

from support.process import PATIENCE, Serving

EVENTS = "GET /api/v2/events HTTP/1.1"


def request(line: str, keys: Mapping[str, str], *more: str) -> bytes:
    """Return the head of a request."""
    lines = [line, "host: x", *(f"{name}: {value}" for name, value in keys.items()), *more]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


class Sockets:
    """Connections to a service that stay open until the end of the test.

    Args:
        running: the service.
    """

    def __init__(self, running: Serving) -> None:
        self._running = running
        self._opened = contextlib.ExitStack()

    def open(self, count: int, sent: bytes = b"") -> list[socket.socket]:
        """Open `count` connections, and send the same on each."""
        opened = [self._opened.enter_context(contextlib.closing(self._running.connect())) for _ in range(count)]
        for each in opened:
            each.sendall(sent)
        return opened

    def open_unread(self, count: int, line: str = "GET /openapi.json HTTP/1.1") -> list[socket.socket]:
        """Open `count` connections that send many requests and read no answer."""
        asked = request(line, self._running.headers) * 50
        opened = self.open(count)
        for each in opened:
            each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            each.setblocking(False)  # noqa: FBT003
            with contextlib.suppress(BlockingIOError):
                for _ in range(4):
                    each.send(asked)
        return opened

    def __enter__(self) -> Self:
        """Close the connections at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close them."""
        self._opened.close()


@contextlib.contextmanager
def many_files() -> Iterator[None]:
    """Raise this process's limit of open files as far as permitted."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (before[1], before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def live_seconds(running: Serving) -> float:
    """Return how long a new connection waits for `/health/live`."""
    began = time.monotonic()
    with contextlib.closing(running.connect()) as connection:
        connection.sendall(request("GET /health/live HTTP/1.1", {}, "connection: close"))
        assert connection.recv(4096).startswith(b"HTTP/1.1 200 ")
    return time.monotonic() - began


def open_files(process: int) -> int:
    """Return how many files a process has open. Linux only."""
    return len(list(Path(f"/proc/{process}/fd").iterdir()))


def cpu_seconds(process: int) -> float:
    """Return the CPU time that a process has used. Linux only."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_mib(process: int) -> float:
    """Return the most memory that a process has had resident. Linux only."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def until_open_files(process: int, count: int) -> None:
    """Wait until a process has at most `count` files open."""
    give_up = time.monotonic() + PATIENCE
    while (left := open_files(process)) > count:
        assert time.monotonic() < give_up, f"{left} files are still open"
        time.sleep(0.05)
