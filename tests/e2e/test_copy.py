"""`numberkeep copy` and `numberkeep migrate` as processes: output, exit codes, and the state after a kill."""

import asyncio
import json
import re
import signal
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing
from pathlib import Path

import asyncpg
import httpx2
import pytest

from support.databases import ENGINES, NewDatabase, execute
from support.old_stores import STEPS, VERSIONS, make
from support.postgres import PostgresDatabases, database_of
from support.process import PATIENCE, PROGRAM, environment, run, serving

CONTACTS = "/api/v2/contacts"
NUMBER = "+14155552671"
LINE = re.compile(r"(\w+)  (\d+)  ([0-9a-f]{64})")
MANY = (
    "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 39999) "
    "INSERT INTO contacts SELECT 1000 + i, 1, '+1415' || (1000000 + i), 5000 + i, 'Ada', '', '', '', '', '[\"t\"]', "
    "'{}', 0, 0, 0, '' FROM n; INSERT INTO contact_tags SELECT 1, 't', created_at, contact_id FROM contacts"
)


def served(tmp_path: Path, name: str = "a.db") -> str:
    """Return the URL of a database that contains one contact."""
    with serving(tmp_path, "--database", f"sqlite:///{name}") as running:
        running.read_export()
        with running.wire() as wire:
            body = {"number": NUMBER, "first_name": "Ada", "tags": ["vip"]}
            assert wire.post(CONTACTS, json=body).status_code == 200
        assert running.stop() == 0
    return f"sqlite:///{name}"


def rows_written(said: str) -> int:
    """Return the number of rows that a copy has written; it must have removed none."""
    found = re.match(r"Wrote (\d+) rows and removed 0; DST is equal to SRC\.", said)
    assert found, said
    return int(found[1])


def test_a_service_is_moved_in_two_passes(tmp_path: Path, postgres_url: str) -> None:
    """Copied while it serves and again after it stopped, a service continues with the same keys."""
    with serving(tmp_path) as running:
        exported = running.read_export()
        with running.wire() as wire:
            assert wire.post(CONTACTS, json={"number": NUMBER, "tags": ["vip"]}).status_code == 200
            first = run("copy", "sqlite:///numberkeep.db", postgres_url, cwd=tmp_path)
            assert first.returncode == 0, first.stderr
            rows = rows_written(first.stderr)
            assert rows >= 5, "an account, a key, a contact, its tag and an event"
            assert wire.post(CONTACTS, json={"number": "+14155550123"}).status_code == 200
        assert running.stop() == 0
    second = run("copy", "sqlite:///numberkeep.db", postgres_url, cwd=tmp_path)
    assert second.returncode == 0, second.stderr
    assert 2 <= rows_written(second.stderr) < rows, "a contact, its event, and what counts them"
    lines = [LINE.fullmatch(line) for line in second.stdout.splitlines()]
    assert {line[1]: int(line[2]) for line in lines if line} == {
        "accounts": 1,
        "api_keys": 1,
        "contacts": 2,
        "contact_tags": 1,
        "opt_outs": 0,
        "verifications": 0,
        "reviews": 0,
        "jobs": 0,
        "job_parts": 0,
        "messages": 0,
        "answers": 0,
        "events": 2,
        "webhooks": 0,
        "outbox": 0,
        "consent": 0,
        "last_events": 0,
        "attempts": 0,
        "conclusions": 0,
        "conversations": 0,
        "event_days": 1,
        "key_uses": 1,
        "sessions": 1,
    }
    assert None not in lines
    with serving(tmp_path, "--database", postgres_url) as moved:
        headers = {
            "sb-api-key-id": exported["SENDBLUE_API_API_KEY"],
            "sb-api-secret-key": exported["SENDBLUE_API_API_SECRET"],
        }
        shown = httpx2.get(f"{moved.url}{CONTACTS}", params={"tag": "vip"}, headers=headers, timeout=PATIENCE).json()
        assert [contact["phone"] for contact in shown] == [NUMBER]
        assert httpx2.get(f"{moved.url}{CONTACTS}/count", headers=headers, timeout=PATIENCE).json() == {"count": 2}


def test_json_shows_both_databases(tmp_path: Path, postgres_url: str) -> None:
    """`--json` prints what was done to each table, and its content in each database."""
    done = run("copy", served(tmp_path), postgres_url, "--json", cwd=tmp_path)
    contacts = next(table for table in json.loads(done.stdout) if table["table"] == "contacts")
    assert contacts["source"] == contacts["target"]
    assert (contacts["written"], contacts["removed"], contacts["equal"], contacts["source"]["rows"]) == (1, 0, True, 1)


async def test_a_killed_copy_continues(tmp_path: Path, postgres_url: str) -> None:
    """After kill -9 the target contains whole pages, and repeating the command writes only the rest."""
    served(tmp_path)
    with closing(sqlite3.connect(tmp_path / "a.db")) as database:
        database.executescript(MANY)
    assert run("migrate", "--database", postgres_url, cwd=tmp_path).returncode == 0
    async with held_halfway(postgres_url) as until_held:
        process = await asyncio.create_subprocess_exec(
            PROGRAM, "copy", "sqlite:///a.db", postgres_url, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE
        )
        await until_held()
        process.send_signal(signal.SIGKILL)
        printed, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
        assert printed == b""
        assert process.returncode == -signal.SIGKILL
    [(there,)] = await execute(postgres_url, "SELECT count(*) FROM contacts")
    assert 0 < there < 20_000
    again = run("copy", "sqlite:///a.db", postgres_url, "--json", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    contacts = next(table for table in json.loads(again.stdout) if table["table"] == "contacts")
    assert (contacts["written"], contacts["target"]["rows"]) == (40_001 - there, 40_001)


HALFWAY = """
CREATE FUNCTION numberkeep.halfway() RETURNS trigger AS $$
BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NEW; END $$ LANGUAGE plpgsql;
CREATE TRIGGER halfway BEFORE INSERT ON numberkeep.contacts
FOR EACH ROW WHEN (NEW.contact_id = 20999) EXECUTE FUNCTION numberkeep.halfway();
SELECT pg_advisory_lock(1)
"""
HELD = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


@asynccontextmanager
async def held_halfway(url: str) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Hold a copy at half of MANY, and yield what waits until it is there; at the end, undo what it had not saved."""
    connection = await asyncpg.connect(url)

    async def until_held() -> None:
        async with asyncio.timeout(PATIENCE):
            while await connection.fetchval(HELD) is None:  # noqa: ASYNC110 - nothing reports it
                await asyncio.sleep(0.02)

    try:
        await connection.execute(HALFWAY)
        yield until_held
        await connection.fetch(f"SELECT pg_terminate_backend(pid, {PATIENCE * 1000:.0f}) FROM ({HELD}) AS held")
        await connection.execute("DROP FUNCTION numberkeep.halfway CASCADE")
    finally:
        await connection.close()


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_target_with_other_content_fails_the_copy(
    tmp_path: Path, new_database: NewDatabase, engine: str
) -> None:
    """If the target reads back something else, the exit code is 1, and the error names the table but no contact."""
    source, target = served(tmp_path), new_database(engine)
    assert run("migrate" if engine == "postgres" else "keys", *([] if engine == "postgres" else ["create"]),
               "--database", target, cwd=tmp_path).returncode == 0  # fmt: skip
    if engine == "sqlite":
        await execute(target, "DELETE FROM api_keys", "DELETE FROM accounts")
        body = ["BEGIN UPDATE contacts SET first_name = 'Eve' WHERE contact_id = NEW.contact_id; END"]
        await execute(target, f"CREATE TRIGGER lie AFTER INSERT ON contacts {body[0]}")
    else:
        await execute(
            target,
            "CREATE FUNCTION lie() RETURNS trigger AS $$ BEGIN NEW.first_name = 'Eve'; RETURN NEW; END $$ "
            "LANGUAGE plpgsql",
            "CREATE TRIGGER lie BEFORE INSERT ON contacts FOR EACH ROW EXECUTE FUNCTION lie()",
        )
    done = run("copy", source, target, cwd=tmp_path)
    assert done.returncode == 1
    assert "DST differs from SRC in contacts (1 rows in SRC, 1 in DST):" in done.stderr
    assert "contacts  1" not in done.stdout
    assert "accounts  1" in done.stdout
    for personal in ("Ada", "Eve", NUMBER):
        assert personal not in done.stderr + done.stdout


def test_an_impossible_copy_is_an_error_and_creates_nothing(tmp_path: Path) -> None:
    """One line: missing source, database in memory, the same database twice, unreachable URLs."""
    source = served(tmp_path)
    secret = "hunter2"
    for arguments, code, said in [
        (("sqlite:///typo.db", "sqlite:///new.db"), 2, "there is no database typo.db"),
        (("sqlite://:memory:", "sqlite:///new.db"), 2, "a database in memory exists only within its process"),
        ((source, "sqlite://:memory:"), 2, "a database in memory exists only within its process"),
        ((source, source), 1, "SRC and DST are the same database"),
        ((source, f"sqlite:///{tmp_path}/a.db"), 1, "SRC and DST are the same database"),
        ((source, "new.db"), 2, "has an unsupported URL"),
        ((source, f"postgresql://u:{secret}@127.0.0.1:1/x"), 1, "DST: cannot use the PostgreSQL database"),
        ((f"postgresql://u:{secret}@127.0.0.1:1/x", "sqlite:///new.db"), 1, "SRC: cannot use the PostgreSQL"),
        ((source, f"postgresql://u:{secret}/x@127.0.0.1:1/x"), 2, "the database's URL cannot be parsed"),
        ((source, f"postgresql://u@127.0.0.1:1/?password={secret}"), 2, "names no database"),
        ((source, f"postgres:/u:{secret}@127.0.0.1:1/x"), 2, "has an unsupported URL"),
    ]:
        done = run("copy", *arguments, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (code, "")
        assert said in done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert secret not in done.stderr
    assert {path.name.partition("-")[0] for path in tmp_path.iterdir()} == {"a.db"}


@pytest.mark.parametrize(("engine", "version"), VERSIONS)
async def test_processes_that_migrate_together_do_it_once(
    tmp_path: Path, new_database: NewDatabase, engine: str, version: int
) -> None:
    """Of six at once on a database with an older schema, one applies the migrations; all succeed and report it."""
    url, newest = new_database(engine), len(STEPS[engine])
    await make(url, engine, version)
    with ThreadPoolExecutor(6) as threads:
        done = list(threads.map(lambda _: run("migrate", "--database", url, cwd=tmp_path), range(6)))
    assert [(each.returncode, each.stderr) for each in done] == [(0, "")] * 6
    moved = [] if version == newest else [f"The schema was updated from version {version} to {newest}.\n"]
    idle = f"The schema is up to date, at version {newest}.\n"
    assert sorted(each.stdout for each in done) == sorted([*moved, *[idle] * (6 - len(moved))])


@pytest.mark.parametrize("engine", ENGINES)
async def test_processes_that_create_a_database_together_all_succeed(
    tmp_path: Path, new_database: NewDatabase, engine: str
) -> None:
    """Of six that start on an empty database each creates its key; each migration is applied once."""
    url = new_database(engine)
    with ThreadPoolExecutor(6) as threads:
        done = list(threads.map(lambda _: run("keys", "create", "--database", url, cwd=tmp_path), range(6)))
    assert [each.returncode for each in done] == [0] * 6
    assert await execute(url, "SELECT (SELECT count(*) FROM api_keys), (SELECT count(*) FROM accounts)") == [(6, 1)]
    assert await execute(url, "SELECT count(*) FROM schema_migrations") == [(len(STEPS[engine]),)]


def test_migrate_sets_up_an_empty_database_but_creates_no_file(tmp_path: Path, postgres_url: str) -> None:
    """PostgreSQL's database exists; a mistyped path of a SQLite file is an error and leaves no file."""
    newest = len(STEPS["postgres"])
    for said in (
        f"The schema was updated from version 0 to {newest}.\n",
        f"The schema is up to date, at version {newest}.\n",
    ):
        done = run("migrate", cwd=tmp_path, NUMBERKEEP_DATABASE=postgres_url)
        assert (done.returncode, done.stdout, done.stderr) == (0, said, "")
    for database, said in (("sqlite:///typo.db", "there is no database"), ("sqlite://:memory:", "in memory")):
        done = run("migrate", "--database", database, cwd=tmp_path)
        assert (done.returncode, said in done.stderr) == (2, True)
    assert list(tmp_path.iterdir()) == []


LOOKING = [
    ["keys", "list"],
    ["keys", "revoke", "nk_ours"],
    ["accounts", "list"],
    ["accounts", "set", "ours", "--verification-text", "Hi"],
    ["webhooks", "list", "--account", "ours"],
    ["consent", "show", NUMBER, "--account", "ours"],
    ["consent", "verify", "--account", "ours"],
    ["check"],
]


@pytest.mark.parametrize(("engine", "version"), [each for each in VERSIONS if each[1] < len(STEPS[each[0]])])
async def test_only_commands_that_serve_or_create_update_the_schema(
    tmp_path: Path, new_database: NewDatabase, engine: str, version: int
) -> None:
    """An older numberkeep may still use the database: other commands refuse it unchanged, and name the fix."""
    url = new_database(engine)
    await make(url, engine, version)
    for command in LOOKING:
        done = run(*command, "--database", url, cwd=tmp_path)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), command
        assert re.search(f"at schema version {version}, .*run `numberkeep migrate`", done.stderr)
    assert await execute(url, "SELECT count(*) FROM schema_migrations") == [(version,)]
    assert await execute(url, "SELECT count(*) FROM api_keys WHERE revoked_at IS NOT NULL") == [(1,)]
    assert run("migrate", "--database", url, cwd=tmp_path).returncode == 0
    for command in LOOKING:
        done = run(*command, "--database", url, cwd=tmp_path)
        assert done.returncode == 0, done.stderr


def test_an_empty_database_is_left_empty(tmp_path: Path, postgres_server: PostgresDatabases, postgres_url: str) -> None:
    """Only `serve`, `migrate` and `keys create` set it up; an empty file is no database either."""
    (tmp_path / "empty.db").touch()
    for database in (postgres_url, "sqlite:///empty.db"):
        for command in LOOKING:
            done = run(*command, "--database", database, cwd=tmp_path)
            assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), command
            assert "is not a numberkeep database: name another" in done.stderr
    assert "`numberkeep migrate`" in run("keys", "list", "--database", postgres_url, cwd=tmp_path).stderr
    nothing = "SELECT to_regnamespace('numberkeep') IS NULL"
    assert postgres_server.execute(nothing, database=database_of(postgres_url)) == [[(True,)]]
    assert [(path.name, path.stat().st_size) for path in tmp_path.iterdir()] == [("empty.db", 0)]


async def test_migrate_shows_contacts_that_share_a_number(tmp_path: Path, new_database: NewDatabase) -> None:
    """By their ids, once; the other contact of a number is still found by its id."""
    url = new_database("sqlite")
    await make(url, "sqlite", 5, "numbers-")
    done = run("migrate", "--database", url, cwd=tmp_path)
    assert (done.returncode, done.stdout.splitlines()[1:]) == (
        0,
        [
            "Contact 0c0f61e6dcc40001 has the number of contact 0c0f61e5e8a00001 in another spelling, and keeps it.",
            "Contact 0c0f61eaad540001 has the number of contact 0c0f61e9b9300001 in another spelling, and keeps it.",
            "2 contacts have a number that another has; the list filter `cid` finds each.",
        ],
    )
    again = run("migrate", "--database", url, cwd=tmp_path)
    assert again.stdout == f"The schema is up to date, at version {len(STEPS['sqlite'])}.\n"
    assert run("check", "--database", url, cwd=tmp_path).returncode == 0
