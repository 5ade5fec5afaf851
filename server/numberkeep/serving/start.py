"""Starting the service: the checks before it listens, and what is reported once it does."""

import asyncio
import logging
import multiprocessing
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from numberkeep import __version__
from numberkeep.config.database_url import is_postgres
from numberkeep.config.settings import Settings
from numberkeep.config.values import ConfigError, http_url, reachable_host
from numberkeep.domain.errors import InvalidInput
from numberkeep.domain.identity import KeyPair, new_key_pair
from numberkeep.domain.session import Session
from numberkeep.http.loopback import is_loopback
from numberkeep.service import keys
from numberkeep.service.context import Context
from numberkeep.service.sessions import new_link, store_link
from numberkeep.serving.address import CannotServe, free_address, when_listening
from numberkeep.serving.listening import raise_open_files
from numberkeep.serving.log import set_up_logging
from numberkeep.serving.server import make_server
from numberkeep.serving.worker import load
from numberkeep.store.sqlite import ServiceLock
from numberkeep.stores import lock_store, make_context

_log = logging.getLogger("numberkeep.serving")

_FAULTS: Final = 10
"""Faults of a file that are reported."""


@dataclass(slots=True, frozen=True)
class Started:
    """What to report of a service that listens.

    Attributes:
        url: where it listens.
        local_url: where this machine reaches it.
        new_pair: the random key pair that an empty database got; nobody else knows its secret.
        given_pair_made: an empty database got the key pair of the settings.
        given_pair_unknown: the key pair of the settings is not one of this database, which already has keys.
        controlled: it is in test mode.
        link: the text that signs in to the console once, for a new pair of a service that only this machine reaches.
    """

    url: str
    local_url: str
    new_pair: KeyPair | None = None
    given_pair_made: bool = False
    given_pair_unknown: bool = False
    controlled: bool = False
    link: str = field(default="", repr=False)


def serve(settings: Settings, announce: Callable[[Started], None]) -> None:
    """Serve until SIGTERM or SIGINT, then finish the requests in flight and close the store.

    Args:
        settings: how to run.
        announce: called once it listens.

    Raises:
        CannotServe: the address cannot be used, or the only worker process ended unexpectedly.
        ConfigError: a setting cannot be used.
        StoreUnusable: the database cannot be opened, or (StoreInUse) another service has it.
    """
    if settings.workers > 1 and not is_postgres(settings.database):
        raise ConfigError("a SQLite database has one writing process: leave NUMBERKEEP_WORKERS and --workers at 1")
    set_up_logging(settings.log, settings.log_format)
    # First of all: who starts a second service by mistake should see that, and not that the port is taken.
    with lock_store(settings) as lock:
        _serve(settings, lock, announce)


def _serve(settings: Settings, lock: ServiceLock | None, announce: Callable[[Started], None]) -> None:
    address, port = free_address(settings.host, settings.port)
    url = http_url(settings.host, port)
    _log.info(
        "starting numberkeep %s on %s: %s, %d worker%s, %s",
        __version__,
        url,
        "PostgreSQL" if is_postgres(settings.database) else "SQLite",
        settings.workers,
        "" if settings.workers == 1 else "s",
        "no sender" if settings.sender is None else type(settings.sender).__name__.removesuffix("Settings"),
    )
    pair = settings.first_key or new_key_pair()
    made, opens, link = asyncio.run(_prepare(settings, pair))
    if lock is not None:
        lock.hold_file()  # which _prepare may have created
    given = settings.first_key is not None
    started = Started(
        url,
        http_url(reachable_host(settings.host), port),
        None if given or not made else pair,
        given and made,
        given and not opens,
        settings.test,
        link[1] if link else "",
    )
    when_listening(address, port, partial(announce, started))
    stopping, stop = multiprocessing.Pipe(duplex=False)
    ours = replace(settings, first_key=pair, first_session=link[0] if link else None)
    target = partial(load, ours, port, lock, stopping)
    try:
        make_server(
            address,
            port,
            settings.workers,
            stop,
            connections=_connections(settings.connections),
            unread_seconds=settings.unread_seconds,
        ).run(target)
    except SystemExit as ended:
        raise CannotServe("a worker process ended unexpectedly: the lines above are its last") from ended
    _log.info("stopped")


def _connections(wanted: int) -> int:
    """Return how many connections a process accepts: as many as the settings say and open files permit."""
    possible = raise_open_files()
    if possible < wanted:
        _log.warning(
            "the hard limit of open files permits %d connections, not the %d of NUMBERKEEP_CONNECTIONS: raise it, for "
            "example with LimitNOFILE= of systemd, or set NUMBERKEEP_CONNECTIONS lower",
            possible,
            wanted,
        )
    return min(wanted, possible)


async def _seed(context: Context, data: bytes) -> None:
    from numberkeep.test_mode.seeding import fill_default  # noqa: PLC0415 - only for test mode

    try:
        await fill_default(context, data)
    except InvalidInput as error:
        # Without what follows the reason, which may contain a number: this goes where the log goes.
        faults = [f"`{each.field}` {re.split('[:;]', each.message)[0]}" for each in error.fields[:_FAULTS]]
        more = f" and {len(error.fields) - _FAULTS} more" if len(error.fields) > _FAULTS else ""
        raise CannotServe(f"cannot use the file of --seed: {', '.join(faults) or error}{more}") from error


async def _prepare(settings: Settings, pair: KeyPair) -> tuple[bool, bool, tuple[Session, str] | None]:
    """Open the store once, so that errors are reported before anything starts.

    Returns:
        Whether `pair` was created, whether it is a key pair of the store, and a link to the console if there is one.
    """
    context, link = make_context(settings), None
    await context.store.open()
    try:
        if context.store.is_for_tests and not settings.test:
            raise CannotServe(
                "the database was made by --test, so tests may delete what it has: give --test, or name another with "
                "--database"
            )
        made, opens = await keys.create_first(context, pair), await keys.opens(context, pair)
        if made is not None and settings.seed:
            await _seed(context, settings.seed)
        if made is not None and is_loopback(settings.host):
            link = new_link(made)
            await store_link(context.store, link[0])
    finally:
        await context.store.close()
    if made is not None:
        _log.info("created the account `%s` with its first key", keys.DEFAULT_ACCOUNT)
    return made is not None, opens, link
