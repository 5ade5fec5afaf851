"""What is stored of an action on many contacts: what it does, and how far it is."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import msgspec

from numberkeep.domain.contacts.undoing import Undone
from numberkeep.domain.stamp import SYSTEM, Actor, Cause, CauseKind
from numberkeep.service.jobs import Change

KIND: Final = "action"
"""The kind of a job that acts on many contacts."""

NUMBERS: Final = "numbers"
"""The name of the parts with the numbers that were selected, one a line."""


class Kind(StrEnum):
    """What an action does with each contact."""

    TAG = "tag"
    UNTAG = "untag"
    DELETE = "delete"
    EXPORT = "export"


class Task(StrEnum):
    """What a job does with an action."""

    RUN = "run"
    UNDO = "undo"


@dataclass(slots=True, frozen=True)
class ActionRecord:
    """An action; every field has a default, so that those of older versions can be read.

    Attributes:
        kind: what it does with each contact.
        tag: the tag that it adds or removes.
        format: the format of the file that it exports.
        made_for: the program that the file is for.
        actor: who started the task.
        task: what is done, or was done last; None while the numbers are stored.
        total: how many numbers were selected.
        place: how many of them are done.
        parts: how many parts of the numbers are done.
        changed: how many contacts were changed, deleted or exported.
        unchanged: how many had the tag already, or did not have it.
        missing: how many numbers had no contact any more.
        full: how many contacts had as many tags as a contact may have.
        events: the numbers of the first and the last event of the run; 0 before there are any.
        attempt: how often an export was begun; each attempt stores its own file.
        before: the undo goes on with the events before this one; 0 at the beginning.
        undone: what has been undone.
        takes: how often a process has begun or continued the task since it last made progress.
        error: why the task failed; `""` if it did not.
    """

    kind: Kind = Kind.TAG
    tag: str = ""
    format: str = "csv"
    made_for: str = "numberkeep"
    actor: Actor = SYSTEM
    task: Task | None = None
    total: int = 0
    place: int = 0
    parts: int = 0
    changed: int = 0
    unchanged: int = 0
    missing: int = 0
    full: int = 0
    events: tuple[int, int] = (0, 0)
    attempt: int = 0
    before: int = 0
    undone: Undone | None = None
    takes: int = 0
    error: str = ""

    def begun(self, task: Task, actor: Actor) -> "ActionRecord":
        """Return the record with a task that begins, or goes on after it failed."""
        return replace(self, task=task, actor=actor, takes=0, error="")

    def after(self, numbers: int, changed: int, events: range) -> "ActionRecord":
        """Return the record after one more part, of so many numbers, and the events of its changes."""
        of_run = (self.events[0] or events.start, events.stop - 1) if events else self.events
        return replace(
            self,
            place=self.place + numbers,
            parts=self.parts + 1,
            changed=self.changed + changed,
            events=of_run,
            takes=0,
        )


_decode: Final = msgspec.json.Decoder(ActionRecord).decode
_encode: Final = msgspec.json.Encoder().encode


def dump(record: ActionRecord) -> str:
    """Return the detail of a job for a record."""
    return _encode(record).decode()


def load(detail: str) -> ActionRecord:
    """Return the record in the detail of a job."""
    return _decode(detail)


def changing(change: Callable[[ActionRecord], ActionRecord]) -> Change:
    """Return a change of a job's detail for one of its record."""
    return lambda detail: dump(change(load(detail)))


def cause_of(job_id: int) -> Cause:
    """Return the cause of what an action changes."""
    return Cause(CauseKind.ACTION, str(job_id))


def file_name(attempt: int) -> str:
    """Return the name of the parts of the file that an attempt exports."""
    return f"export/{attempt}"
