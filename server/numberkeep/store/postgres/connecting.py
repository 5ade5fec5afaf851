"""Opens and closes connections: to the primary of several hosts, with sockets that notice a vanished server."""

import socket
from collections.abc import Sequence
from typing import Final
from urllib.parse import parse_qs, urlsplit

import asyncpg
from asyncpg.connect_utils import SessionAttribute

from numberkeep.store.postgres.driver_errors import DRIVER_ERRORS

CONNECT_SECONDS: Final = 5.0

# The settings are the transaction's: a pooler may share the connection.
SNAPSHOT: Final = (
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; "
    "SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL statement_timeout = 0"
)
"""Begins a long read as of one moment, as pg_dump reads."""

_KEEPALIVE: Final = (("SO_KEEPALIVE", 1), ("TCP_KEEPIDLE", 10), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 2))


async def connect(url: str, *, statement_seconds: float | None, statements: int = 0) -> asyncpg.Connection:
    """Return a new connection; if the URL names several hosts, to the first that is a primary.

    Args:
        url: as for `PostgresStore`.
        statement_seconds: how long a statement may take; None for any time.
        statements: how many prepared statements to cache; 0 if there may be a pooler in between.

    Raises:
        asyncpg.PostgresError, OSError: no host accepts the connection; the error is the last host's.
    """
    hosts = hosts_of(url)
    if len(hosts) > 1:
        connection = await _connect_to_primary(url, hosts, statement_seconds, statements)
    else:
        connection = await asyncpg.connect(
            url, timeout=CONNECT_SECONDS, command_timeout=statement_seconds, statement_cache_size=statements
        )
    _set_keepalive(connection, statement_seconds)
    return connection


async def _connect_to_primary(
    url: str, hosts: Sequence[tuple[str, int | None]], statement_seconds: float | None, statements: int
) -> asyncpg.Connection:
    """Try one host after the other, each with the whole time: the driver would spend it all on the first."""
    last: Exception | None = None
    for host, port in hosts:
        try:
            return await asyncpg.connect(
                url,
                host=host,
                port=port,
                timeout=CONNECT_SECONDS,
                command_timeout=statement_seconds,
                statement_cache_size=statements,
                target_session_attrs=SessionAttribute.primary,
            )
        except DRIVER_ERRORS as error:
            last = error
    assert last is not None  # noqa: S101 - there are hosts
    raise last


def hosts_of(url: str) -> Sequence[tuple[str, int | None]]:
    """Return the hosts that a URL names, each with its port if it names one."""
    parts = urlsplit(url)
    named = parts.netloc.rpartition("@")[2]
    parameters = parse_qs(parts.query)
    if not named:
        hosts = parameters.get("host", [""])[-1].split(",")
        ports = parameters.get("port", [""])[-1].split(",")
        ports *= len(hosts) if len(ports) == 1 else 1
        return [(host, int(port) if port else None) for host, port in zip(hosts, ports, strict=True) if host]
    places = [urlsplit(f"//{each}") for each in named.split(",")]
    return [(place.hostname or "", place.port) for place in places]


async def disconnect(connection: asyncpg.Connection) -> None:
    """Close a connection, whatever state it is in."""
    try:
        await connection.close(timeout=CONNECT_SECONDS)
    except DRIVER_ERRORS:
        connection.terminate()


def _set_keepalive(connection: asyncpg.Connection, statement_seconds: float | None) -> None:
    """Make the system end the connection if the server's machine vanishes without closing it.

    Otherwise an idle connection would look alive, and the next statement on it would wait for its own timeout. Sent
    data may be unacknowledged, or not taken by a busy server, for half that time. The driver has no option for it, and
    not every system has every option.
    """
    sock = connection._transport.get_extra_info("socket")  # type: ignore[attr-defined]  # noqa: SLF001
    if sock is None or sock.family == socket.AF_UNIX:
        return
    unanswered = [("TCP_USER_TIMEOUT", round(500 * statement_seconds))] if statement_seconds else []
    for name, value in (*_KEEPALIVE, *unanswered):
        option = getattr(socket, name, None)
        if option is not None:
            sock.setsockopt(socket.SOL_SOCKET if name.startswith("SO_") else socket.IPPROTO_TCP, option, value)
