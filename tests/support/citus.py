"""Databases on a Citus cluster that the environment names.

`NUMBERKEEP_TEST_POSTGRES` names the coordinator, and `NUMBERKEEP_TEST_CITUS_WORKERS` the workers, as
`host:port,host:port`. All of them let the coordinator's superuser in. Without workers the coordinator is the only node.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from support.postgres import PostgresDatabases, database_of

WORKERS: Final = tuple(filter(None, os.environ.get("NUMBERKEEP_TEST_CITUS_WORKERS", "").split(",")))

_AVAILABLE: Final = "SELECT count(*) FROM pg_available_extensions WHERE name = 'citus'"
_SHARDS: Final = 4
"""Shards of a table: enough for every node to have some, and fewer than the default because each statement of a test
that deletes all rows runs on all of them."""


@dataclass(frozen=True)
class CitusCluster:
    """A coordinator and its workers.

    Attributes:
        coordinator: the databases of the coordinator.
        workers: those of the workers.
    """

    coordinator: PostgresDatabases
    workers: Sequence[PostgresDatabases]

    @property
    def nodes(self) -> Sequence[PostgresDatabases]:
        """Return the coordinator and the workers."""
        return (self.coordinator, *self.workers)

    def create_database(self) -> str:
        """Return the URL of a new database of the coordinator, to which the workers are added."""
        url = self.coordinator.create_database()
        name = database_of(url)
        for worker in self.workers:
            worker.execute(f'CREATE DATABASE "{name}"')
        for node in self.nodes:
            node.execute("CREATE EXTENSION citus", database=name)
        self.coordinator.execute(
            f'ALTER DATABASE "{name}" SET citus.shard_count = {_SHARDS}',
            f"SELECT citus_set_coordinator_host({_place(self.coordinator)})",
            *(f"SELECT citus_add_node({_place(worker)})" for worker in self.workers),
            database=name,
        )
        return url

    def drop_database(self, url: str) -> None:
        """Drop a database on every node."""
        for node in self.nodes:
            node.drop_database(url)

    @contextmanager
    def moved(self, url: str, port: int) -> Iterator[None]:
        """Let the last worker appear at another port of 127.0.0.1 until the block ends, for one database.

        The worker itself keeps running: the coordinator only finds nothing, or another program, in its place.
        """
        name = database_of(url)
        worker = urlsplit(self.workers[-1].superuser_url)

        def move(source: int | None, target: int | None) -> str:
            return f"UPDATE pg_dist_node SET nodeport = {target} WHERE nodeport = {source}"

        self.coordinator.execute(move(worker.port, port), database=name)
        try:
            yield
        finally:
            self.coordinator.execute(move(port, worker.port), database=name)


def find_cluster(coordinator: PostgresDatabases) -> CitusCluster | None:
    """Return the cluster of a coordinator, or None if the server does not have the extension."""
    if coordinator.execute(_AVAILABLE) == [[(0,)]]:
        return None
    credentials = urlsplit(coordinator.superuser_url).netloc.rpartition("@")[0]
    urls = [f"postgresql://{credentials}@{worker}/postgres" for worker in WORKERS]
    return CitusCluster(coordinator, [PostgresDatabases(url) for url in urls])


def _place(node: PostgresDatabases) -> str:
    url = urlsplit(node.superuser_url)
    return f"'{url.hostname}', {url.port or 5432}"
