"""What is stored of an import beside its file: how it is imported, and how far it is."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

import msgspec

from numberkeep import __version__
from numberkeep.domain.contacts.undoing import Undone
from numberkeep.domain.stamp import SYSTEM, Actor
from numberkeep.service.imports.counts import Outcome, Tally
from numberkeep.service.imports.options import Options
from numberkeep.service.jobs import Change

KIND: Final = "import"
"""The kind of a job that imports a file."""


class Task(StrEnum):
    """What a job does with a file."""

    PLAN = "plan"
    """Finds out what a run would do, and changes nothing."""
    RUN = "run"
    UNDO = "undo"


@dataclass(slots=True, frozen=True)
class ImportRecord:
    """An import; every field has a default, so that those of older versions can be read.

    Attributes:
        name: the name of the file.
        length: its size, bytes.
        digest: SHA-256 of its content, in hexadecimal digits.
        options: how it is imported.
        owner: who added it; SYSTEM if that is not known.
        actor: who started the task.
        begun_at: when the run began, microseconds since 1970; 0 if that is not known.
        task: what is done with the file, or was done last; None before anything is.
        attempt: how many plans and runs have been started, apart from those that were continued.
        phase: what is being done.
        done: how much of that is done.
        total: how much there is of it.
        version: the version of numberkeep that began the task: another one may read the file otherwise.
        place: how many of the file's numbers have been applied.
        opted_out: the last number without a contact that has been applied; `""` before the first.
        tally: what has become of them.
        events: the numbers of the first and the last event of the run; 0 before there are any.
        planned: what a run would do, as the last plan found.
        preview: the attempt that stored the samples of that plan; 0 if none did.
        result: what the run did; None if it has not ended.
        differences: whether the plan stores each difference.
        lift_opt_outs: whether the undo lifts opt-outs.
        before: the undo goes on with the events before this one; 0 at the beginning.
        undone: what has been undone.
        takes: how often a process has begun or continued the task since it last made progress.
        error: why the task failed; `""` if it did not.
    """

    name: str = ""
    length: int = 0
    digest: str = ""
    options: Options = field(default_factory=lambda: Options("US"))
    owner: Actor = SYSTEM
    actor: Actor = SYSTEM
    begun_at: int = 0
    task: Task | None = None
    attempt: int = 0
    phase: str = ""
    done: int = 0
    total: int = 0
    version: str = ""
    place: int = 0
    opted_out: str = ""
    tally: Tally = field(default_factory=Tally)
    events: tuple[int, int] = (0, 0)
    planned: Outcome | None = None
    preview: int = 0
    result: Outcome | None = None
    differences: bool = False
    lift_opt_outs: bool = False
    before: int = 0
    undone: Undone | None = None
    takes: int = 0
    error: str = ""

    @property
    def applied(self) -> bool:
        """Whether the run has begun to change something, so that it must go on as it began."""
        return bool(self.place or self.opted_out or self.events[0])

    def begun(self, task: Task, actor: Actor, at: int) -> "ImportRecord":
        """Return the record with a task that begins at a time, microseconds since 1970."""
        return replace(
            self,
            task=task,
            actor=actor,
            begun_at=at if task is Task.RUN else self.begun_at,
            attempt=self.attempt + (task is not Task.UNDO),
            phase="",
            done=0,
            total=0,
            version=__version__,
            takes=0,
            error="",
        )

    def continued(self, actor: Actor) -> "ImportRecord":
        """Return the record with a task that goes on after it failed or was interrupted."""
        return replace(self, actor=actor, takes=0, error="")

    def restarted(self) -> "ImportRecord":
        """Return the record of a run that begins with the first number again, which changes nothing twice."""
        return replace(self, version=__version__, attempt=self.attempt + 1, place=0, opted_out="", tally=Tally())

    def shown(self, phase: str, done: int, total: int) -> "ImportRecord":
        """Return the record with progress."""
        return replace(self, phase=phase, done=done, total=total)


_decode: Final = msgspec.json.Decoder(ImportRecord).decode
_encode: Final = msgspec.json.Encoder().encode


def dump(record: ImportRecord) -> str:
    """Return the detail of a job for a record."""
    return _encode(record).decode()


def load(detail: str) -> ImportRecord:
    """Return the record in the detail of a job."""
    return _decode(detail)


def changing(change: Callable[[ImportRecord], ImportRecord]) -> Change:
    """Return a change of a job's detail for one of its record."""
    return lambda detail: dump(change(load(detail)))
