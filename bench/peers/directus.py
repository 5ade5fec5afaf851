"""Directus on SQLite. npm compiles its two native modules, which takes minutes and needs a C++ compiler."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from os import environ
from pathlib import Path
from typing import Any, ClassVar, Final

from bench.load import CannotMeasure, free_port, process
from bench.peers import install
from bench.peers.peer import PAGE, Kind, Peer, Request, Served, as_json, batches
from numberkeep.domain.contacts.commands import BulkRow

TOKEN: Final = "bench-token-of-the-administrator"  # noqa: S105 - of a temporary database
ROWS_AT_ONCE: Final = 500
ITEMS: Final = "/items/contacts"
COLLECTION: Final = {
    "collection": "contacts",
    "schema": {},
    "meta": {},
    "fields": [
        {"field": "phone", "type": "string", "schema": {"is_primary_key": True, "length": 20}},
        {"field": "first_name", "type": "string"},
        {"field": "last_name", "type": "string"},
        {"field": "company_name", "type": "string"},
        {"field": "tags", "type": "json", "meta": {"special": ["cast-json"]}},
        {"field": "custom_variables", "type": "json", "meta": {"special": ["cast-json"]}},
        {
            "field": "created_at",
            "type": "timestamp",
            "meta": {"special": ["date-created"]},
            "schema": {"is_indexed": True},
        },
    ],
}


class Directus(Peer):
    """The phone number is the primary key. Each request sends the administrator's token."""

    name = "Directus"
    pins = "directus"
    release = "directus"
    keeps = "SQLite, one commit with fsync per create, and a record of who did it"
    requests: ClassVar[Mapping[Kind, Request]] = {
        "retrieve": Request(
            f"{ITEMS}/%2B{{digits}}",
            lambda answer: (answer.json()["data"]["phone"], answer.json()["data"]["first_name"]),
        ),
        "list": Request(
            f"{ITEMS}?sort=-created_at&limit={PAGE}",
            lambda answer: [(contact["phone"], contact["created_at"]) for contact in answer.json()["data"]],
        ),
        "count": Request(f"{ITEMS}?aggregate%5Bcount%5D=*", lambda answer: int(answer.json()["data"][0]["count"])),
        "create": Request(
            ITEMS,
            lambda _: None,
            "POST",
            '{"phone": "+{digits}", "first_name": "Ada", "last_name": "Lovelace"}',
        ),
    }

    def install(self) -> None:
        """Install Node and Directus."""
        install.npm(self.pins, scripts=True)

    @contextmanager
    def serve(self, folder: Path, rows: Sequence[BulkRow]) -> Iterator[Served]:
        """Initialize a database, start Directus, create the collection, and load the contacts in batches."""
        port = free_port()
        settings = {
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "DB_CLIENT": "sqlite3",
            "DB_FILENAME": str(folder / "directus.db"),
            "SECRET": TOKEN,
            "ADMIN_EMAIL": "bench@example.com",
            "ADMIN_PASSWORD": TOKEN,
            "ADMIN_TOKEN": TOKEN,
            "TELEMETRY": "false",
        }
        command = [str(install.node(self.pins)), str(install.npm(self.pins) / "directus" / "cli.js")]
        ready = subprocess.run(
            [*command, "bootstrap"], cwd=folder, env={**environ, **settings}, capture_output=True, check=False
        )
        if ready.returncode:
            raise CannotMeasure(f"its database could not be initialized: {ready.stderr.decode()}")
        with process([*command, "start"], port, settings, folder) as number:
            served = Served(f"http://127.0.0.1:{port}", number, {"Authorization": f"Bearer {TOKEN}"})
            _post(served, "/collections", COLLECTION)
            for some in batches(rows, ROWS_AT_ONCE):
                _post(served, ITEMS, as_json(some))
            yield served


def _post(served: Served, path: str, body: Any) -> None:
    answer = served.http.post(served.url + path, headers=dict(served.headers), json=body)
    if answer.is_error:
        raise CannotMeasure(f"POST {path}: {answer.text}")
