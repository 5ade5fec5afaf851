"""Backups, checks and the lock on the file, with the real process."""

import contextlib
import json
import os
import pty
import re
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from numberkeep.config.database_url import without_password
from support.ending import until
from support.postgres import PostgresDatabases, database_of
from support.process import PATIENCE, PROGRAM, Serving, environment, run, serving

CONTACTS = "/api/v2/contacts"
PAIR = {"NUMBERKEEP_API_KEY": "my-key", "NUMBERKEEP_API_SECRET": "my-secret"}
HEADERS = {"sb-api-key-id": "my-key", "sb-api-secret-key": "my-secret"}


def create(running: Serving, number: int) -> None:
    """Create a contact, and wait for the acknowledgement."""
    body = {"number": f"+1415600{number:04d}", "tags": ["vip"], "first_name": "Ada"}
    assert httpx2.post(running.url + CONTACTS, headers=HEADERS, json=body, timeout=PATIENCE).status_code == 200


def names_in(folder: Path) -> set[str]:
    """Return the names of the files in a folder."""
    return {file.name for file in folder.iterdir()}


@pytest.fixture
def stopped(tmp_path: Path) -> Path:
    """Return the folder of a stopped service with three contacts in its numberkeep.db."""
    with serving(tmp_path, **PAIR) as running:
        for number in range(3):
            create(running, number)
        assert running.stop() == 0
    return tmp_path


@contextlib.contextmanager
def writing(running: Serving) -> Iterator[list[str]]:
    """Write contacts from four clients until the block ends; yield the acknowledged numbers."""
    acknowledged: list[str] = []
    end = threading.Event()

    def write(client: int) -> None:
        with httpx2.Client(base_url=running.url, headers=HEADERS, timeout=PATIENCE) as wire:
            for number in range(100_000):
                phone = f"+1415{client}{number:06d}"
                if end.is_set() or wire.post(CONTACTS, json={"number": phone, "tags": ["t"]}).status_code != 200:
                    return
                acknowledged.append(phone)

    clients = [threading.Thread(target=write, args=(client,)) for client in range(2, 6)]
    for client in clients:
        client.start()
    try:
        yield acknowledged
    finally:
        end.set()
        for client in clients:
            client.join(PATIENCE)


def test_a_backup_of_a_busy_service_has_all_acknowledged_writes(tmp_path: Path) -> None:
    """It has every write acknowledged before it began; it passes `check`, and can be served."""
    with serving(tmp_path, **PAIR) as running, writing(running) as acknowledged:
        until(lambda: len(acknowledged) >= 200)
        before = set(acknowledged)
        done = run("backup", "backup.db", cwd=tmp_path)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        assert len(acknowledged) > len(before), "the service was writing meanwhile"
        assert run("check", cwd=tmp_path).returncode == 0
    assert stat.S_IMODE((tmp_path / "backup.db").stat().st_mode) == 0o600
    assert {name for name in names_in(tmp_path) if not name.startswith("numberkeep.db")} == {"backup.db"}
    assert run("check", "--database", "sqlite:///backup.db", cwd=tmp_path).returncode == 0
    with contextlib.closing(sqlite3.connect(tmp_path / "backup.db")) as copy:
        stored = {phone for (phone,) in copy.execute("SELECT phone FROM contacts")}
    assert before <= stored
    with serving(tmp_path, "--database", "sqlite:///backup.db", **PAIR) as copied:
        assert httpx2.get(f"{copied.url}{CONTACTS}/count", headers=HEADERS, timeout=PATIENCE).json() == {
            "count": len(stored)
        }


def test_a_restore_brings_the_contacts_of_the_backup(stopped: Path) -> None:
    """Later contacts are gone from the service, and are in the database that was replaced."""
    assert run("backup", "backup.db", cwd=stopped).returncode == 0
    with serving(stopped, **PAIR) as running:
        create(running, 3)
        running.stop()
    refused = run("restore", "backup.db", cwd=stopped)
    assert (refused.returncode, "--force" in refused.stderr) == (1, True)
    done = run("restore", "backup.db", "--force", cwd=stopped)
    assert (done.returncode, done.stdout) == (0, "")
    assert "Restored numberkeep.db from backup.db: 1 account, 3 contacts, " in done.stderr
    match = re.search(r"kept as (numberkeep\.db\.replaced-\d{8}T\d{6}Z)\.\n", done.stderr)
    assert match, done.stderr
    assert names_in(stopped) == {"backup.db", "numberkeep.db", match[1]}
    for database, contacts in (("numberkeep.db", 3), (match[1], 4)):
        with serving(stopped, "--database", f"sqlite:///{database}", **PAIR) as running:
            assert httpx2.get(f"{running.url}{CONTACTS}/count", headers=HEADERS, timeout=PATIENCE).json() == {
                "count": contacts
            }


def test_a_file_has_one_service(stopped: Path) -> None:
    """A second service and a restore are refused in a line that names the first; everything else works next to it."""
    assert run("backup", "backup.db", cwd=stopped).returncode == 0
    with serving(stopped, **PAIR) as running:
        (stopped / "link.db").symlink_to("numberkeep.db")
        port = str(httpx2.URL(running.url).port)
        for command in (
            ["serve", "--port", "0"],
            ["serve", "--port", port],
            ["serve", "--port", "0", "--database", "sqlite:///link.db"],
            ["restore", "backup.db", "--force"],
        ):
            refused = run(*command, cwd=stopped)
            assert (refused.returncode, refused.stdout) == (1, "")
            assert re.fullmatch(rf"Error: .* in use by process {running.process.pid}, .*\n", refused.stderr)
        for command in (["keys", "list"], ["keys", "create"], ["check"], ["backup", "beside.db"]):
            assert run(*command, cwd=stopped).returncode == 0
        with serving(stopped, "--database", "sqlite:///backup.db", **PAIR) as other:
            other.stop()
        create(running, 3)
        assert running.stop() == 0
    assert names_in(stopped) == {"numberkeep.db", "link.db", "backup.db", "beside.db"}


@pytest.mark.skipif(sys.platform != "linux", reason="the lock on the file itself is Linux's")
def test_a_file_with_two_names_has_one_service(stopped: Path) -> None:
    """A service under a hard link would have a WAL of its own, and half of the writes would be lost."""
    (stopped / "other").mkdir()
    (stopped / "other" / "link.db").hardlink_to(stopped / "numberkeep.db")
    with serving(stopped, **PAIR) as running:
        refused = run("serve", "--port", "0", "--database", "sqlite:///other/link.db", cwd=stopped)
        assert refused.returncode == 1
        assert "is in use by a process that opened it under another path" in refused.stderr
        create(running, 3)
    with serving(stopped, "--database", "sqlite:///new.db", **PAIR) as running:
        (stopped / "other" / "new.db").hardlink_to(stopped / "new.db")
        assert run("serve", "--port", "0", "--database", "sqlite:///other/new.db", cwd=stopped).returncode == 1


def kill_both(running: Serving) -> None:
    """Kill both processes, like a power cut."""
    os.killpg(running.process.pid, signal.SIGKILL)


def kill_supervisor(running: Serving) -> None:
    """Kill the supervisor, whose process id is known."""
    running.process.kill()


def kill_worker(running: Serving) -> None:
    """Kill the worker, like the kernel when memory runs out."""
    os.kill(worker_of(running), signal.SIGKILL)


def worker_of(running: Serving) -> int:
    """Return the id of the process that has the store open."""
    command = ["pgrep", "-P", str(running.process.pid)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1])


@pytest.mark.parametrize("kill", [kill_both, kill_supervisor, kill_worker])
def test_a_killed_service_can_be_started_again(tmp_path: Path, kill: Callable[[Serving], None]) -> None:
    """However a service ends, the next one starts at once, with every acknowledged write."""
    with serving(tmp_path, **PAIR) as running:
        create(running, 1)
        kill(running)
        running.process.wait(PATIENCE)
        with serving(tmp_path, **PAIR) as again:
            assert httpx2.get(f"{again.url}{CONTACTS}/count", headers=HEADERS, timeout=PATIENCE).json() == {"count": 1}
            assert again.stop() == 0
    assert names_in(tmp_path) == {"numberkeep.db"}


def test_a_finishing_worker_keeps_the_lock(stopped: Path) -> None:
    """While the worker of a killed service has the store open, a start is refused and names the worker."""
    with serving(stopped, **PAIR) as running:
        worker = worker_of(running)
        os.kill(worker, signal.SIGSTOP)
        running.process.kill()
        running.process.wait(PATIENCE)
        refused = run("serve", "--port", "0", cwd=stopped)
        assert (refused.returncode, f"in use by process {worker}," in refused.stderr) == (1, True), refused.stderr
        os.kill(worker, signal.SIGCONT)
        with serving(stopped, **PAIR) as again:
            assert again.stop() == 0


def test_a_killed_service_is_backed_up_and_replaced_with_its_wal(tmp_path: Path) -> None:
    """Acknowledged writes are in the next backup, and in the database that a restore replaces."""
    with serving(tmp_path, **PAIR) as running:
        create(running, 1)
        assert run("backup", "backup.db", cwd=tmp_path).returncode == 0
        create(running, 2)
        kill_both(running)
        running.process.wait(PATIENCE)
    assert "numberkeep.db-wal" in names_in(tmp_path)
    assert run("restore", "backup.db", "--force", cwd=tmp_path).returncode == 0
    [kept] = [name for name in names_in(tmp_path) if "replaced" in name]
    assert names_in(tmp_path) == {"backup.db", "numberkeep.db", kept}
    said = run("check", "--database", f"sqlite:///{kept}", cwd=tmp_path).stdout
    assert said == f"{kept} is sound: 1 account, 2 contacts\n"


def test_a_fault_is_reported_without_personal_data(stopped: Path) -> None:
    """`check` exits with 1 and a line, or JSON, for each fault, and identifies contacts by their ids only."""
    with contextlib.closing(sqlite3.connect(stopped / "numberkeep.db")) as database, database:
        database.execute("UPDATE contacts SET opt_out = 1 WHERE phone = '+14156000001'")
        database.execute("UPDATE accounts SET contact_count = 9")
        database.execute("UPDATE contacts SET tags = '[\"Ada\"]' WHERE phone = '+14156000001'")
        [contact_id] = database.execute("SELECT contact_id FROM contacts WHERE opt_out").fetchone()
    contact = f"contact {contact_id:016x} of account 1"
    done = run("check", cwd=stopped)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines() == [
        "contact_count: account 1: the account's count is 9, but it has 3 contacts",
        f"contact_tags: {contact}: the contact has a tag that the index of tags lacks",
        f"contact_tags: {contact}: the index of tags has a tag that the contact does not have",
        f"opt_outs: {contact}: the contact is opted out, but its number is not",
        f"search_text: {contact}: the contact's search text is not that of its fields",
    ]
    result = run("check", "--json", cwd=stopped)
    assert result.returncode == 1
    found = json.loads(result.stdout)
    assert (found["sound"], len(found["faults"]), found["contacts"]) == (False, 5, 3)
    assert found["faults"][3] == {
        "rule": "opt_outs",
        "message": "the contact is opted out, but its number is not",
        "account_id": 1,
        "contact_id": f"{contact_id:016x}",
    }
    for text in (done.stdout, result.stdout):
        assert "Ada" not in text
        assert "1415" not in text


def test_a_postgresql_database_is_checked(
    tmp_path: Path, postgres_server: PostgresDatabases, postgres_url: str
) -> None:
    """While it is served, with the same output and exit codes; the output has no password."""
    with serving(tmp_path, **PAIR, NUMBERKEEP_DATABASE=postgres_url) as running:
        for number in range(3):
            create(running, number)
        sound = run("check", "--database", postgres_url, cwd=tmp_path)
        found = run("check", "--database", postgres_url, "--json", cwd=tmp_path)
    name = without_password(postgres_url)
    assert (sound.returncode, sound.stdout) == (0, f"{name} is sound: 1 account, 3 contacts\n")
    assert json.loads(found.stdout) == {"sound": True, "faults": [], "accounts": 1, "contacts": 3}
    damage = "UPDATE numberkeep.writers SET contact_count = 9"
    postgres_server.execute(damage, database=database_of(postgres_url))
    damaged = run("check", "--database", postgres_url, cwd=tmp_path)
    assert (damaged.returncode, damaged.stderr) == (1, "")
    assert damaged.stdout == "contact_count: account 1: the account's count is 9, but it has 3 contacts\n"
    assert str(urlsplit(postgres_url).password) not in sound.stdout


def test_a_sound_database_is_reported(stopped: Path) -> None:
    """Exit code 0 and one line, or JSON."""
    assert run("check", cwd=stopped).stdout == "numberkeep.db is sound: 1 account, 3 contacts\n"
    result = run("check", "--json", cwd=stopped)
    assert json.loads(result.stdout) == {"sound": True, "faults": [], "accounts": 1, "contacts": 3}
    assert names_in(stopped) == {"numberkeep.db"}


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (["backup", "b.db"], 2, "there is no database numberkeep.db"),
        (["check"], 2, "there is no database numberkeep.db"),
        (["backup", "-"], 2, "name a file"),
        (["backup", "\udcff"], 2, "not valid UTF-8"),
        (["restore", "no.db"], 2, "does not exist"),
        (["backup"], 2, "Missing argument"),
        (["backup", "b.db", "--database", "sqlite://:memory:"], 2, "name a file"),
        (["restore", "notes", "--database", "sqlite://:memory:"], 2, "name a file"),
        (["restore", "notes", "--database", "postgresql://ada:hunter2@x/y"], 2, "pg_restore"),
        (["backup", "b.db", "--database", "postgresql://ada:hunter2@x/y"], 2, "pg_dump"),
        (
            ["check", "--database", "postgresql://ada:hunter2@127.0.0.1:1/y"],
            1,
            "check its URL, and that the server runs",
        ),
        (["restore", "notes"], 1, "not a database"),
        (["check", "--database", "sqlite:///notes"], 1, "not a database"),
    ],
)
def test_an_impossible_command_is_an_error_and_creates_nothing(
    tmp_path: Path, command: list[str], code: int, said: str
) -> None:
    """The error names the cause; no database, backup or lock is left."""
    (tmp_path / "notes").write_text("no database, this")
    done = run(*command, cwd=tmp_path)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stderr
    assert names_in(tmp_path) == {"notes"}


def test_a_terminal_shows_progress(stopped: Path) -> None:
    """Progress goes to stderr if that is a terminal, and nowhere else."""
    ours, theirs = pty.openpty()
    command = [str(PROGRAM), "backup", "backup.db"]
    subprocess.run(command, cwd=stopped, env=environment(), stderr=theirs, timeout=PATIENCE, check=True)
    os.close(theirs)
    said = b""
    # The end of a terminal is an error.
    with os.fdopen(ours, "rb", buffering=0) as terminal, contextlib.suppress(OSError):
        while more := terminal.read(4096):
            said += more
    assert b"Copying" in said
    assert b"100%" in said
    assert b"Backed up numberkeep.db to backup.db" in said
    assert "Copying" not in run("backup", "backup.db", "--force", cwd=stopped).stderr
