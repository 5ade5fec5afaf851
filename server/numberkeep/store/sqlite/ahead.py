"""Works out large commands ahead of their transaction, so that the writer is free for other accounts meanwhile.

Loading and applying ten thousand rows takes several times as long as writing them, and most of it is Python. It is done
on a thread and a connection of its own, while the commands of that account alone wait. The writer then only writes, in
few statements: after each one, any thread that wants the interpreter's lock may take it.
"""

import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, cast

import apsw

from numberkeep.domain.command import AccountCommand
from numberkeep.store import group
from numberkeep.store.grouping import GROUP_ROWS, Job
from numberkeep.store.sqlite.many_rows import Statement
from numberkeep.store.sqlite.statements import collect

_DATA_VERSION: Final = "PRAGMA data_version"

_SWITCH_SECONDS: Final = 0.001
"""How long this thread keeps the interpreter's lock from one that waits. Python's 5 ms would pass for each of the
writer's statements meanwhile. At all times, 1 ms would cost small requests a twentieth of their speed."""


@dataclass(slots=True)
class Prepared:
    """A large command that only has to be written.

    Attributes:
        job: the command, and its caller's future.
        version: what `version` returned before it was loaded; anything else than that later makes it void.
        outcome: its result or refusal.
        statements: what to write; None if it could not be worked out, and must be applied as any other.
    """

    job: Job
    version: int
    outcome: Any = None
    statements: Sequence[Statement] | None = None

    @property
    def account_id(self) -> int:
        """The account of the command."""
        return cast("AccountCommand[Any]", self.job[0]).account_id


def is_large(job: Job) -> bool:
    """Return whether a command is worth working out ahead."""
    command, _ = job
    return isinstance(command, AccountCommand) and command.weight > GROUP_ROWS


def version(connection: apsw.Connection) -> int:
    """Return a number that changes when another connection, and so another process, changes the database."""
    found: int = connection.execute(_DATA_VERSION).get
    return found


class Ahead:
    """Works out one command at a time.

    Args:
        connection: from now on for this thread alone.
        done: called with each command, on the thread.
    """

    def __init__(self, connection: apsw.Connection, done: Callable[[Prepared], None]) -> None:
        self._connection = connection
        self._done = done
        self._thread = ThreadPoolExecutor(1, "numberkeep-ahead")

    def start(self, prepared: Prepared) -> None:
        """Work out a command; all earlier commands of its account must be committed, and later ones must wait."""
        self._thread.submit(self._prepare, prepared)

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown()

    def _prepare(self, prepared: Prepared) -> None:
        usual = sys.getswitchinterval()
        sys.setswitchinterval(_SWITCH_SECONDS)
        try:
            self._work_out(prepared)
        finally:
            sys.setswitchinterval(usual)
        self._done(prepared)

    def _work_out(self, prepared: Prepared) -> None:
        command = cast("AccountCommand[Any]", prepared.job[0])
        try:
            self._connection.execute("BEGIN")
            try:
                found = collect(self._connection, group.apply(prepared.account_id, [command]))
            finally:
                self._connection.execute("ROLLBACK")
            if found is not None:
                prepared.statements, [prepared.outcome] = found
        except Exception:  # noqa: BLE001 - the writer tries again, and its error is reported
            prepared.statements = None
