"""The application of the FastAPI and SQLModel tutorials, from the folder beside this file."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from bench.load import free_port, process
from bench.peers import install
from bench.peers.peer import PAGE, Kind, Peer, Request, Served, as_json
from numberkeep.domain.contacts.commands import BulkRow


class Tutorial(Peer):
    """It has no keys, like the tutorials at that point, and no bulk create.

    A request holds one of 15 database connections until one of 40 threads finishes it. With more requests than
    connections, all threads wait for a connection, and nothing is answered until the wait times out.
    """

    name = "FastAPI + SQLModel"
    pins = "fastapi-sqlmodel"
    release = "fastapi"
    keeps = "SQLite, one commit with fsync per create; no keys; 15 connections, because it hangs with more"
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
        """Return the versions of both packages."""
        return f"{super().version()} + {install.version(self.pins, 'sqlmodel')}"

    def install(self) -> None:
        """Install the packages; the application itself is in this folder."""
        install.python(self.pins)

    @contextmanager
    def serve(self, folder: Path, rows: Sequence[BulkRow]) -> Iterator[Served]:
        """Start the application on an empty database, and create the contacts one by one."""
        port = free_port()
        python = str(install.python(self.pins))
        application = str(Path(__file__).with_name("fastapi_sqlmodel"))
        command = [python, "-m", "uvicorn", "--app-dir", application, "--port", str(port), "main:app"]
        with process(command, port, {"PYTHONDONTWRITEBYTECODE": "1"}, folder) as number:
            served = Served(f"http://127.0.0.1:{port}", number)
            for contact in as_json(rows):
                served.http.post(f"{served.url}/contacts/", json=contact).raise_for_status()
            yield served
