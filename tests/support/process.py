"""The real program as a process of its own, on a real socket."""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from string import Template
from typing import Final

import httpx2

PROGRAM: Final = Path(sys.executable).with_name("numberkeep")
PATIENCE: Final = 30.0


def environment(**settings: str) -> dict[str, str]:
    """This process's environment without settings of either distribution, and with those given."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("NUMBERKEEP_", "SENDBLUE_API_"))}
    return {**clean, **settings}


def run(*arguments: str, cwd: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [PROGRAM, *arguments],
        cwd=cwd,
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


class Serving:
    """A `numberkeep serve` that listens.

    Attributes:
        process: the process.
        url: where it listens.
        said: what it printed on stderr until then.
        exported: what the `export` line on stdout sets; empty where there was none.
    """

    def __init__(self, process: subprocess.Popen[str], settings: Mapping[str, str]) -> None:
        self.process = process
        self._settings = settings
        assert process.stderr
        assert process.stdout
        self.said = process.stderr.readline()
        match = re.search(r"http://\S+", self.said)
        assert match, self.said + process.stderr.read()
        self.url = match[0]
        self.exported: Mapping[str, str] = {}

    def read_export(self) -> Mapping[str, str]:
        """Wait for the `export` line, and give what it sets in a shell that has the settings."""
        assert self.process.stdout
        line = Template(self.process.stdout.readline()).substitute(self._settings)
        self.exported = dict(pair.split("=", 1) for pair in shlex.split(line.removeprefix("export ")))
        return self.exported

    @property
    def headers(self) -> dict[str, str]:
        """The key headers for the exported pair."""
        return {
            "sb-api-key-id": self.exported["SENDBLUE_API_API_KEY"],
            "sb-api-secret-key": self.exported["SENDBLUE_API_API_SECRET"],
        }

    def wire(self) -> httpx2.Client:
        """A plain HTTP client with the exported pair."""
        return httpx2.Client(base_url=self.url, headers=self.headers, timeout=PATIENCE)

    def connect(self) -> socket.socket:
        """A bare connection."""
        url = httpx2.URL(self.url)
        connection = socket.create_connection((url.host, url.port or 80))
        connection.settimeout(PATIENCE)
        return connection

    def stop(self) -> int:
        """Ask it to end, and give its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


@contextmanager
def serving(cwd: Path, *arguments: str, **settings: str) -> Iterator[Serving]:
    """Run `numberkeep serve` on a free port until the block ends."""
    with subprocess.Popen(
        [PROGRAM, "serve", "--port", "0", *arguments],
        cwd=cwd,
        env=environment(**settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield Serving(process, settings)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
