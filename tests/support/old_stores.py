"""The rows of stores of earlier schema versions, and how to create such a store.

Each schema version of each engine has a file in tests/support/schemas with the rows of a store of that version. A new
step of a schema needs another file.
"""

from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Final

from numberkeep.domain.contacts.contact import Contact, moment
from numberkeep.domain.identity import Account, ApiKey
from numberkeep.domain.messages.message import Direction, Message, MessageStatus, ReplyTo
from numberkeep.domain.messages.reply import ReplyRules
from numberkeep.store.migrations import load_migrations
from support.databases import ENGINES, execute
from support.store import SECOND, START

_SCHEMAS: Final = Path(__file__).with_name("schemas")
STEPS = {engine: load_migrations(f"numberkeep.store.{engine}.migrations") for engine in ENGINES}
VERSIONS = [(engine, step.version) for engine in ENGINES for step in STEPS[engine]]
CHANGE_LOG = {"sqlite": 4, "postgres": 2}
"""The first version with a change log, a ledger and an outbox."""

DISABLED_WEBHOOKS = {"sqlite": 6, "postgres": 4}
"""Since when a webhook may be disabled: the second account has such a one."""

REVIEWS = {"sqlite": 8, "postgres": 6}
"""The first version with reviews, and with rules for replies."""

JOBS = {"sqlite": 9, "postgres": 7}
"""The first version with jobs."""

PLAIN_MESSAGES = {"sqlite": 10, "postgres": 8}
"""The first version in which programs may send messages: one of the first account's is such a one."""

SESSIONS = {"sqlite": 11, "postgres": 9}
"""The first version with sessions, times of use and keys that may only read: the second account's is such a one."""

KEY_NAMES = {"sqlite": 14, "postgres": 12}
"""The first version in which keys may have names: the second account's has one."""

INBOX = {"sqlite": 13, "postgres": 11}
"""The first version with conversations, conclusions, attempts and counts of days."""

SINCE = (
    {("sqlite", "answers"): 2}
    | {("sqlite", "reviews"): 8, ("postgres", "reviews"): 6}
    | {(engine, table): version for engine, version in JOBS.items() for table in ("jobs", "job_parts")}
    | {(engine, table): version for engine, version in SESSIONS.items() for table in ("key_uses", "sessions")}
    | {
        (engine, table): version
        for engine, version in CHANGE_LOG.items()
        for table in ("events", "consent", "webhooks", "outbox")
    }
)
SINCE |= {
    (engine, table): version
    for engine, version in INBOX.items()
    for table in ("conversations", "conclusions", "attempts", "event_days")
}
SINCE |= {("sqlite", "last_events"): 5, ("postgres", "last_events"): 3}
"""Tables that were added after the first step."""

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
RULES: Final = {
    OURS.account_id: ReplyRules(("basta",), confirmation="You are opted out."),
    THEIRS.account_id: ReplyRules(unclear_opts_out=True),
}
"""The rules for replies, of each account of a version that has them."""


def keys_of(engine: str, version: int) -> list[ApiKey]:
    """Return the keys of a store of that version, with their accounts."""
    if version < REVIEWS[engine]:
        return KEYS
    since = version >= SESSIONS[engine]
    return [
        replace(
            key,
            account=replace(key.account, replies=RULES[key.account.account_id]),
            read_only=since and key.account == THEIRS,
            name="Caf\u00e9 \U0001f600" if version >= KEY_NAMES[engine] and key.account == THEIRS else "",
        )
        for key in KEYS
    ]


def queued(number: int, to: Contact, text: str, at: int, verification_id: int = 0) -> Message:
    """Return a queued message by its number; one with the time of a verification request asks for that."""
    status = MessageStatus.QUEUED
    return Message(number, to.phone, "", Direction.OUTBOUND, text, status, START + at, verification_id=verification_id)


OUR_MESSAGES = [queued(3, ADA, "Again", 10 * SECOND, 1), queued(2, SMILE, "It's you?", 3), queued(1, ADA, "Hello", 1)]
THEIR_MESSAGES = [queued(2, EVE, "Again", 11 * SECOND, 1), queued(1, EVE, "Hello \U0001f600", 2)]


def our_messages(engine: str, version: int) -> list[Message]:
    """Return the messages of the first account of a store of that version, newest first."""
    if version < PLAIN_MESSAGES[engine]:
        return OUR_MESSAGES
    plain = replace(
        OUR_MESSAGES[0],
        plain=True,
        media_url="https://example.com/\U0001f600.png",
        send_style="slam",
        seat_id="seat",
        reply_to=ReplyTo("h-1", 2),
        status_callback="https://example.com/status",
        service="SMS",
        error_code=30003,
        error_key="KEY",
        updated_at=START + 10 * SECOND + 1,
        sent_at=START + 10 * SECOND + 2,
    )
    return [plain, *OUR_MESSAGES[1:]]


def canceled(*messages: Message) -> list[Message]:
    """Return messages that were queued before anything was sent, and whose verifications are no longer pending."""
    error = "nothing was sent before this version"
    return [replace(message, status=MessageStatus.CANCELED, error=error) for message in messages]


async def make(url: str, engine: str, version: int, rows: str = "") -> None:
    """Create a store of an earlier numberkeep: by exactly the steps of that schema version, with its rows.

    Args:
        url: a new database.
        engine: its engine.
        version: the version.
        rows: the prefix of another file of rows than the version's own.
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
    assert file.exists(), f"a new step of a schema needs a file {file.name} with the rows of such a store"
    await execute(url, file.read_text("utf-8"), "SELECT 1")
