"""The address that the service listens on.

Granian opens its sockets with SO_REUSEPORT, so it would share a port in use instead of failing, and it does not report
when it is ready. Both are done here.
"""

import errno
import socket
import threading
import time
from collections.abc import Callable
from contextlib import closing
from typing import Final

from numberkeep.config.values import reachable_host

_PORT_ERRORS: Final = (errno.EADDRINUSE, errno.EACCES)
_ANSWER_SECONDS: Final = 30


class CannotServe(Exception):
    """The service cannot start. The message says why."""


def free_address(host: str, port: int) -> tuple[str, int]:
    """Return the IP address and the port to listen on; a free port for 0.

    Raises:
        CannotServe: the host is unknown, or the port is in use or not permitted.
    """
    try:
        family, kind, protocol, _, target = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with closing(socket.socket(family, kind, protocol)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(target)
            bound: tuple[str, int] = probe.getsockname()[:2]
            return bound
    except OSError as error:
        fix = f"choose another with {'--port' if error.errno in _PORT_ERRORS else '--host'}"
        raise CannotServe(f"cannot listen on {host} port {port}: {error.strerror or error}; {fix}") from error


def when_listening(address: str, port: int, then: Callable[[], None], path: str = "/health/live") -> None:
    """Call `then` in a thread once a GET of `path` is answered.

    A connection alone is not enough: the supervisor's socket accepts it before the worker runs, and a SIGTERM until
    then would reach the worker before its handler is installed, and be lost.
    """
    target = reachable_host(address)

    def wait() -> None:
        for _ in range(3000):
            try:
                with socket.create_connection((target, port), timeout=_ANSWER_SECONDS) as connection:
                    connection.sendall(f"GET {path} HTTP/1.1\r\nhost: numberkeep\r\nconnection: close\r\n\r\n".encode())
                    answered = connection.recv(1)
            except OSError:
                answered = b""
            if answered:
                then()
                return
            time.sleep(0.01)

    threading.Thread(target=wait, daemon=True).start()
