"""What pages say of an import."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from numberkeep.console.pages.contacts_query import PATH, ContactsQuery
from numberkeep.wire.events import ActorOut
from numberkeep.wire.imports import CountsOut, ImportOut, UndoneOut

_NOTES: Final = {
    "Further numbers left out (--numbers each imports them as contacts)": (
        "Further numbers of a row left out (choose “Each becomes a contact of its own” to import them)"
    ),
}
"""What the command line's options are called on pages, by the note that names one."""

_SHORT: Final = 40
_PHASES: Final = {"Reading": "Reading the file", "Planning": "Comparing with your contacts", "Importing": "Importing"}


class State(NamedTuple):
    """How far an import is.

    Attributes:
        word: in a word or two.
        icon: the name of its icon; `""` for none.
        style: the class of its color, likewise.
    """

    word: str
    icon: str = ""
    style: str = ""


def state_of(job: ImportOut) -> State:
    """Return how far an import is."""
    if job.status in {"running", "foreground"}:
        return State({"plan": "Preparing the preview", "undo": "Undoing"}.get(job.task or "", "Importing"), "wait")
    if job.status == "failed":
        return State("Failed", "warn", "wait")
    if job.status == "done":
        return State("Undone" if job.task == "undo" else "Imported")
    if not job.sha256:
        return State("Uploading", "wait")
    return State("Columns to check" if job.planned is None else "Ready to import", "wait", "wait")


def progress_of(job: ImportOut) -> str:
    """Return what is being done, in words."""
    if job.status == "foreground":
        return "A command at a terminal works on it."
    if job.task == "undo":
        return "Undoing"
    return _PHASES.get(job.phase, "Waiting for its turn")


def summary_of(counts: CountsOut) -> str:
    """Return the counts that are not 0, in a line."""
    parts = [f"{count:,} {word}" for word, count in (*large_counts(counts), *small_counts(counts)) if count]
    return ", ".join(parts) or "no rows"


def large_counts(counts: CountsOut) -> Iterator[tuple[str, int]]:
    """Yield the four counts that are shown large."""
    yield "new", counts.created
    yield "changed", counts.updated
    yield "unchanged", counts.unchanged
    yield "rejected", counts.rejected


def small_counts(counts: CountsOut) -> Iterator[tuple[str, int]]:
    """Yield the other counts that are not 0."""
    others = (("opted out", counts.opted_out), ("left as they are", counts.skipped), ("merged", counts.merged))
    yield from ((word, count) for word, count in others if count)


def notes_of(notes: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """Yield what was left out, and how often."""
    for note, count in sorted(notes.items()):
        yield _NOTES.get(note, note), count


def undo_question(job: ImportOut) -> str:
    """Return what an undo would do, as a question; of an import that was interrupted, the numbers are not known."""
    if job.result is None:
        return "Delete the contacts that this import created, and restore those that it changed?"
    counts = job.result.counts
    parts = [f"delete {_counted(counts.created, 'contact')}"] if counts.created else []
    parts += [f"restore {_counted(counts.updated, 'contact')}"] if counts.updated else []
    question = " and ".join(parts) or "undo what it changed"
    return f"{question[:1].upper()}{question[1:]}?"


def delete_question(job: ImportOut) -> str:
    """Return what is lost with an import that has run, and what stays, as a question."""
    rejected = job.result.counts.rejected if job.result else 0
    lost = ["the file", *([_counted(rejected, "rejected row")] if rejected else [])]
    if job.undoable:
        what = "opt its numbers in again" if job.undone else "undo this import"
        lost.append(f"the possibility to {what}")
    *first, last = lost
    listed = f"{', '.join(first)}{',' if len(first) > 1 else ''} and {last}" if first else last
    return f"Delete {listed}? The contacts stay as they are."


def undone_lines(undone: UndoneOut) -> Iterator[str]:
    """Yield what was undone, in sentences."""
    if undone.deleted:
        yield f"{_counted(undone.deleted, 'contact')} deleted."
    if undone.restored:
        yield f"{_counted(undone.restored, 'contact')} restored."
    if undone.left:
        yield f"{_counted(undone.left, 'contact')} left in part or whole, because they were changed since."
    if undone.lifted:
        yield f"{_counted(undone.lifted, 'opt-out')} lifted."
    if undone.opted_out:
        stays = "stays" if undone.opted_out == 1 else "stay"
        yield f"{_counted(undone.opted_out, 'number')} that the import opted out {stays} opted out."


def contacts_of(job: ImportOut) -> Iterator[tuple[str, str]]:
    """Yield links to what an import that has run created, and to what has its tags: a text and an address each."""
    if job.result is None or job.status != "done" or job.task == "undo":
        return
    created = job.result.counts.created
    if created and job.begun_at:
        during = ContactsQuery(since=_utc(job.begun_at), until=_utc(job.updated_at + timedelta(microseconds=1)))
        yield f"See the {created:,} new contacts" if created > 1 else "See the new contact", during.path()
    tags = job.options.tags if job.options else ()
    for tag in tags:
        yield f"See all with the tag “{short(tag)}”", ContactsQuery(tags=(tag,)).path()
    if not (created and job.begun_at) and not tags:
        yield "See all contacts", PATH


def short(name: str) -> str:
    """Return the beginning of a file's name, for a title."""
    return name if len(name) <= _SHORT else f"{name[: _SHORT - 1]}…"


def sentence(reason: object) -> str:
    """Return why something failed as a sentence of a page: the API's messages name fields between backticks."""
    text = str(reason).replace("`", "").replace("--map ", "")
    return text[:1].upper() + text[1:].rstrip(".") + "."


def by_words(by: ActorOut | None) -> str:
    """Return who uploaded a file."""
    if by is None:
        return ""
    return {"system": "command line", "console_session": f"{by.id} in the console"}.get(by.type, by.id)


def contacts_words(count: int) -> str:
    """Return a number of contacts in words."""
    return _counted(count, "contact")


def size_of(count: int) -> str:
    """Return a number of bytes in words."""
    for unit, size in (("MB", 1_000_000), ("KB", 1_000)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return _counted(count, "byte")


def _utc(time: datetime) -> str:
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
