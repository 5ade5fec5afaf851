"""json-server: a JSON file that is completely in memory, and rewritten completely at every create."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import httpx2

from bench.load import free_port, process
from bench.peers import install
from bench.peers.peer import PAGE, Kind, Peer, Request, Served, as_json
from numberkeep.domain.contacts.commands import BulkRow

NOW = 2_000_000_000_000_000
"""The time of created contacts, in microseconds: later than all loaded ones. json-server sets none itself."""


def _count(answer: httpx2.Response) -> int:
    return int(answer.headers["x-total-count"])


class JsonServer(Peer):
    """It has no keys. The phone number is its id, so that contacts are looked up as in numberkeep."""

    name = "json-server"
    pins = "json-server"
    release = "json-server"
    keeps = "one JSON file, rewritten for each create; no keys"
    requests: ClassVar[Mapping[Kind, Request]] = {
        "retrieve": Request(
            "/contacts/+{digits}", lambda answer: (answer.json()["phone"], answer.json()["first_name"])
        ),
        "list": Request(
            f"/contacts?_sort=created_at&_order=desc&_limit={PAGE}",
            lambda answer: [(contact["phone"], contact["created_at"]) for contact in answer.json()],
        ),
        "count": Request("/contacts?_limit=1", _count),
        "create": Request(
            "/contacts",
            lambda _: None,
            "POST",
            f'{{"phone": "+{{digits}}", "first_name": "Ada", "last_name": "Lovelace", "created_at": {NOW}}}',
        ),
    }

    def install(self) -> None:
        """Install Node and json-server."""
        install.npm(self.pins)

    @contextmanager
    def serve(self, folder: Path, rows: Sequence[BulkRow]) -> Iterator[Served]:
        """Write the contacts to its file, and start json-server."""
        contacts = [{**contact, "created_at": row.at} for contact, row in zip(as_json(rows), rows, strict=True)]
        (folder / "contacts.json").write_text(json.dumps({"contacts": contacts}))
        port = free_port()
        script = install.npm(self.pins) / "json-server" / "lib" / "cli" / "bin.js"
        options = ["--host", "127.0.0.1", "--port", str(port), "--id", "phone", "contacts.json"]
        with process([str(install.node(self.pins)), str(script), *options], port, {}, folder) as number:
            yield Served(f"http://127.0.0.1:{port}", number)
