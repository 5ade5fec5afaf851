"""numberkeep itself with its defaults: on a file, with a key pair."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import msgspec

from bench.engines import PAIR
from bench.load import free_port, process
from bench.peers.peer import PAGE, Kind, Peer, Request, Served, as_json, batches
from numberkeep.domain.contacts.commands import BulkRow

HEADERS = {"sb-api-key-id": PAIR.key_id, "sb-api-secret-key": PAIR.secret}
ROWS_AT_ONCE = 1000


class Numberkeep(Peer):
    """The service that every peer is compared with."""

    name = "numberkeep"
    pins = ""
    keeps = "SQLite, one fsync for all waiting creates"
    requests: ClassVar[Mapping[Kind, Request]] = {
        "retrieve": Request(
            "/api/v2/contacts/+{digits}",
            lambda answer: (answer.json()["contact"]["phone"], answer.json()["contact"]["first_name"]),
        ),
        "list": Request(
            f"/api/v2/contacts?limit={PAGE}",
            lambda answer: [(contact["phone"], contact["created_at"]) for contact in answer.json()],
        ),
        "count": Request("/api/v2/contacts/count", lambda answer: answer.json()["count"]),
        "create": Request(
            "/api/v2/contacts",
            lambda _: None,
            "POST",
            '{"number": "+{digits}", "first_name": "Ada", "last_name": "Lovelace"}',
        ),
    }

    def install(self) -> None:
        """Do nothing: `make bench` has installed it."""

    @contextmanager
    def serve(self, folder: Path, rows: Sequence[BulkRow]) -> Iterator[Served]:
        """Start numberkeep on an empty database, and load the contacts with bulk create."""
        port = free_port()
        database = f"sqlite:///{folder / 'numberkeep.db'}"
        command = [str(Path(sys.executable).with_name("numberkeep")), "serve", "--database", database, "--port"]
        keys = {"NUMBERKEEP_API_KEY": PAIR.key_id, "NUMBERKEEP_API_SECRET": PAIR.secret}
        with process([*command, str(port)], port, keys, folder) as number:
            served = Served(f"http://127.0.0.1:{port}", number, HEADERS)
            for some in batches(rows, ROWS_AT_ONCE):
                body = msgspec.json.encode({"contacts": as_json(some)})
                url = f"{served.url}/api/v2/contacts/bulk"
                served.http.post(url, headers=HEADERS, content=body).raise_for_status()
            yield served
