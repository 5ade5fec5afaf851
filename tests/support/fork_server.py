"""Runs commands of `numberkeep` in forks of one process that has imported its modules already. Run as a program.

`forked_commands.py` starts it and sends it requests. A command is thus a process of its own, with the arguments,
folder, environment and streams of the request, and saves the imports, which are most of a short command.
"""

import gc
import importlib
import json
import os
import pkgutil
import selectors
import signal
import socket
import sys
import time
from typing import Any, Final, NoReturn

_STREAMS: Final = 3
_LONGEST: Final = 2**20
_PACKAGES: Final = ("cli", "config", "carriers", "formats", "http", "operations", "service", "store", "wire")
"""What commands use, except the tables of phone numbers: they are large, and a fork would take long."""


def import_all() -> None:
    """Import the modules of the commands, and what they import."""
    import numberkeep  # noqa: PLC0415 - imported like the others

    for package in _PACKAGES:
        for found in pkgutil.walk_packages([f"{numberkeep.__path__[0]}/{package}"], f"numberkeep.{package}."):
            importlib.import_module(found.name)


class ForkServer:
    """Forks a process for each request, and answers the request with the exit code.

    Args:
        listener: where requests arrive.
    """

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._selector = selectors.DefaultSelector()
        self._running: dict[socket.socket, int] = {}  # the process of each connection
        self._ended: dict[int, socket.socket] = {}  # the connection of each process, by what tells its end

    def next_command(self) -> dict[str, Any]:
        """Serve until the standard input ends; return the request in the process that is forked for it."""
        self._selector.register(sys.stdin, selectors.EVENT_READ)
        self._selector.register(self._listener, selectors.EVENT_READ)
        while True:
            for key, _ in self._selector.select():
                match key.fileobj:
                    case int(end):
                        self._answer(end)
                    case socket.socket() as ready if ready is self._listener:
                        command = self._start()
                        if command is not None:
                            return command
                    case socket.socket() as abandoned:  # the test has given up waiting
                        os.kill(self._running[abandoned], signal.SIGKILL)
                        self._selector.unregister(abandoned)
                    case _:
                        self._stop()

    def _start(self) -> dict[str, Any] | None:
        """Fork, and return the request in the new process."""
        connection = self._listener.accept()[0]
        text, streams, _, _ = socket.recv_fds(connection, _LONGEST, _STREAMS)
        while not text.endswith(b"\n"):
            text += connection.recv(_LONGEST)
        process = os.fork()
        if process == 0:
            self._close()
            connection.close()
            return {**json.loads(text), "streams": streams}
        for stream in streams:
            os.close(stream)
        end = os.pidfd_open(process)
        self._running[connection] = process
        self._ended[end] = connection
        self._selector.register(end, selectors.EVENT_READ)
        self._selector.register(connection, selectors.EVENT_READ)
        return None

    def _answer(self, end: int) -> None:
        connection = self._ended.pop(end)
        _, status = os.waitpid(self._running.pop(connection), 0)
        self._selector.unregister(end)
        os.close(end)
        if connection in self._selector.get_map():
            self._selector.unregister(connection)
            connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
        connection.close()

    def _close(self) -> None:
        """Close what a command must not have; what is collected later would close what has its number then."""
        self._selector.close()
        for each in (self._listener, *self._running):
            each.close()
        for end in self._ended:
            os.close(end)

    def _stop(self) -> NoReturn:
        for process in self._running.values():
            os.kill(process, signal.SIGKILL)
        os._exit(0)


def become(command: dict[str, Any]) -> None:
    """Take the streams, the folder, the arguments and the environment of a command."""
    for number, stream in enumerate(command["streams"]):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(command["cwd"])
    os.environ.clear()
    os.environ.update(command["environment"])
    time.tzset()
    sys.argv = command["arguments"]
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - until the process ends
    sys.stdout = open(1, "w", closefd=False, errors=sys.stdout.errors)  # noqa: SIM115
    sys.stderr = open(2, "w", 1, closefd=False, errors="backslashreplace")  # noqa: SIM115


if __name__ == "__main__":
    import_all()
    gc.freeze()  # commands need not look through what was imported
    become(ForkServer(socket.socket(fileno=int(sys.argv[1]))).next_command())
    from numberkeep.cli.entry import main

    sys.exit(main())  # type: ignore[func-returns-value] # as the installed program does
