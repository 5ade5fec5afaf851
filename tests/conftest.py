"""Fixtures for all tests. A server starts when the first test requests it, and is shared."""

import asyncio
import fcntl
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple
from pathlib import Path
from typing import Any

import pytest

from numberkeep.store.postgres import PostgresStore
from support import leaks, pgbouncer
from support.databases import NewDatabase, sqlite_url
from support.distributions import BESIDE, Wheelhouse, download
from support.pgbouncer import PgBouncer
from support.postgres import PostgresDatabases, PostgresServer
from support.row_deletion import RowDeletion

OUTSIDE_POSTGRES = os.environ.get("NUMBERKEEP_TEST_POSTGRES")
"""A superuser's URL of another server to test on, such as another version; by default the tests start one."""

_LONG_FIRST = {name: place for place, name in enumerate(("fault", "packaging", "docs", "browser", "kit", "e2e"))}
"""The folders of long tests, in the order in which they run."""

_LEAKS = pytest.StashKey[list[leaks.Leak]]()
_WORKER_LEAKS = "leaks"


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """Run async tests on the event loop that the service uses."""
    return "asyncio", {"use_uvloop": True}


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresDatabases]:
    """Return a PostgreSQL server that no test stops."""
    if OUTSIDE_POSTGRES:
        yield PostgresDatabases(OUTSIDE_POSTGRES)
    else:
        with PostgresServer() as server:
            yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresDatabases) -> Iterator[str]:
    """Return a new, empty database."""
    url = postgres_server.create_database()
    yield url
    postgres_server.drop_database(url)


@pytest.fixture
def new_database(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[NewDatabase]:
    """Return a function that creates an empty database of either engine, and returns its URL."""
    made: list[tuple[PostgresDatabases, str]] = []

    def make(engine: str) -> str:
        if engine == "sqlite":
            return sqlite_url(tmp_path)
        server: PostgresDatabases = request.getfixturevalue("postgres_server")
        made.append((server, server.create_database()))
        return made[-1][1]

    yield make
    for server, url in made:
        server.drop_database(url)


@pytest.fixture(scope="session")
def _migrated_postgres(postgres_server: PostgresDatabases) -> Iterator[str]:
    url = postgres_server.create_database()

    async def migrate() -> None:
        store = PostgresStore(url)
        await store.open()
        await store.close()

    with ThreadPoolExecutor(1) as thread:  # a test's event loop may be running here
        thread.submit(lambda: asyncio.run(migrate())).result()
    yield url
    postgres_server.drop_database(url)


@pytest.fixture(scope="session")
def _row_deletion(_migrated_postgres: str) -> Iterator[RowDeletion]:
    with RowDeletion(_migrated_postgres) as deletion:
        yield deletion


@pytest.fixture
def emptied_postgres(_migrated_postgres: str, _row_deletion: RowDeletion) -> str:
    """Return a database with the schema and no rows; reusing it is faster than creating one per test."""
    _row_deletion.run()
    return _migrated_postgres


@pytest.fixture(scope="session")
def own_postgres() -> Iterator[PostgresServer]:
    """Return a separate PostgreSQL server with fsync enabled."""
    if OUTSIDE_POSTGRES:
        pytest.skip("NUMBERKEEP_TEST_POSTGRES names a server that tests must not stop")
    with PostgresServer(durable=True) as server:
        yield server


@pytest.fixture
def durable_postgres(own_postgres: PostgresServer) -> PostgresServer:
    """Return the same server, running; tests may stop, kill and start it."""
    if not own_postgres.running:
        own_postgres.restart()
    return own_postgres


@pytest.fixture(scope="session")
def pgbouncer_server(postgres_server: PostgresDatabases) -> Iterator[PgBouncer]:
    """Return a PgBouncer in transaction mode in front of `postgres_server`."""
    if pgbouncer.PROGRAM is None:
        pytest.skip("pgbouncer is not installed: run `apt-get install pgbouncer`")
    with PgBouncer(postgres_server) as pooler:
        yield pooler


@pytest.fixture
def pgbouncer_url(pgbouncer_server: PgBouncer, postgres_url: str) -> str:
    """Return the database of `postgres_url` through PgBouncer."""
    return pgbouncer_server.url_of(postgres_url)


@pytest.fixture(scope="session")
def wheelhouse(tmp_path_factory: pytest.TempPathFactory) -> Wheelhouse:
    """Return a folder with both wheels and what is installed beside them, downloaded once for all processes."""
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    with (base / "wheelhouse.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = base / "wheelhouse"
        if not folder.exists():
            download(folder, *BESIDE)
    return Wheelhouse(folder)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of tests/fault; pytest finds them only here when other folders are run."""
    parser.addoption(
        "--soak", action="store_true", help="run only the randomized tests and the attacks, longer and larger"
    )
    parser.addoption("--fault-seed", type=int, help="what the fault tests' choices follow from; a failure names it")


@pytest.fixture(scope="session")
def effort(pytestconfig: pytest.Config) -> int:
    """The factor for the rounds of a randomized test, or the size of an attack: 1, or 20 with --soak."""
    return 20 if pytestconfig.getoption("--soak") else 1


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run folders of long tests first, so that no process works alone at the end.

    With --soak, deselect every test that it does not affect.
    """
    items.sort(key=lambda item: min((_LONG_FIRST[part] for part in item.path.parts if part in _LONG_FIRST), default=9))
    if config.getoption("--soak"):
        chosen = [item for item in items if "effort" in getattr(item, "fixturenames", ())]
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = chosen


def pytest_configure(config: pytest.Config) -> None:
    """Restore Ctrl-C, and record all log output, for the check at the end."""
    # A shell starts background jobs with SIGINT ignored, and every program that they start inherits that.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    config.stash[_LEAKS] = []
    handler = leaks.collect()
    config.add_cleanup(handler.close)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Collect the findings of a pytest-xdist worker. A worker that crashed has none, and has failed the run."""
    found = getattr(node, "workeroutput", {}).get(_WORKER_LEAKS, ())
    node.config.stash[_LEAKS] += [leaks.Leak(*leak) for leak in found]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run if a log at any level contains a whole number, a name or a secret."""
    found = session.config.stash[_LEAKS]
    found += leaks.found()
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput[_WORKER_LEAKS] = [astuple(leak) for leak in found]
    elif found and session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Report the findings in the logs."""
    found = config.stash[_LEAKS]
    if found:
        terminalreporter.section("logs that hold what no log may hold", red=True)
    for leak in found[:50]:
        terminalreporter.line(f"{leak.place}: {leak.kind}: {leak.line}")
    if found:
        terminalreporter.line(f"{len(found)} such lines in all", red=True)
