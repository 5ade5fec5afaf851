"""Opening connections: keepalives, and the primary of several hosts."""

import asyncio
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from numberkeep.domain.errors import StoreUnusable
from numberkeep.store.postgres import PostgresStore, connecting
from numberkeep.store.postgres.connecting import connect, disconnect, hosts_of
from support.daemon import free_port
from support.postgres import PostgresServer


@pytest.fixture
def standby(durable_postgres: PostgresServer) -> Iterator[PostgresServer]:
    """Return a standby with the same password as `durable_postgres`."""
    password = urlsplit(durable_postgres.superuser_url).password
    with PostgresServer() as server:
        server.execute(f"ALTER ROLE postgres PASSWORD '{password}'")
        server.stop()
        (server.path / "data" / "standby.signal").touch()
        server.start()
        yield server


@pytest.fixture
def silent() -> Iterator[int]:
    """Return a port that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def behind(url: str, *ports: int) -> str:
    """Return the URL with hosts at these ports before its own."""
    parts = urlsplit(url)
    user, _, host = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user}@{','.join(f'127.0.0.1:{port}' for port in ports)},{host}").geturl()


async def test_a_vanished_server_is_noticed_in_seconds(emptied_postgres: str) -> None:
    """The system probes idle connections, and gives up on data that is not acknowledged."""
    connection = await connect(emptied_postgres, statement_seconds=30)
    sock = connection._transport.get_extra_info("socket")  # type: ignore[attr-defined]
    assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
    idle, interval, count = (
        sock.getsockopt(socket.IPPROTO_TCP, option)
        for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
    )
    assert idle + interval * count <= 20
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 15_000
    await disconnect(connection)


async def test_several_hosts_end_on_the_one_that_answers(
    emptied_postgres: str, silent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A host that refuses and one that never answers are passed over, each with its own time limit."""
    monkeypatch.setattr(connecting, "CONNECT_SECONDS", 0.5)
    connection = await connect(behind(emptied_postgres, free_port(), silent), statement_seconds=None)
    assert await connection.fetchval("SELECT 1") == 1
    await disconnect(connection)


async def test_several_hosts_end_on_the_primary(durable_postgres: PostgresServer, standby: PostgresServer) -> None:
    """A standby is passed over, although it accepts connections."""
    url = behind(durable_postgres.superuser_url, standby.port)
    alone = urlsplit(url)._replace(netloc=urlsplit(url).netloc.partition(",")[0]).geturl()
    for hosts, recovering in ((alone, True), (url, False)):
        connection = await connect(hosts, statement_seconds=None)
        assert await connection.fetchval("SELECT pg_is_in_recovery()") is recovering
        await disconnect(connection)


async def test_if_no_host_answers_the_error_is_the_last_one_s(emptied_postgres: str) -> None:
    """It becomes the reason why the store cannot be opened."""
    missing = urlsplit(emptied_postgres)._replace(path="/missing").geturl()
    with pytest.raises(StoreUnusable, match='"missing" does not exist'):
        await PostgresStore(behind(missing, free_port())).open()


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("postgresql://u:p@a/d", [("a", None)]),
        ("postgresql://u:p@a:1,b,[::1]:3/d", [("a", 1), ("b", None), ("::1", 3)]),
        ("postgresql:///d?host=/run/pg&port=5433", [("/run/pg", 5433)]),
        ("postgresql:///d?host=a,b&port=1,2", [("a", 1), ("b", 2)]),
        ("postgresql:///d?host=a,b&port=1", [("a", 1), ("b", 1)]),
        ("postgresql:///d", []),
    ],
)
def test_hosts_are_read_like_libpq_s(url: str, hosts: list[tuple[str, int | None]]) -> None:
    """From the URL's middle, or from its parameters."""
    assert list(hosts_of(url)) == hosts


async def test_many_connections_open_at_once(emptied_postgres: str) -> None:
    """Looking for the primary keeps no state between them."""
    url = behind(emptied_postgres, free_port())
    connections = await asyncio.gather(*[connect(url, statement_seconds=None) for _ in range(5)])
    assert len({connection.get_server_pid() for connection in connections}) == 5
    for connection in connections:
        await disconnect(connection)
