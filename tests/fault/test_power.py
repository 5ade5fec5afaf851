"""A power cut at any moment, on a disk that has kept what was synced and any part of the rest."""

import asyncio
import contextlib
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import apsw
import pytest

from fault.power import Disk, Event, Notice, RecordingDisk, Sync, beginning, everything, nothing, some
from numberkeep.domain.command import AccountCommand, Once
from numberkeep.domain.contacts.commands import DeleteContacts, UpsertContacts
from numberkeep.domain.stamp import Stamp
from numberkeep.store.sqlite import SqliteStore, connection
from numberkeep.store.sqlite.writer import Writer
from support.store import AccountDriver, new_account

_NAME: Final = "contacts.db"
_WRITERS: Final = 16
_COMMANDS: Final = 12
_ROWS: Final = 4

State = dict[str, str]
"""The stored data: the first name of every number, and "kept" for every idempotency key that has an answer."""


class Client:
    """Sends commands on its own contacts; each command has a name, which is in what it writes.

    Attributes:
        effects: what each command sets; None deletes.
    """

    def __init__(self, number: int, account: AccountDriver, chance: random.Random) -> None:
        self._phones = [f"+1415{number:02d}{n:05d}" for n in range(3 * _ROWS)]
        self._account = account
        self._random = chance
        self._name = f"{number:02d}"
        self.effects: dict[str, dict[str, str | None]] = {}

    async def run(self, events: list[Event]) -> None:
        """Submit one command after another, and record when each is answered."""
        for serial in range(_COMMANDS):
            name = f"{self._name}-{serial}"
            await self._account.store.apply(self._command(name))
            events.append(Notice("answered", [name]))

    def _command(self, name: str) -> AccountCommand[Any]:
        phones = self._random.sample(self._phones, _ROWS)
        account_id, at = self._account.account_id, self._account.tick()
        if self._random.random() < 0.2:
            self.effects[name] = dict.fromkeys(phones)
            return Once(DeleteContacts(account_id, phones, Stamp(at)), name, b"", lambda _: b"{}", at)
        self.effects[name] = dict.fromkeys(phones, name)
        said: dict[str, Any] = {"first_name": name, "tags": (name, "all"), "custom_variables": {"filling": "x" * 500}}
        rows = [self._account.row(phone, **said) for phone in phones]
        return Once(UpsertContacts(account_id, rows, Stamp(at)), name, b"", lambda _: b"{}", at)


class Recording:
    """What a store did to its disk under sixteen clients, and the contacts after each of its commits.

    Attributes:
        events: what happened, in order.
        groups: the commands of each commit.
        states: what is stored before the first commit, and after each.
    """

    def __init__(self, events: Sequence[Event], clients: Sequence[Client]) -> None:
        self.events = events
        self.groups = [event.commands for event in events if isinstance(event, Notice) and event.what == "committed"]
        self.states: list[State] = [{}]
        effects = {name: effect for client in clients for name, effect in client.effects.items()}
        for group in self.groups:
            state: dict[str, str | None] = {**self.states[-1]}
            for name in group:
                state |= {**effects[name], name: "kept"}
            self.states.append({key: value for key, value in state.items() if value is not None})

    def least(self, cut: int) -> int:
        """Return the number of commits that must survive a cut: those with an answered command."""
        notices = [event for event in self.events[:cut] if isinstance(event, Notice) and event.what == "answered"]
        answered = {name for event in notices for name in event.commands}
        return max((n for n, group in enumerate(self.groups, 1) if answered & set(group)), default=0)


@pytest.fixture
def disk() -> Iterator[RecordingDisk]:
    """Register the recording file system."""
    disk = RecordingDisk()
    yield disk
    disk.unregister()


async def record(disk: RecordingDisk, folder: Path, seed: int, *, synced: bool = True) -> Recording:
    """Run sixteen clients on a store that is opened, checkpointed often, and closed."""
    store = SqliteStore(folder / _NAME)
    await store.open()
    if not synced:
        store._connections[0].pragma("synchronous", "off")
    account = await new_account(store, "default")
    clients = [Client(number, account, random.Random(seed + number)) for number in range(_WRITERS)]
    with recording_commits(disk.events):
        await asyncio.gather(*[client.run(disk.events) for client in clients])
    await store.close()
    return Recording(list(disk.events), clients)


@contextlib.contextmanager
def recording_commits(events: list[Event]) -> Iterator[None]:
    """Record which commands share a commit, once it has returned."""
    original = Writer._commit

    def commit(self: Writer, group: Any) -> Any:
        outcomes = original(self, group)
        events.append(Notice("committed", [command._key for command, _ in group]))
        return outcomes

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Writer, "_commit", commit)
        yield


def stored_in(path: Path) -> State | None:
    """Return the contents of a consistent file; None if it was never set up.

    Raises:
        AssertionError: the file is inconsistent.
    """
    database = apsw.Connection(str(path), vfs="unix")
    try:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        if not database.execute("SELECT 1 FROM sqlite_schema WHERE name = 'answers'").fetchall():
            return None
        contacts: list[Any] = database.execute("SELECT phone, first_name, tags FROM contacts").fetchall()
        tagged = database.execute("SELECT count(*), count(DISTINCT contact_id) FROM contact_tags").fetchall()
        assert tagged == [(sum(len(json.loads(tags)) for *_, tags in contacts), len(contacts))]
        assert database.execute("SELECT contact_count FROM accounts").fetchall() in ([], [(len(contacts),)])
        kept: list[Any] = database.execute("SELECT key, 'kept' FROM answers").fetchall()
        return {phone: name for phone, name, _ in contacts} | dict(kept)
    finally:
        database.close()


def fault_of(recording: Recording, cut: int, files: dict[str, bytearray], folder: Path) -> str | None:
    """Return what is wrong with the files that a cut left; None if nothing is."""
    for old in folder.iterdir():
        old.unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    try:
        found = stored_in(folder / _NAME)
    except (AssertionError, apsw.Error) as error:
        return f"not sound: {error}"
    least = recording.least(cut)
    if found is None:
        return "all is lost" if least else None
    if found not in recording.states:
        return "a group was stored in part"
    if found not in recording.states[least:]:
        return "something that was answered is lost"
    return None


def faults(recording: Recording, cuts: int, seed: int, folder: Path) -> list[str]:
    """Return what is wrong after power cuts at random moments, four times each, and how to reproduce it."""
    chance = random.Random(seed)
    moments = sorted(chance.sample(range(len(recording.events)), min(cuts, len(recording.events))))
    folder.mkdir()
    disk = Disk()
    done = 0
    found: list[str] = []
    for moment in moments:
        for event in recording.events[done:moment]:
            disk.take(event)
        done = moment
        for survives in (nothing, everything, some(chance), beginning(chance)):
            fault = fault_of(recording, moment, disk.cut(survives), folder)
            if fault is not None:
                found.append(f"cut at {moment}, {survives.__qualname__}: {fault}; again: --fault-seed {seed}")
    return found


async def test_a_power_cut_loses_nothing_that_was_answered(
    disk: RecordingDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rounds: int, seed: int
) -> None:
    """Whenever the power is cut, the file is consistent, and has every commit up to one after the last answered.

    So what was answered is stored with its idempotency keys, and each group of commands is complete or absent. The
    moments cover everything from the creation of the file to its close, including checkpoints.
    """
    monkeypatch.setattr(connection, "_WAL_PAGES", 50)
    recording = await record(disk, tmp_path, seed)
    assert len(recording.groups) < _WRITERS * _COMMANDS / 2, "the commands hardly shared commits"
    checkpoints = [event for event in recording.events if isinstance(event, Sync) and event.name == _NAME]
    assert len(checkpoints) > 3, "the file was hardly written before it was closed"
    assert faults(recording, 4 * rounds, seed, tmp_path / "cut") == []


async def test_power_cuts_find_what_is_not_synced(
    disk: RecordingDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Without syncs the same cuts lose answered commands, and the test above detects it."""
    monkeypatch.setattr(connection, "_WAL_PAGES", 50)
    recording = await record(disk, tmp_path, seed, synced=False)
    assert any("is lost" in fault for fault in faults(recording, 100, seed, tmp_path / "cut"))
