"""A real PgBouncer in front of a PostgreSQL server."""

import shutil
import signal
import socket
import time
from pathlib import Path
from typing import Final, Self
from urllib.parse import parse_qs, quote, unquote, urlsplit

from support.daemon import PATIENCE, Daemon, Den, free_port
from support.postgres import PostgresDatabases, database_of

PROGRAM: Final = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
"""The path of the program, or None. Debian installs it outside the PATH of ordinary users."""


class PgBouncer:
    """A pooler on a free port of 127.0.0.1, for every database of a server.

    Attributes:
        path: its folder, with the log in `log`.
        port: its port.
    """

    def __init__(self, databases: PostgresDatabases, *, pool_size: int = 10, **settings: str | int) -> None:
        """Write its settings; `start` starts it.

        Args:
            databases: the server behind it.
            pool_size: connections to each database.
            settings: other settings of the section `[pgbouncer]`. `pool_mode` is `transaction` by default.
        """
        assert PROGRAM, "pgbouncer is not installed"
        self._server = urlsplit(databases.superuser_url)
        self.port = free_port()
        self._program = PROGRAM
        self._daemon: Daemon | None = None
        self._den = Den("nk-pgb")
        self.path = self._den.path
        self._settings = self._den.write("pgbouncer.ini", self._ini(pool_size, settings))

    def _ini(self, pool_size: int, settings: dict[str, str | int]) -> str:
        host = self._server.hostname or parse_qs(self._server.query).get("host", ["127.0.0.1"])[0]
        port = self._server.port or parse_qs(self._server.query).get("port", ["5432"])[0]
        user, password = (
            unquote(word or "").replace('"', '""') for word in (self._server.username, self._server.password)
        )
        section = {
            "listen_addr": "127.0.0.1",
            "listen_port": self.port,
            "unix_socket_dir": self.path,
            "auth_type": "plain" if password else "trust",
            "auth_file": self._den.write("users", f'"{user}" "{password}"\n'),
            "admin_users": user,
            "pool_mode": "transaction",
            "default_pool_size": pool_size,
            "max_client_conn": 500,
            **settings,
        }
        lines = "\n".join(f"{name} = {value}" for name, value in section.items())
        return f"[databases]\n* = host={host} port={port}\n[pgbouncer]\n{lines}\n"

    def url(self, database: str = "postgres") -> str:
        """Return the URL of a database through the pooler; `pgbouncer` is its console."""
        credentials = self._server.netloc.rpartition("@")[0]
        return f"postgresql://{credentials}@127.0.0.1:{self.port}/{quote(database)}"

    def url_of(self, direct: str) -> str:
        """Return the URL of the same database through the pooler."""
        return self.url(database_of(direct))

    def start(self) -> None:
        """Start the pooler, and wait until it accepts connections.

        Raises:
            RuntimeError: it exited; the message has its log.
            TimeoutError: it accepts none after a minute.
        """
        assert self._daemon is None, "it is already running"
        self._daemon = self._den.start([Path(self._program), self._settings], self.path / "log")
        deadline = time.monotonic() + PATIENCE
        while not self._listens():
            if not self._daemon.running:
                self.stop()
                raise RuntimeError((self.path / "log").read_text())
            if time.monotonic() > deadline:
                raise TimeoutError((self.path / "log").read_text())
            time.sleep(0.01)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        """Stop the pooler immediately, and every connection through it."""
        if self._daemon:
            self._daemon.end(signal.SIGKILL)
            self._daemon = None
            self._den.ended()

    def close(self) -> None:
        """Stop the pooler, and remove its folder."""
        try:
            self.stop()
        finally:
            self._den.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
