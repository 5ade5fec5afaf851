"""Runs the recorder as a server, in a process of its own."""

import multiprocessing
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from numberkeep.config.values import http_url
from numberkeep.http.closing import Closing
from numberkeep.recording.fictitious import Fictitious
from numberkeep.recording.file import Writer, begun
from numberkeep.recording.proxy import READY, Recorder, make_client
from numberkeep.recording.rewriting import Rewriter
from numberkeep.serving.address import CannotServe, free_address, when_listening
from numberkeep.serving.log import set_up_logging
from numberkeep.serving.server import make_server
from numberkeep.serving.worker import end_with_supervisor

_KEY_BYTES: Final = 32


@dataclass(slots=True, frozen=True)
class RecorderSettings:
    """How the recorder runs.

    Attributes:
        upstream: the URL of the service.
        host: the address to listen on.
        port: the TCP port; 0 picks a free one.
        path: the file.
        region: the region of phone numbers without `+`.
    """

    upstream: str
    host: str
    port: int
    path: Path
    region: str


def record(settings: RecorderSettings, announce: Callable[[str], None]) -> int:
    """Record until SIGTERM or SIGINT, and return how many exchanges were recorded.

    Args:
        settings: how to run.
        announce: called with the recorder's URL once it listens.

    Raises:
        CannotServe: the address cannot be used, or the proxy that the environment names.
        RecordingError: the file cannot be used.
        OSError: the file cannot be opened.
    """
    try:
        make_client(settings.upstream)
    except ImportError:
        fix = "run pip install 'httpx2[socks]', or unset ALL_PROXY to connect without it"
        raise CannotServe(f"the proxy of this shell needs SOCKS support: {fix}") from None
    address, port = free_address(settings.host, settings.port)
    with begun(settings.path, settings.region) as progress:
        when_listening(address, port, partial(announce, http_url(settings.host, port)), READY)
        stopping, stop = multiprocessing.Pipe(duplex=False)
        try:
            make_server(address, port, stop=stop).run(partial(_load, settings, port, stopping))
        except SystemExit as ended:
            raise CannotServe("the recorder ended unexpectedly: the lines above are its last") from ended
        return progress.count()


def _load(settings: RecorderSettings, port: int, stopping: Connection) -> Recorder:
    """Return the application. Called in the server's process, so the key exists nowhere else."""
    set_up_logging("warning")
    closing = Closing()
    threading.Thread(target=end_with_supervisor, args=(stopping, closing, port), daemon=True).start()
    rewriter = Rewriter(Fictitious(os.urandom(_KEY_BYTES), settings.region))
    return Recorder(make_client(settings.upstream), rewriter, Writer(settings.path), closing)
