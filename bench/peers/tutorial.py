"""The application that FastAPI's and SQLModel's tutorials teach, from the folder beside this file."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from bench.load import free_port, process
from bench.peers import install
from bench.peers.peer import PAGE, Kind, Peer, Request, Served, as_json
from numberkeep.domain.contacts.commands import BulkRow


class Tutorial(Peer):
    """It has no keys, as the tutorials' has none at that point, and no bulk create.

    A request holds one of its 15 database connections until one of 40 threads ends it. With more requests than
    connections all threads come to wait for a connection, and nothing is answered until the waiting times out.
    """

    name = "FastAPI + SQLModel"
    pins = "fastapi-sqlmodel"
    release = "fastapi"
    keeps = "SQLite, one commit with fsync a create; no keys; 15 connections, for it stands still with more"
    connections = 15
    requests: ClassVar[Mapping[Kind, Request]] = {
        "retrieve": Request(
            "/contacts/+{digits}", lambda answer: (answer.json()["phone"], answer.json()["first_name"])
        ),
        "list": Request(
            f"/contacts/?limit={PAGE}",
            lambda answer: [(contact["phone"], contact["created_at"]) for contact in answer.json()],
        ),
        "count": Request("/contacts/count", lambda answer: answer.json()["count"]),
        "create": Request(
            "/contacts/",
            lambda _: None,
            "POST",
            '{"phone": "+{digits}", "first_name": "Ada", "last_name": "Lovelace"}',
        ),
    }

    def version(self) -> str:
        """Of both."""
        return f"{super().version()} + {install.version(self.pins, 'sqlmodel')}"

    def install(self) -> None:
        """The packages; the application itself is kept here."""
        install.python(self.pins)

    @contextmanager
    def serve(self, folder: Path, rows: Sequence[BulkRow]) -> Iterator[Served]:
        """Start it on an empty database, and create the contacts one by one."""
        port = free_port()
        python = str(install.python(self.pins))
        application = str(Path(__file__).with_name("fastapi_sqlmodel"))
        command = [python, "-m", "uvicorn", "--app-dir", application, "--port", str(port), "main:app"]
        with process(command, port, {"PYTHONDONTWRITEBYTECODE": "1"}, folder) as number:
            served = Served(f"http://127.0.0.1:{port}", number)
            for contact in as_json(rows):
                served.http.post(f"{served.url}/contacts/", json=contact).raise_for_status()
            yield served
