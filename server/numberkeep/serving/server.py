"""The HTTP server: Granian supervises one process per worker, and each worker loads the application."""

import signal
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from typing import Any, Final

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer, WorkerProcess

from numberkeep.config import table
from numberkeep.serving.worker import FINISH_SECONDS, LOOP, STOP_SIGNALS, Spawn

_HEADER_MILLISECONDS: Final = 15_000
"""Deadline for a request's headers, and so how long a connection may be idle; a body has BODY_SECONDS."""

_BACKLOG: Final = 4096
"""Connections that wait in the kernel to be accepted; Linux's own default limit."""

_CLOSE_SECONDS: Final = 3
"""Time that a worker has to close its store, after its requests."""


class Server(MPServer):
    """A supervisor of workers that have our sockets and our event loop.

    Args:
        stop: the connection on which the workers are notified of the end, so that they end open-ended responses.
        unread_seconds: see `make_server`.
        settings: Granian's.
    """

    def __init__(self, stop: Connection | None, unread_seconds: int, **settings: Any) -> None:
        super().__init__("numberkeep", **settings)
        self._stop = stop
        self._spawn = Spawn(self.bind_addr, self.bind_port, self.backlog, unread_seconds)

    def run(self, load: Callable[[], Any]) -> None:
        """Serve until SIGTERM or SIGINT; `load` returns the application, in the worker's process."""
        self.serve(self._spawn, load, wrap_loader=False)

    def signal_handler_interrupt(self, *args: Any, **kwargs: Any) -> None:
        """Notify the workers of the end."""
        if self._stop is not None:
            self._stop.send_bytes(b".")  # never read: that it is there is the message, to every worker
        super().signal_handler_interrupt(*args, **kwargs)  # type: ignore[no-untyped-call]

    def _spawn_worker(self, *args: Any, **kwargs: Any) -> WorkerProcess:
        worker = super()._spawn_worker(*args, **kwargs)
        worker.start = partial(_with_signals_blocked, worker.start)  # type: ignore[method-assign]
        return worker


def make_server(
    address: str,
    port: int,
    workers: int = 1,
    stop: Connection | None = None,
    *,
    connections: int = table.CONNECTIONS.default,
    unread_seconds: int = table.UNREAD_SECONDS.default,
) -> Server:
    """Return the HTTP server for an ASGI application: processes with one event loop each, which share the port.

    Args:
        address: the IP address to listen on.
        port: the TCP port.
        workers: the number of processes.
        stop: the connection on which the workers are notified of the end.
        connections: how many connections each process accepts; more wait in the kernel.
        unread_seconds: how long an answer may wait for a client that does not read it.
    """
    return Server(
        stop,
        unread_seconds,
        address=address,
        port=port,
        workers=workers,
        respawn_failed_workers=workers > 1,  # the others go on if one fails
        interface=Interfaces.ASGI,
        loop=LOOP,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADER_MILLISECONDS),
        websockets=False,
        backlog=_BACKLOG,
        backpressure=connections,
        workers_kill_timeout=FINISH_SECONDS + _CLOSE_SECONDS,
        log_level=LogLevels.warning,
    )


def _with_signals_blocked(start: Callable[[], None]) -> None:
    """Start a worker that inherits the blocked signals; its event loop unblocks them once they have handlers."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
