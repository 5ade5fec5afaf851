"""The writer's group commit: what shares a commit, and which failures affect which commands."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import apsw
import pytest

from numberkeep.domain.command import Command
from numberkeep.domain.errors import ContactNotFound, StoreBusy, StoreUnavailable
from numberkeep.store import directory, grouping, waiting
from numberkeep.store.flow import Fetch, Flow
from numberkeep.store.sqlite import statements
from numberkeep.store.sqlite.failures import Failures
from numberkeep.store.sqlite.writer import Writer


@dataclass(slots=True)
class Note(Command[str]):
    """A command that stores its text and then calls `then`."""

    text: str
    then: Callable[[], object] = str


@dataclass(slots=True)
class Hold(Command[None]):
    """A command that keeps the writer busy until it is released, so that others queue behind it."""

    begun: threading.Event = field(default_factory=threading.Event)
    let_go: threading.Event = field(default_factory=threading.Event)


def note(command: Note) -> Flow[str]:
    """Apply Note."""
    yield Fetch("insert_note", (command.text,))
    command.then()
    return command.text


def hold(command: Hold) -> Flow[None]:
    """Apply Hold."""
    command.begun.set()
    assert command.let_go.wait(30)
    yield from ()


def refuse(_: "Refused") -> Flow[None]:
    """Apply Refused."""
    yield from ()
    raise ContactNotFound


class Refused(Command[None]):
    """A command that is refused before it changes anything."""


class Bench:
    """A writer on a database of notes, and the number of its commits."""

    def __init__(self) -> None:
        self.connection = apsw.Connection(":memory:")
        self.connection.execute("CREATE TABLE notes (text TEXT UNIQUE)")
        self.commits = 0
        self.commit_fails = False
        self.connection.set_commit_hook(self._on_commit)
        self.writer = Writer(self.connection, Failures())

    def _on_commit(self) -> bool:
        self.commits += 1
        return self.commit_fails

    async def run_together(self, *commands: Command[Any]) -> list[Any]:
        """Return the outcomes of commands that all wait while the writer is busy with another."""
        hold = Hold()
        waiters = [asyncio.create_task(self.writer.apply(command)) for command in (hold, *commands)]
        await asyncio.to_thread(hold.begun.wait, 30)
        hold.let_go.set()
        return (await asyncio.gather(*waiters, return_exceptions=True))[1:]

    @property
    def notes(self) -> list[str]:
        """Return the stored notes, sorted."""
        return [text for (text,) in self.connection.execute("SELECT text FROM notes ORDER BY text")]


@pytest.fixture
async def bench(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    """Return a writer with handlers for the commands of this file."""
    for command, handler in ((Note, note), (Hold, hold), (Refused, refuse)):
        monkeypatch.setitem(directory._HANDLERS, command, handler)
    monkeypatch.setitem(statements._STATEMENTS, "insert_note", "INSERT INTO notes VALUES (?)")
    bench = Bench()
    yield bench
    await bench.writer.close()
    bench.connection.close()


def fail(error: BaseException) -> Callable[[], object]:
    """Return a function that raises this error."""

    def then() -> object:
        raise error

    return then


async def test_waiting_commands_share_a_commit(bench: Bench) -> None:
    """Fifty commands behind a busy writer are committed together, each with its own result, in order."""
    outcomes = await bench.run_together(*[Note(f"{n:02d}") for n in range(50)])
    assert outcomes == [f"{n:02d}" for n in range(50)]
    assert bench.commits == 1
    assert [text for (text,) in bench.connection.execute("SELECT text FROM notes ORDER BY rowid")] == outcomes


async def test_a_group_has_a_maximum_size(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """More commands are committed in several groups."""
    monkeypatch.setattr(grouping, "GROUP_ROWS", 10)
    await bench.run_together(*[Note(str(n)) for n in range(25)])
    assert bench.commits == 3
    assert len(bench.notes) == 25


async def test_no_result_is_returned_before_the_commit(bench: Bench) -> None:
    """While a command of the group runs, no other command of the group has returned."""
    last = Hold()
    first = asyncio.create_task(bench.run_together(Note("a"), last))
    await asyncio.to_thread(last.begun.wait, 30)
    assert not first.done()
    assert bench.commits == 0
    last.let_go.set()
    assert await first == ["a", None]
    assert bench.commits == 1


async def test_a_refusal_does_not_affect_the_group(bench: Bench) -> None:
    """A domain error before any change is raised for that command, and the others share one commit."""
    outcomes = await bench.run_together(Note("a"), Refused(), Note("b"))
    assert [outcomes[0], type(outcomes[1]), outcomes[2]] == ["a", ContactNotFound, "b"]
    assert bench.commits == 1


@pytest.mark.parametrize(
    "error", [ContactNotFound(), ValueError("bug"), RecursionError()], ids=lambda e: type(e).__name__
)
async def test_a_command_that_fails_after_a_change_is_undone_alone(bench: Bench, error: Exception) -> None:
    """The others are committed without it."""
    outcomes = await bench.run_together(Note("a"), Note("half", fail(error)), Note("b"))
    assert outcomes == ["a", error, "b"]
    assert bench.notes == ["a", "b"]


async def test_an_engine_error_is_store_unavailable_for_its_command_only(bench: Bench) -> None:
    """Other commands succeed."""
    outcomes = await bench.run_together(Note("a"), Note("a"), Note("b"))
    assert [outcomes[0], type(outcomes[1]), outcomes[2]] == ["a", StoreUnavailable, "b"]
    assert bench.notes == ["a", "b"]


async def test_an_error_of_no_command_fails_the_whole_group_at_once(bench: Bench) -> None:
    """While another program locks the database, no command is tried alone: each would wait as long again.

    The group is tried twice: without waiting for the lock, and waiting for it.
    """
    tries = 0

    def busy() -> None:
        nonlocal tries
        tries += 1
        raise apsw.BusyError

    outcomes = await bench.run_together(*[Note(str(n), busy) for n in range(20)])
    assert {type(outcome) for outcome in outcomes} == {StoreUnavailable}
    assert tries == 2
    assert bench.notes == []


async def test_an_unknown_command_fails_alone(bench: Bench) -> None:
    """A command without a handler raises its own error."""

    class Unheard(Command[None]):
        pass

    outcomes = await bench.run_together(Note("a"), Unheard(), Note("b"))
    assert [outcomes[0], type(outcomes[1]), outcomes[2]] == ["a", KeyError, "b"]


async def test_a_failed_commit_fails_every_command(bench: Bench) -> None:
    """They raise StoreUnavailable, and afterwards the writer continues."""
    bench.commit_fails = True
    outcomes = await bench.run_together(Note("a"), Note("b"), Note("c"))
    assert [type(outcome) for outcome in outcomes] == [StoreUnavailable] * 3
    assert bench.notes == []
    bench.commit_fails = False
    assert await bench.writer.apply(Note("a")) == "a"
    assert bench.notes == ["a"]


async def test_a_full_queue_raises_store_busy(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit a command fails at once and is not applied; finished commands make room."""
    monkeypatch.setattr(waiting, "MAX_COMMANDS", 3)
    busy = Hold()
    waiters = [asyncio.create_task(bench.writer.apply(command)) for command in (busy, Note("a"), Note("b"))]
    await asyncio.to_thread(busy.begun.wait, 30)
    with pytest.raises(StoreBusy):
        await bench.writer.apply(Note("c"))
    busy.let_go.set()
    assert await asyncio.gather(*waiters) == [None, "a", "b"]
    assert await asyncio.gather(*[bench.writer.apply(Note(text)) for text in "def"]) == ["d", "e", "f"]
    assert bench.notes == ["a", "b", "d", "e", "f"]


async def test_a_canceled_waiter_frees_its_place(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its command is still applied, other commands get their results, and it no longer counts as waiting."""
    monkeypatch.setattr(waiting, "MAX_COMMANDS", 3)
    busy = Hold()
    waiters = [asyncio.create_task(bench.writer.apply(command)) for command in (busy, Note("a"), Note("b"))]
    await asyncio.to_thread(busy.begun.wait, 30)
    waiters[1].cancel()
    busy.let_go.set()
    async with asyncio.timeout(20):
        outcomes = await asyncio.gather(*waiters, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [type(None), asyncio.CancelledError, str]
    assert bench.notes == ["a", "b"]
    assert len(await asyncio.gather(*[bench.writer.apply(Note(text)) for text in "cde"])) == 3


async def test_closing_applies_waiting_commands_and_refuses_later_ones(bench: Bench) -> None:
    """The thread ends after the last waiting command; a later one raises StoreUnavailable."""
    busy = Hold()
    waiters = [asyncio.create_task(bench.writer.apply(command)) for command in (busy, Note("a"))]
    await asyncio.to_thread(busy.begun.wait, 30)
    closing = asyncio.create_task(bench.writer.close())
    await asyncio.sleep(0)
    with pytest.raises(StoreUnavailable, match="closing"):
        await bench.writer.apply(Note("late"))
    busy.let_go.set()
    await closing
    assert await asyncio.gather(*waiters) == [None, "a"]
    assert not bench.writer._thread.is_alive()
    assert bench.notes == ["a"]
