"""The socket that a worker accepts connections on, and the limits of its connections."""

import contextlib
import os
import resource
import socket
import stat
import sys
from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final

_SPARE_FILES: Final = 256
"""Files that a process opens beside its connections: the database, deliveries, the log."""


def listening_socket(address: str, port: int, unread_seconds: int) -> int:
    """Return the file descriptor of a new socket that is bound to an address, and not yet listening.

    Every connection inherits its options.

    Args:
        address: the IP address.
        port: the TCP port, which other workers may share.
        unread_seconds: how long the kernel retains a connection whose peer reads or acknowledges nothing. Without this
            limit a client that never reads holds its connection indefinitely: the HTTP server waits for it.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if sys.platform == "linux":
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, unread_seconds * 1000)
        listener.bind((address, port))
        return listener.detach()


def raise_open_files() -> int:
    """Raise this process's limit of open files to the hard limit, and return how many connections fit into it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):  # macOS reports a hard limit that it does not accept
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    return sys.maxsize if soft == resource.RLIM_INFINITY else max(soft - _SPARE_FILES, 1)


def cut_connections(port: int, client: Sequence[Any] | None = None) -> int:
    """Shut down connections that this process has accepted on a port, and return how many there were.

    Args:
        port: the port.
        client: the address and the port, which Granian has as a text, of the only client to cut off; None for all.
    """
    wanted = None if client is None else (ip_address(client[0]), int(client[1]))
    count = 0
    for connection in _sockets():
        with connection, contextlib.suppress(OSError):  # it may be closed or reset meanwhile
            host, its_port = connection.getpeername()[:2]
            if connection.getsockname()[1] == port and wanted in {None, (ip_address(host), its_port)}:
                connection.shutdown(socket.SHUT_RDWR)
                count += 1
    return count


def _sockets() -> Iterator[socket.socket]:
    """Yield a duplicate of each TCP socket of this process: the number of the original may be reused at any moment."""
    for opened in list(Path("/dev/fd").iterdir()):
        with contextlib.suppress(OSError):
            duplicate = os.dup(int(opened.name))
            if not stat.S_ISSOCK(os.fstat(duplicate).st_mode):
                os.close(duplicate)
                continue
            found = socket.socket(fileno=duplicate)
            if found.family in {socket.AF_INET, socket.AF_INET6}:
                yield found
            else:
                found.close()
