"""A recorder in front of the real application, without sockets."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2

from numberkeep.domain.identity import KeyPair
from numberkeep.recording.fictitious import Fictitious
from numberkeep.recording.file import Writer, begun
from numberkeep.recording.proxy import Recorder
from numberkeep.recording.rewriting import Rewriter
from sendblue_api import AsyncSendblueAPI


def upstream_of(application: Any) -> httpx2.AsyncClient:
    """Return the client by which a recorder calls an application without a socket."""
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=application), base_url="http://upstream.test")


@asynccontextmanager
async def recording(
    upstream: httpx2.AsyncClient, path: Path, region: str = "US"
) -> AsyncIterator[httpx2.ASGITransport]:
    """Record into a file, and yield the transport that leads through the recorder to a service."""
    with begun(path, region):
        recorder = Recorder(upstream, Rewriter(Fictitious(b"key of tests", region)), Writer(path))
        async with recorder.router.lifespan_context(recorder):
            yield httpx2.ASGITransport(app=recorder)


def client_through(transport: httpx2.AsyncBaseTransport, pair: KeyPair) -> AsyncSendblueAPI:
    """Return our client, which never repeats a request."""
    return AsyncSendblueAPI(
        api_key=pair.key_id,
        api_secret=pair.secret,
        base_url="http://recorder.test",
        max_retries=0,
        http_client=httpx2.AsyncClient(transport=transport),
    )


def wire_through(transport: httpx2.AsyncBaseTransport, headers: Mapping[str, str]) -> httpx2.AsyncClient:
    """Return a plain HTTP client."""
    return httpx2.AsyncClient(transport=transport, base_url="http://recorder.test", headers=dict(headers))


def edited(path: Path, line: int, edit: Callable[[Any], None]) -> None:
    """Change one line of a recording; lines are counted from 1."""
    lines = path.read_text().splitlines()
    exchange = json.loads(lines[line - 1])
    edit(exchange)
    lines[line - 1] = json.dumps(exchange)
    path.write_text("\n".join(lines) + "\n")


def exchanges_of(path: Path) -> list[Any]:
    """Return the exchanges in the file of one recording, as JSON."""
    return [json.loads(line) for line in path.read_text().splitlines()[1:]]


def text_and_mode(path: Path) -> tuple[str, int]:
    """Return what is in a file, and its permissions."""
    return path.read_text(), path.stat().st_mode & 0o777
