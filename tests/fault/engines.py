"""The engines under a service that is to fail: how to start it on each, and how to examine its database."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import apsw
import httpx2

from support.postgres import PostgresServer, database_of
from support.process import PATIENCE, Serving, killed_while_starting, serving
from support.wire import Wire

_SETTINGS: Final = {
    "NUMBERKEEP_API_KEY": "fault-key",
    "NUMBERKEEP_API_SECRET": "fault-secret",
    "NUMBERKEEP_RESEND_SECONDS": "0",  # every verification enqueues a message
}
_HEADERS: Final = {
    "sb-api-key-id": _SETTINGS["NUMBERKEEP_API_KEY"],
    "sb-api-secret-key": _SETTINGS["NUMBERKEEP_API_SECRET"],
}


@dataclass(slots=True, frozen=True)
class Engine:
    """A database, which outlives the services that are started on it.

    Attributes:
        folder: the working directory of the services.
        database: the database's URL for them.
        examine: raises AssertionError if the database is inconsistent; called while a service runs.
        wait_for_release: waits until the database has finished the work of a killed service.
    """

    folder: Path
    database: str
    examine: Callable[[], None]
    wait_for_release: Callable[[], None] = lambda: None

    def serving(self, under: Sequence[str] = (), workers: str = "1") -> AbstractContextManager[Serving]:
        """Start a service with this number of processes; `under` is a command that runs the one after it."""
        self.wait_for_release()
        arguments = ("--database", self.database, "--workers", workers)
        return serving(self.folder, *arguments, under=under, **_SETTINGS)

    def kill_while_starting(self, after: float) -> None:
        """Start a service and kill it after `after` seconds."""
        killed_while_starting(self.folder, "--database", self.database, after=after, **_SETTINGS)


def sqlite(folder: Path) -> Engine:
    """Return a new file."""
    path = folder / "contacts.db"
    return Engine(folder, f"sqlite:///{path}", lambda: examine_file(path))


def postgres(folder: Path, server: PostgresServer) -> Engine:
    """Return a new database of a server that waits for the disk."""
    url = server.create_database()
    return Engine(folder, url, lambda: examine_tables(server, url), lambda: wait_for_backends(server, url))


def wire_to(running: Serving) -> Wire:
    """Return a new connection to a service of an engine."""
    return Wire(running.url, _HEADERS)


def client_of(running: Serving) -> httpx2.Client:
    """Return a plain HTTP client of a service of an engine, which does not need an event loop."""
    return httpx2.Client(base_url=running.url, headers=_HEADERS, timeout=PATIENCE)


def examine_file(path: Path) -> None:
    """Let SQLite check every page, index and constraint of a file."""
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    try:
        found = connection.execute("PRAGMA integrity_check").fetchall()
        found += connection.execute("PRAGMA foreign_key_check").fetchall()
    finally:
        connection.close()
    assert found == [("ok",)]


def examine_tables(server: PostgresServer, url: str) -> None:
    """Compare redundant data: counts with rows, tags with contacts, the numbers of messages with each other."""
    for rows in server.execute(
        "SELECT w.account_id, contact_count, count(c) FROM numberkeep.writers AS w "
        "LEFT JOIN numberkeep.contacts AS c USING (account_id) GROUP BY w.account_id HAVING contact_count <> count(c)",
        "SELECT account_id, contact_id, json_array_elements_text(tags::json) AS tag, created_at "
        "FROM numberkeep.contacts EXCEPT SELECT account_id, contact_id, tag, created_at FROM numberkeep.contact_tags",
        "SELECT account_id, contact_id, tag FROM numberkeep.contact_tags "
        "EXCEPT SELECT account_id, contact_id, json_array_elements_text(tags::json) FROM numberkeep.contacts",
        "SELECT account_id, last_message, count(m) FROM numberkeep.writers LEFT JOIN numberkeep.messages AS m "
        "USING (account_id) GROUP BY account_id, last_message HAVING last_message <> count(m)",
        "SELECT account_id, last_event, count(e) FROM numberkeep.writers LEFT JOIN numberkeep.events AS e "
        "USING (account_id) GROUP BY account_id, last_event HAVING last_event <> count(e)",
        "SELECT account_id, message_id FROM numberkeep.messages WHERE status = 'queued' "
        "EXCEPT SELECT account_id, item FROM numberkeep.outbox WHERE target = 0 AND state <> 2",
        "SELECT account_id, phone FROM numberkeep.contacts WHERE opt_out "
        "EXCEPT SELECT account_id, phone FROM numberkeep.opt_outs",
        database=database_of(url),
    ):
        assert rows == []


def wait_for_backends(server: PostgresServer, url: str) -> None:
    """Wait until no client is connected: the backend of a killed client may still commit what it received."""
    give_up = time.monotonic() + PATIENCE
    while server.execute(f"SELECT FROM pg_stat_activity WHERE datname = '{database_of(url)}'") != [[]]:
        assert time.monotonic() < give_up
        time.sleep(0.01)
