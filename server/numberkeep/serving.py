"""Running the service: the checks before it starts, what it says, and the server process under it.

Granian supervises one process per worker. It opens its sockets with SO_REUSEPORT, so it would share a port that is
taken instead of failing; and it says nothing when it serves. Both are done here.
"""

import asyncio
import errno
import gc
import logging
import multiprocessing
import multiprocessing.connection
import os
import signal
import socket
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import closing
from copy import copy
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing.connection import Connection
from typing import Any, Final

from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer

from numberkeep.app import lock_store, make_application, make_context
from numberkeep.config.database_url import is_postgres
from numberkeep.config.settings import Settings
from numberkeep.config.values import ConfigError
from numberkeep.domain.identity import KeyPair, new_key_pair
from numberkeep.http.closing import Closing
from numberkeep.service import keys
from numberkeep.store.sqlite import ServiceLock

_HEADER_MILLISECONDS: Final = 15_000
"""How long a request's headers may take; its body has BODY_SECONDS."""

_OBJECTS_BETWEEN_COLLECTIONS: Final = 50_000

_OURS: Final = "numberkeep"
"""The logger above all of ours."""

_PORT_ERRORS: Final = (errno.EADDRINUSE, errno.EACCES)

_GRACE_SECONDS: Final = 30
"""How long requests in flight may take to finish after SIGTERM."""


class CannotServe(Exception):
    """The service cannot start; the text says why."""


@dataclass(slots=True, frozen=True)
class Started:
    """What there is to say of a service that listens.

    Attributes:
        url: where.
        new_pair: the key pair that was made at random for an empty store; nobody else knows its secret.
        given_pair_made: the empty store has the pair of the settings now.
        given_pair_unknown: the settings name a pair that does not open this store, which has keys already.
    """

    url: str
    new_pair: KeyPair | None = None
    given_pair_made: bool = False
    given_pair_unknown: bool = False


def serve(settings: Settings, announce: Callable[[Started], None]) -> None:
    """Serve until SIGTERM or SIGINT, then finish what is in flight and close the store.

    Args:
        settings: how to run.
        announce: called once it listens.

    Raises:
        CannotServe: the address cannot be listened on, or the only worker process ended by itself.
        ConfigError: a setting cannot be used.
        StoreUnusable: the database cannot be opened, or (StoreInUse) another service has it.
    """
    if settings.workers > 1 and not is_postgres(settings.database):
        raise ConfigError("a SQLite database has one writing process: leave NUMBERKEEP_WORKERS and --workers at 1")
    # Before all else: who starts a second service by mistake is told that, and not of its port.
    with lock_store(settings) as lock:
        _serve(settings, lock, announce)


def _serve(settings: Settings, lock: ServiceLock | None, announce: Callable[[Started], None]) -> None:
    address, port = _free_address(settings.host, settings.port)
    url = f"http://{f'[{settings.host}]' if ':' in settings.host else settings.host}:{port}"
    pair = settings.first_key or new_key_pair()
    made, opens = asyncio.run(_prepare(settings, pair))
    given = settings.first_key is not None
    started = Started(url, None if given or not made else pair, given and made, given and not opens)
    _when_listening(address, port, partial(announce, started))
    stopping, stop = multiprocessing.Pipe(duplex=False)
    load = partial(_load, replace(settings, first_key=pair), lock, stopping)
    try:
        make_server(address, port, settings.workers, stop).serve(target_loader=load, wrap_loader=False)
    except SystemExit as ended:
        raise CannotServe("a worker process ended by itself: what it said last stands above") from ended


class _Server(MPServer):
    """Tells its workers that they are to stop before they are made to: then they wait until every answer has ended."""

    stop: Connection | None = None

    def signal_handler_interrupt(self, *args: Any, **kwargs: Any) -> None:
        if self.stop is not None:
            self.stop.send_bytes(b".")  # nobody reads it: that it is there says all, to every worker
        super().signal_handler_interrupt(*args, **kwargs)  # type: ignore[no-untyped-call]


def make_server(address: str, port: int, workers: int = 1, stop: Connection | None = None) -> MPServer:
    """The HTTP server for an ASGI application: processes with one event loop each, which share the port.

    Args:
        address: where to listen.
        port: the TCP port.
        workers: how many processes.
        stop: what tells them that they are to stop.
    """
    server = _Server(
        "numberkeep",
        address=address,
        port=port,
        workers=workers,
        respawn_failed_workers=workers > 1,  # one that fails need not end the others
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


def _load(settings: Settings, lock: ServiceLock | None, stopping: Connection) -> Any:
    """The application, in the worker's process, which has inherited the lock on its store until it ends."""
    if lock is not None:
        lock.join()
    _set_up_logging(settings.log)
    closing = Closing()
    threading.Thread(target=_end_with_supervisor, args=(stopping, closing), daemon=True).start()
    application = make_application(settings, closing)
    calm_collector()
    return application


class _Formatter(logging.Formatter):
    """Keeps the texts of exceptions out of the log: they may hold a number or a name."""

    def format(self, record: logging.LogRecord) -> str:
        if record.name != _OURS and not record.name.startswith(f"{_OURS}."):
            # asyncio's second line is the repr of a task, with that of the exception that nobody fetched.
            record = copy(record)
            record.msg, record.args = record.getMessage().partition("\n")[0], ()
        return super().format(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        where = "".join(traceback.format_tb(ei[2]))
        return f"{where}{ei[0].__name__}"


def _set_up_logging(level: str) -> None:
    """Log to stderr what is ours from a level on, and of libraries warnings alone.

    Below that they tell of URLs, headers and statements (httpx2, httpcore2, asyncpg, asyncio, and whatever is
    installed next), in which numbers and secrets are.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(_Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger(_OURS).setLevel(level.upper())


def calm_collector() -> None:
    """Look for garbage seldom.

    What is loaded now lives until the end, and a bulk request makes tens of thousands of objects without a cycle:
    looking among them every 700 objects is a tenth of its time.
    """
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, 20, 50)


def _end_with_supervisor(stopping: Connection, closing: Closing) -> None:
    """End what would go on for ever when the supervisor says so or is gone.

    One that was killed cannot stop this worker, and the port would stay taken.
    """
    supervisor = multiprocessing.parent_process()
    if supervisor is not None:
        multiprocessing.connection.wait([supervisor.sentinel, stopping])
        closing.begin()
        multiprocessing.connection.wait([supervisor.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)


async def _prepare(settings: Settings, pair: KeyPair) -> tuple[bool, bool]:
    """Open the store once, so that what is wrong with it is said before anything starts.

    Gives whether `pair` was made now, and whether it opens the store.
    """
    context = make_context(settings)
    await context.store.open()
    try:
        return await keys.create_first(context, pair), await keys.opens(context, pair)
    finally:
        await context.store.close()


def _free_address(host: str, port: int) -> tuple[str, int]:
    try:
        family, kind, protocol, _, target = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with closing(socket.socket(family, kind, protocol)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(target)
            bound: tuple[str, int] = probe.getsockname()[:2]
            return bound
    except OSError as error:
        mend = f"choose another with {'--port' if error.errno in _PORT_ERRORS else '--host'}"
        raise CannotServe(f"cannot listen on {host} port {port}: {error.strerror or error}; {mend}") from error


def _when_listening(address: str, port: int, then: Callable[[], None]) -> None:
    """Do something once a request is answered.

    A connection alone says too little: the supervisor's socket takes it before the worker is there, and a SIGTERM that
    comes until then reaches the worker before its handler does and is lost.
    """
    target = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)  # noqa: S104 - any address is reached on loopback

    def wait() -> None:
        for _ in range(3000):
            try:
                with socket.create_connection((target, port), timeout=_GRACE_SECONDS) as connection:
                    connection.sendall(b"GET /health/live HTTP/1.1\r\nhost: numberkeep\r\nconnection: close\r\n\r\n")
                    answered = connection.recv(1)
            except OSError:
                answered = b""
            if answered:
                then()
                return
            time.sleep(0.01)

    threading.Thread(target=wait, daemon=True).start()
