"""`numberkeep serve --test` as a process of its own, which ends with this one."""

import os
import re
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from numberkeep.testing.connection import ControlError
from numberkeep.testing.environment import service_environment

_COMMAND: Final = (
    sys.executable,
    "-P",  # a module of the suite's folder must not replace one of the service
    "-m",
    "numberkeep",
    "serve",
    "--test",
    "--stop-on-eof",  # its input is a pipe, which closes even if this process is killed
    "--host=127.0.0.1",
    "--port=0",
    "--database=sqlite://:memory:",
)
_START_SECONDS: Final = 30
_STOP_SECONDS: Final = 3
_LOG_CHARACTERS: Final = 2000


class ServiceProcess:
    """A service in test mode on a free port of 127.0.0.1, with a database in memory.

    Args:
        settings: its `NUMBERKEEP_*` variables; none of this process's are inherited.

    Attributes:
        url: its URL.

    Raises:
        ControlError: it does not start.
    """

    def __init__(self, settings: Mapping[str, str]) -> None:
        self._log = tempfile.TemporaryFile("w+", errors="replace")  # noqa: SIM115 - as long as the process
        # A session of its own: Ctrl-C ends the tests first, which may use the service until then.
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            _COMMAND,
            env=service_environment(settings),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            start_new_session=True,
        )
        try:
            self.url = self._listens_on()
        except BaseException:
            self.stop()
            raise

    def _listens_on(self) -> str:
        output = self._process.stdout
        assert output is not None  # noqa: S101 - a pipe
        ready, _, _ = select.select([output], [], [], _START_SECONDS)
        line = output.readline() if ready else ""
        found = re.search(r"SENDBLUE_API_BASE_URL=(\S+)", line)
        if found is None:
            self._end()
            self._log.seek(0)
            raise ControlError(f"the service did not start; it logged: {self._log.read()[-_LOG_CHARACTERS:].strip()}")
        return found[1]

    def stop(self) -> None:
        """Stop it with its workers; those that do not end in time are killed."""
        self._end()
        for stream in (self._process.stdin, self._process.stdout, self._log):
            if stream is not None:
                stream.close()

    def _end(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
