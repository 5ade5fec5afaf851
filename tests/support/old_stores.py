"""What stores of earlier schema versions held, and how such a store is made.

Each schema version of each engine has a file in tests/support/schemas with the rows that a store of it held. A new step
of a schema wants one more file.
"""

from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Final

from numberkeep.domain.contacts.contact import Contact, moment
from numberkeep.domain.identity import Account, ApiKey
from numberkeep.domain.messages.message import Direction, Message, MessageStatus
from numberkeep.store.migrations import load_migrations
from support.databases import ENGINES, execute
from support.store import SECOND, START

_SCHEMAS: Final = Path(__file__).with_name("schemas")
STEPS = {engine: load_migrations(f"numberkeep.store.{engine}.migrations") for engine in ENGINES}
VERSIONS = [(engine, step.version) for engine in ENGINES for step in STEPS[engine]]
CHANGE_LOG = {"sqlite": 4, "postgres": 2}
"""Since when there are a change log, a ledger and an outbox."""

SINCE = {("sqlite", "answers"): 2} | {
    (engine, table): version
    for engine, version in CHANGE_LOG.items()
    for table in ("events", "consent", "webhooks", "outbox")
}
SINCE |= {("sqlite", "last_events"): 5, ("postgres", "last_events"): 3}
"""Tables that came with a later step than the first."""

ADA = Contact(
    877212474368000001,
    "+14155552671",
    moment(START),
    "Ada",
    "Lovelace",
    "Analytical",
    "a@example.com",
    "+14155550100",
    ("vip", "\U0001f600"),
    {"plan": "pro", "e": "\u00e9"},
    verified=True,
    opt_out=False,
)
NAMELESS = Contact(
    877212478464000001,
    "+14155550123",
    moment(START + SECOND),
    *("", "", "", "", ""),
    (),
    {},
    verified=False,
    opt_out=True,
)
SMILE = Contact(
    877212482560000001,
    "+442071838750",
    moment(START + 2 * SECOND),
    *("\U0001f600", "", "O'Neill", "", ""),
    ("vip",),
    {"": "empty label"},
    verified=False,
    opt_out=False,
)
EVE = Contact(
    877212474368000002,
    "+14155552671",
    moment(START),
    *("Eve", "", "", "", ""),
    ("vip",),
    {},
    verified=False,
    opt_out=False,
)
CURIE = Contact(
    877212478464000002,
    "+33142685300",
    moment(START + SECOND),
    *("", "Curie", "", "", ""),
    (),
    {},
    verified=True,
    opt_out=False,
)
OURS, THEIRS = Account(1, "ours", "US"), Account(2, "theirs", "GB")
KEYS = [
    ApiKey("nk_ours", b"\1" * 32, OURS, moment(START - SECOND)),
    ApiKey("nk_theirs", b"\2" * 32, THEIRS, moment(START - SECOND + 1)),
    ApiKey("nk_lost", b"\3" * 32, OURS, moment(START - SECOND + 2), moment(START + 9 * SECOND)),
]


def queued(number: int, to: Contact, text: str, at: int, verification_id: int = 0) -> Message:
    """A message that waits, by its number; one of the time at which a verification was requested asks for that."""
    status = MessageStatus.QUEUED
    return Message(number, to.phone, "", Direction.OUTBOUND, text, status, START + at, verification_id=verification_id)


OUR_MESSAGES = [queued(3, ADA, "Again", 10 * SECOND, 1), queued(2, SMILE, "It's you?", 3), queued(1, ADA, "Hello", 1)]
THEIR_MESSAGES = [queued(2, EVE, "Again", 11 * SECOND, 1), queued(1, EVE, "Hello \U0001f600", 2)]


def canceled(*messages: Message) -> list[Message]:
    """Messages that waited when nothing was sent yet, and that nobody waits for an answer to."""
    error = "nothing was sent before this version"
    return [replace(message, status=MessageStatus.CANCELED, error=error) for message in messages]


async def make(url: str, engine: str, version: int, rows: str = "") -> None:
    """Make what a numberkeep of that schema version left behind: by exactly its steps, with its rows.

    Args:
        url: a new database.
        engine: its engine.
        version: the version.
        rows: what the name of another file of rows begins with, if it is not the version's own.
    """
    folder = resources.files(f"numberkeep.store.{engine}.migrations")
    files = sorted(item.name for item in folder.iterdir() if item.name.endswith(".sql"))[:version]
    begin = {
        "sqlite": ["PRAGMA application_id = 0x6E6B6570", "PRAGMA journal_mode = wal"],
        "postgres": ["CREATE SCHEMA numberkeep"],
    }[engine]
    table = "CREATE TABLE schema_migrations (version integer PRIMARY KEY, checksum text NOT NULL)"
    await execute(url, *begin, f"{table} STRICT" if engine == "sqlite" else table)
    for step, name in zip(STEPS[engine], files, strict=False):
        noted = f"INSERT INTO schema_migrations VALUES ({step.version}, '{step.checksum}')"
        await execute(url, folder.joinpath(name).read_text("utf-8"), noted)
    file = _SCHEMAS / f"{rows}{engine}-{version:04d}.sql"
    assert file.exists(), f"a new step of a schema wants a file {file.name} with the rows that a store of it holds"
    await execute(url, file.read_text("utf-8"), "SELECT 1")
