"""Prism, which answers from docs/openapi.json, so its requests are those of numberkeep."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from bench.client_environments import ROOT
from bench.load import free_port, process
from bench.peers import install
from bench.peers.numberkeep import HEADERS, Numberkeep
from bench.peers.peer import Kind, Peer, Request, Served
from numberkeep.domain.contacts.commands import BulkRow


class Prism(Peer):
    """A mock server: it checks a request against the API description and generates an answer from it."""

    name = "Prism"
    pins = "prism"
    release = "@stoplight/prism-cli"
    keeps = "answers from the API description, stores nothing: any number is found, a list has one contact"
    mocks = True
    requests: ClassVar[Mapping[Kind, Request]] = Numberkeep.requests

    def install(self) -> None:
        """Install Node and Prism."""
        install.npm(self.pins)

    @contextmanager
    def serve(self, folder: Path, rows: Sequence[BulkRow]) -> Iterator[Served]:
        """Start Prism; it cannot load contacts."""
        del rows
        port = free_port()
        script = install.npm(self.pins) / "@stoplight" / "prism-cli" / "dist" / "index.js"
        options = ["mock", "--host", "127.0.0.1", "--port", str(port), str(ROOT / "docs" / "openapi.json")]
        command = [str(install.node(self.pins)), str(script), *options]
        with process(command, port, {}, folder) as number:
            yield Served(f"http://127.0.0.1:{port}", number, HEADERS)
