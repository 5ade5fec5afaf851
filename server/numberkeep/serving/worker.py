"""One worker process: its socket, its signals, its application, and how it ends."""

import asyncio
import gc
import logging
import multiprocessing
import multiprocessing.connection
import os
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from typing import Any, Final

from granian._granian import SocketHolder
from granian._loops import loops
from granian.constants import Loops
from granian.server.mp import MPServer
from starlette.types import ASGIApp

from numberkeep.app import make_application
from numberkeep.config.settings import Settings
from numberkeep.http.closing import Closing
from numberkeep.serving.listening import cut_connections, listening_socket
from numberkeep.serving.log import set_up_logging
from numberkeep.store.sqlite import ServiceLock

LOOP: Final = "numberkeep"
"""The name under which the HTTP server finds our event loop."""

STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)

FINISH_SECONDS: Final = 6
"""Time that requests in flight have to finish after SIGTERM. Then their connections are shut down."""

_OBJECTS_BETWEEN_COLLECTIONS: Final = 50_000

_log = logging.getLogger("numberkeep.serving")


class Spawn:
    """Runs the HTTP server in a worker process, until it ends.

    Args:
        address: the IP address to listen on.
        port: the TCP port.
        backlog: how many connections may wait to be accepted.
        unread_seconds: see `listening_socket`.
    """

    def __init__(self, address: str, port: int, backlog: int, unread_seconds: int) -> None:
        self._address = (address, port, unread_seconds)
        self._backlog = backlog

    def __call__(self, number: int, name: str, load: Any, sock: Any, *rest: Any) -> None:
        """Run it with the arguments that Granian passes, but with a socket of ours if Granian takes one."""
        if sys.platform == "linux":
            ours = SocketHolder(listening_socket(*self._address), False, self._backlog)  # type: ignore[call-arg]  # noqa: FBT003
            sock = ((None, ours), None)
        MPServer._spawn_asgi_lifespan_worker(number, name, load, sock, *rest)  # noqa: SLF001 - it is the default target


@loops.register(LOOP)
def _make_loop() -> asyncio.AbstractEventLoop:
    """Return an event loop that loses no signal, and reports only the first.

    The supervisor starts workers with these signals blocked. They are unblocked only while the loop runs: one that
    arrives before its handler, or while nothing reads what the handler writes, waits.
    Granian's handler blocks the event loop indefinitely at its third call, for example after Ctrl-C is pressed twice.
    """
    loop = loops.get(Loops.auto.value)
    add, run, received = loop.add_signal_handler, loop.run_until_complete, threading.Event()

    def add_once(number: int, callback: Callable[..., Any], *arguments: Any) -> None:
        def first_only() -> None:
            if not received.is_set():
                received.set()
                callback(*arguments)

        add(number, first_only)

    def run_unblocked(future: Any) -> Any:
        loop.call_soon(signal.pthread_sigmask, signal.SIG_UNBLOCK, STOP_SIGNALS)
        try:
            return run(future)
        finally:
            signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)

    loop.add_signal_handler = add_once  # type: ignore[method-assign,assignment]
    loop.run_until_complete = run_unblocked  # type: ignore[method-assign]
    return loop


def load(settings: Settings, port: int, lock: ServiceLock | None, stopping: Connection) -> Any:
    """Return the application. Called in the worker's process, which has inherited the lock on its store."""
    if lock is not None:
        lock.join()
    set_up_logging(settings.log, settings.log_format)
    closing = Closing()
    threading.Thread(target=end_with_supervisor, args=(stopping, closing, port), daemon=True).start()
    if settings.test:
        from numberkeep.test_app import make_test_application  # noqa: PLC0415 - nothing of it is loaded otherwise

        application: ASGIApp = make_test_application(settings, closing, partial(cut_connections, port))
    else:
        application = make_application(settings, closing)
    calm_collector()
    return application


def calm_collector() -> None:
    """Collect garbage rarely.

    What is loaded now lives until the end, and a bulk request makes tens of thousands of objects without a cycle:
    searching them every 700 objects takes a tenth of its time.
    """
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, 20, 50)


def end_with_supervisor(stopping: Connection, closing: Closing, port: int) -> None:
    """End what keeps this worker from stopping when the supervisor stops, and the worker when the supervisor is gone.

    Open-ended responses end first. Granian then waits for every other request, so that a client that sends its body
    slowly or does not read its answer would delay the end: after a while its connection is shut down.
    A killed supervisor cannot stop this worker, which would keep the port.
    """
    supervisor = multiprocessing.parent_process()
    if supervisor is None:
        return
    wait = partial(multiprocessing.connection.wait, [supervisor.sentinel])
    multiprocessing.connection.wait([supervisor.sentinel, stopping])
    closing.begin()
    if not wait(FINISH_SECONDS):
        _log.info("shut down %d connections that were still open", cut_connections(port))
        wait()
    os.kill(os.getpid(), signal.SIGTERM)
