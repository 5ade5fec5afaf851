"""The HTTP server: Granian supervises one process per worker, and each worker loads the application."""

import gc
import multiprocessing
import multiprocessing.connection
import os
import signal
import sys
import threading
from multiprocessing.connection import Connection
from typing import Any, Final

from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer

from numberkeep.app import make_application
from numberkeep.config.settings import Settings
from numberkeep.http.closing import Closing
from numberkeep.serving.log import set_up_logging
from numberkeep.store.sqlite import ServiceLock

_HEADER_MILLISECONDS: Final = 15_000
"""Deadline for a request's headers; its body has BODY_SECONDS."""

_GRACE_SECONDS: Final = 30
"""Time that requests in flight have to finish after SIGTERM."""

_OBJECTS_BETWEEN_COLLECTIONS: Final = 50_000

_SWITCH_SECONDS: Final = 0.001
"""How long a thread that computes keeps the interpreter's lock from one that waits for it. Python's 5 ms would pass for
each of the writer's ten statements while a bulk request is worked out; the processor time of a request is the same."""


class _Server(MPServer):
    """Notifies its workers before it stops them, so that they end open-ended responses."""

    stop: Connection | None = None

    def signal_handler_interrupt(self, *args: Any, **kwargs: Any) -> None:
        if self.stop is not None:
            self.stop.send_bytes(b".")  # never read: that it is there is the message, to every worker
        super().signal_handler_interrupt(*args, **kwargs)  # type: ignore[no-untyped-call]


def make_server(address: str, port: int, workers: int = 1, stop: Connection | None = None) -> MPServer:
    """Return the HTTP server for an ASGI application: processes with one event loop each, which share the port.

    Args:
        address: the IP address to listen on.
        port: the TCP port.
        workers: the number of processes.
        stop: the connection on which the workers are notified of the end.
    """
    server = _Server(
        "numberkeep",
        address=address,
        port=port,
        workers=workers,
        respawn_failed_workers=workers > 1,  # the others go on if one fails
        interface=Interfaces.ASGI,
        loop=Loops.auto,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADER_MILLISECONDS),
        websockets=False,
        workers_kill_timeout=_GRACE_SECONDS,
        log_level=LogLevels.warning,
    )
    server.stop = stop
    return server


def load(settings: Settings, lock: ServiceLock | None, stopping: Connection) -> Any:
    """Return the application. Called in the worker's process, which has inherited the lock on its store."""
    if lock is not None:
        lock.join()
    set_up_logging(settings.log)
    closing = Closing()
    threading.Thread(target=_end_with_supervisor, args=(stopping, closing), daemon=True).start()
    application = make_application(settings, closing)
    calm_collector()
    sys.setswitchinterval(_SWITCH_SECONDS)
    return application


def calm_collector() -> None:
    """Collect garbage rarely.

    What is loaded now lives until the end, and a bulk request makes tens of thousands of objects without a cycle:
    searching them every 700 objects takes a tenth of its time.
    """
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, 20, 50)


def _end_with_supervisor(stopping: Connection, closing: Closing) -> None:
    """End open-ended responses when the supervisor stops, and the worker when the supervisor is gone.

    A killed supervisor cannot stop this worker, which would keep the port.
    """
    supervisor = multiprocessing.parent_process()
    if supervisor is not None:
        multiprocessing.connection.wait([supervisor.sentinel, stopping])
        closing.begin()
        multiprocessing.connection.wait([supervisor.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)
