"""The servers that other tests depend on: they keep what was committed, and leave nothing behind."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import asyncpg
import pytest

from support.postgres import PostgresDatabases, PostgresServer, _find_package, database_of

TESTS = Path(__file__).parents[2]

STARTS_A_SERVER = """
import time
from support.postgres import PostgresServer
from unit.support.test_postgres import processes
with PostgresServer() as server:
    print(server.path, *processes(server), flush=True)
    time.sleep(60)
"""


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """Return a server of this module."""
    with PostgresServer() as running:
        yield running


def processes(server: PostgresServer) -> list[int]:
    """Return the ids of the processes of a running server."""
    assert server._daemon
    own = server.execute("SELECT pid FROM pg_stat_activity WHERE backend_type <> 'client backend'")[0]
    return [server._daemon.process.pid, *(pid for (pid,) in own)]


def alive(process: int) -> bool:
    """Return whether a process exists and has not ended; an ended one stays listed until its parent reaps it."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process}/stat")
    try:
        return status.read_text().rpartition(") ")[2][0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return not status.parent.parent.exists()


def vanish(processes: Iterable[int], folder: Path | None = None) -> bool:
    """Return whether processes and a folder are gone soon."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if not any(map(alive, processes)) and not (folder and folder.exists()):
            return True
        time.sleep(0.01)
    return False


async def test_a_database_is_new_and_empty(postgres_url: str) -> None:
    """`postgres_url` is a database without tables, in which one can be created."""
    connection = await asyncpg.connect(postgres_url)
    assert await connection.fetchval("SELECT count(*) FROM pg_stat_user_tables") == 0
    await connection.execute("CREATE TABLE here (it int)")
    await connection.close()


async def test_a_database_is_dropped_with_its_connections(postgres_server: PostgresDatabases) -> None:
    """A test that leaves a connection open does not keep the database."""
    url = postgres_server.create_database()
    connection = await asyncpg.connect(url)
    postgres_server.drop_database(url)
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await connection.execute("SELECT 1")
    connection.terminate()
    names = postgres_server.execute("SELECT datname FROM pg_database")[0]
    assert (database_of(url),) not in names


def test_a_database_can_copy_another(postgres_server: PostgresDatabases) -> None:
    """A template is created once and copied for each test."""
    template = postgres_server.create_database()
    postgres_server.execute("CREATE TABLE here AS SELECT 7 AS it", database=database_of(template))
    copy = postgres_server.create_database(database_of(template))
    assert postgres_server.execute("SELECT it FROM here", database=database_of(copy)) == [[(7,)]]
    postgres_server.drop_database(copy)
    postgres_server.drop_database(template)


@pytest.mark.parametrize("end", [PostgresServer.stop, PostgresServer.kill])
def test_what_was_committed_outlives_the_server(durable_postgres: PostgresServer, end: object) -> None:
    """A server that was stopped or killed has its rows and its port after a start."""
    assert callable(end)
    url, before = durable_postgres.create_database(), processes(durable_postgres)
    durable_postgres.execute("CREATE TABLE here AS SELECT 7 AS it", database=database_of(url))
    end(durable_postgres)
    assert not durable_postgres.running
    assert vanish(before)
    with pytest.raises(OSError, match=r"refused|Connect call failed"):
        durable_postgres.execute("SELECT 1")
    durable_postgres.start()
    assert durable_postgres.execute("SELECT it FROM here", database=database_of(url)) == [[(7,)]]
    durable_postgres.drop_database(url)


def test_a_durable_server_waits_for_the_disk(durable_postgres: PostgresServer, server: PostgresServer) -> None:
    """The setting fsync is on for tests of durability, and off otherwise."""
    assert durable_postgres.execute("SHOW fsync", "SHOW full_page_writes") == [[("on",)], [("on",)]]
    assert server.execute("SHOW fsync") == [[("off",)]]


async def test_the_socket_leads_to_the_same_server(server: PostgresServer) -> None:
    """The server also listens on a Unix socket in its folder."""
    connection = await asyncpg.connect(server.socket_url)
    assert await connection.fetchval("SHOW unix_socket_directories") == str(server.path)
    await connection.close()


def test_the_password_is_required(server: PostgresServer) -> None:
    """Another user of the machine can reach the port, but not log in."""
    stranger = PostgresDatabases(f"postgresql://postgres:guess@127.0.0.1:{server.port}/postgres")
    with pytest.raises(asyncpg.InvalidPasswordError):
        stranger.execute("SELECT 1")


def test_a_closed_server_leaves_nothing() -> None:
    """Neither a process nor the folder remains, even of a killed server."""
    with PostgresServer() as server:
        before = processes(server)
        server.kill()
    assert vanish(before)
    assert not server.path.exists()


def test_a_server_that_cannot_start_reports_why() -> None:
    """The error has the server's log, and nothing remains."""
    server = PostgresServer(settings=["max_connections=no"])
    with pytest.raises(RuntimeError, match="invalid value for parameter"):
        server.start()
    server.close()
    assert not server.path.exists()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_nothing_outlives_a_test_run(how: signal.Signals) -> None:
    """However pytest ends, the server's processes end and the folder is removed."""
    with subprocess.Popen(
        [sys.executable, "-c", STARTS_A_SERVER],
        cwd=TESTS,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as run:
        try:
            assert run.stdout
            folder, *started = run.stdout.readline().split()
            numbers = [int(process) for process in started]
            assert all(map(alive, numbers))
            run.send_signal(how)
            run.wait(20)
        finally:
            run.kill()
    assert vanish(numbers, Path(folder))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's servers run under another account")
def test_programs_that_others_cannot_reach_are_copied(tmp_path: Path) -> None:
    """An environment in a folder of root works too, and its permissions stay as they are."""
    package = _find_package()
    tmp_path.chmod(0o700)
    shutil.copytree(package / "pginstall", tmp_path / package.name / "pginstall", symlinks=True)
    libraries = f"{package.name}.libs"
    shutil.copytree(package.with_name(libraries), tmp_path / libraries)
    with PostgresServer(package=tmp_path / package.name) as server:
        assert server.execute("SELECT 1") == [[(1,)]]
    assert tmp_path.stat().st_mode & 0o777 == 0o700
