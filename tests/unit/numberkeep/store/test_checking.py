"""What `check` reports of damaged data, which is the same on every engine."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from numberkeep.config.database_url import is_postgres
from numberkeep.domain.identity import contact_id_text
from numberkeep.store import checking
from numberkeep.store.checking import Checked, Fault
from numberkeep.store.contract import Store
from numberkeep.store.postgres import search_index, search_indexer
from numberkeep.stores import check_database
from support.databases import ENGINES, execute, opened, sqlite_url
from support.filled_account import filled_account
from support.store import AccountDriver, phone

OPTED_OUT = UNTAGGED = phone(3)
ASKED = phone(6)
TAGGED = phone(5)


@dataclass(frozen=True)
class Damage:
    """Something that is changed behind the store's back.

    Attributes:
        sql: what is run; `:ours` and `:theirs` stand for the accounts, `:phone` for the number, and `accounts` for the
            table with the counts.
        expected: the rules of the faults.
        number: the contact that they concern, if they concern one.
        on_postgres: the rules of further faults there, where the search index is not kept by triggers.
    """

    sql: str
    expected: Sequence[str]
    number: str | None = None
    on_postgres: Sequence[str] = ()


DAMAGES = (
    Damage("UPDATE accounts SET contact_count = 7 WHERE account_id = :ours", ["contact_count"]),
    Damage(
        "DELETE FROM contacts WHERE account_id = :ours AND tags = '[]' AND opt_out = FALSE",
        [
            "contact_count",
            "last_events",
            "last_events",
            "last_events",
            "last_events",
            "last_events",
            "last_events",
            "verifications",
        ],
        on_postgres=["search_index", "search_index", "search_index", "search_index", "search_index", "search_index"],
    ),
    Damage(
        "UPDATE contacts SET account_id = 9 WHERE account_id = :theirs",
        ["contact_count", "account", "contact_tags", "contact_tags", "last_events"],
        on_postgres=["search_index"],
    ),
    Damage("UPDATE contacts SET tags = '[' WHERE account_id = :ours AND phone = :phone", ["json"], number=UNTAGGED),
    Damage("UPDATE contacts SET tags = '{}' WHERE account_id = :ours AND phone = :phone", ["json"], number=UNTAGGED),
    Damage(
        "UPDATE contacts SET custom_variables = '[]' WHERE account_id = :ours AND phone = :phone",
        ["json"],
        number=UNTAGGED,
    ),
    Damage(
        "UPDATE contacts SET tags = '[\"abc\"]' WHERE account_id = :ours AND phone = :phone",
        ["contact_tags", "search_text"],
        number=UNTAGGED,
        on_postgres=["search_index"],
    ),
    Damage(
        "UPDATE contacts SET tags = '[\"a\"]' WHERE account_id = :ours AND phone = :phone",
        ["contact_tags", "search_text"],
        number=TAGGED,
        on_postgres=["search_index"],
    ),
    Damage(
        "UPDATE contacts SET tags = 'x' WHERE account_id = :ours AND phone = :phone",
        ["json", "contact_tags", "contact_tags"],
        number=TAGGED,
    ),
    Damage("INSERT INTO contact_tags VALUES (:ours, 'z', 1, 5)", ["contact_tags"]),
    Damage(
        "UPDATE contacts SET opt_out = FALSE WHERE account_id = :ours AND phone = :phone",
        ["opt_outs"],
        number=OPTED_OUT,
    ),
    Damage(
        "UPDATE contacts SET opt_out = TRUE WHERE account_id = :ours AND phone = :phone", ["opt_outs"], number=TAGGED
    ),
    Damage(
        "DELETE FROM opt_outs WHERE account_id = :ours AND phone = :phone", ["opt_outs", "ledger"], number=OPTED_OUT
    ),
    Damage("UPDATE accounts SET last_message = 1 WHERE account_id = :ours", ["last_message"]),
    Damage("UPDATE accounts SET last_event = 1 WHERE account_id = :ours", ["last_event"]),
    Damage("UPDATE accounts SET last_webhook = 1 WHERE account_id = :ours", ["last_webhook"]),
    Damage("UPDATE accounts SET webhook_count = 1 WHERE account_id = :ours", ["webhook_count"]),
    Damage("UPDATE accounts SET last_verification = 0 WHERE account_id = :ours", ["last_verification"]),
    Damage(
        "UPDATE contacts SET last_event = last_event - 1 WHERE account_id = :ours AND phone = :phone",
        ["last_events"],
        number=TAGGED,
    ),
    Damage("INSERT INTO last_events VALUES (:ours, :phone, 1)", ["last_events"], number=TAGGED),
    Damage(
        "UPDATE events SET previous_event = 1 WHERE event_id = "
        "(SELECT max(event_id) FROM events WHERE account_id = :ours AND previous_event > 1)",
        ["previous_event"],
    ),
    Damage("UPDATE accounts SET last_entry = 5 WHERE account_id = :ours", ["ledger"]),
    Damage(
        "UPDATE accounts SET ledger = (SELECT hash FROM consent WHERE account_id = :ours AND entry_id = 1) "
        "WHERE account_id = :ours",
        ["ledger"],
    ),
    Damage("UPDATE accounts SET last_entry = 1 WHERE account_id = :theirs", ["ledger"]),
    Damage("DELETE FROM consent WHERE account_id = :ours AND entry_id = 4", ["ledger", "ledger"]),
    Damage("UPDATE consent SET opted_out = FALSE WHERE account_id = :ours AND phone = '+14156000003'", ["ledger"]),
    Damage(
        "UPDATE opt_outs SET entry_id = 2 WHERE account_id = :ours AND phone = '+14156000003'", ["ledger", "ledger"]
    ),
    Damage("UPDATE opt_outs SET entry_id = 0 WHERE account_id = :ours AND phone = '+14156000003'", ["ledger"]),
    Damage(
        "UPDATE opt_outs SET entry_id = 9 WHERE account_id = :ours AND phone = '+14156000003'", ["ledger", "ledger"]
    ),
    Damage("DELETE FROM opt_outs WHERE account_id = :ours AND phone = '+14156000500'", ["ledger"]),
    Damage("INSERT INTO opt_outs VALUES (:ours, '+14156000501', 1, 3)", ["ledger"]),
    Damage("DELETE FROM messages WHERE account_id = :ours AND message_id = 2", ["conversations", "outbox"]),
    Damage("UPDATE messages SET status = 'sent' WHERE account_id = :ours AND message_id = 1", ["outbox"]),
    Damage("UPDATE messages SET status = 'failed' WHERE account_id = :ours AND message_id = 2", ["outbox"]),
    Damage("UPDATE messages SET direction = 'inbound' WHERE account_id = :ours AND message_id = 2", ["outbox"]),
    Damage(
        "UPDATE outbox SET state = CASE state WHEN 2 THEN 0 ELSE 2 END WHERE target = 0 AND item = 2",
        ["outbox", "outbox"],
    ),
    Damage("UPDATE outbox SET phone = '+14156000009' WHERE target = 0 AND item = 2", ["outbox", "outbox"]),
    Damage("UPDATE outbox SET head = NOT head WHERE target = 0 AND item = 2", ["outbox"]),
    Damage("DELETE FROM outbox WHERE target = 0", ["outbox"]),
    Damage("DELETE FROM events WHERE account_id = :ours", ["outbox", "outbox", "outbox", "outbox"]),
    Damage(
        "DELETE FROM webhooks WHERE webhook_id = 2; UPDATE accounts SET webhook_count = 1 WHERE account_id = :ours",
        ["outbox", "outbox"],
    ),
    Damage("UPDATE outbox SET target = 3 WHERE target = 2 AND state <> 2", ["outbox", "outbox"]),
    Damage("UPDATE verifications SET phone = '+14156000999' WHERE phone = '+14156000006'", ["verifications"]),
    Damage(
        "UPDATE contacts SET verified = TRUE WHERE account_id = :ours AND phone = :phone",
        ["verifications"],
        number=ASKED,
    ),
    Damage("UPDATE verifications SET phone = :phone WHERE phone = '+14156000006'", ["verifications"], number=OPTED_OUT),
    Damage("INSERT INTO reviews VALUES (:ours, 1, '+14156000009', 1, 1, '', 'open')", ["last_review", "reviews"]),
    Damage(
        "INSERT INTO reviews VALUES (:ours, 1, :phone, 1, 1, '', 'open'); "
        "UPDATE accounts SET last_review = 1, open_reviews = 1 WHERE account_id = :ours",
        ["reviews"],
        number=OPTED_OUT,
    ),
    Damage("INSERT INTO jobs VALUES (:ours, 1, '', '', 1, 1, '', 1, 0, '')", ["last_job"]),
    Damage(
        "INSERT INTO job_parts SELECT :ours, 1, 'file', 0, hash FROM consent WHERE account_id = :ours AND entry_id = 1",
        ["jobs"],
    ),
    Damage(
        "INSERT INTO attempts SELECT :ours, 1, 1, 1, phone, '', 1, 1, 1, '', '', '', hash, 200, hash, opted_out "
        "FROM consent WHERE account_id = :ours AND entry_id = 1",
        ["last_attempt"],
    ),
    Damage("INSERT INTO conversations VALUES (:ours, '+14156000009', 1)", ["conversations"]),
    Damage("UPDATE webhooks SET disabled_at = 1 WHERE account_id = :ours AND webhook_id = 2", ["outbox", "outbox"]),
)


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return a new database, whose search index is built by `indexed` alone."""
    monkeypatch.setattr(search_indexer, "_START_SECONDS", 1e6)
    return sqlite_url(tmp_path) if request.param == "sqlite" else str(request.getfixturevalue("emptied_postgres"))


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """Return the open store of the database."""
    async with opened(url) as store:
        yield store


@pytest.fixture
async def filled(store: Store, url: str) -> AccountDriver:
    """Return an account with rows of every kind, all of them indexed."""
    account = await filled_account(store)
    await index(url, account)
    return account


async def index(url: str, account: AccountDriver) -> None:
    """Index the contacts of an account and of the next one."""
    if is_postgres(url):
        connection = await asyncpg.connect(url)
        for account_id in (account.account_id, account.account_id + 1):
            while await search_index.index(connection, account_id):
                pass
        await connection.close()


async def test_a_store_s_own_writes_pass(filled: AccountDriver, url: str) -> None:
    """After any creates, updates and deletes, also while the search index is behind."""
    await filled.update(phone(5), tags=("c", "a"), opt_out=True)
    await filled.delete(phone(4), phone(5), phone(8))
    await filled.upsert(filled.row(phone(5), tags=("\u00e9",)), filled.row(phone(4)))
    await filled.opt_out(phone(3), opted_out=False)
    for _ in range(2):
        assert await check_database(url) == Checked([], 2, 20)
        await index(url, filled)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.sql)
async def test_damage_is_reported(filled: AccountDriver, url: str, damage: Damage) -> None:
    """Each fault names its rule, and the contact by id if it concerns one; never a number."""
    ours, other = filled.account_id, filled.account_id + 1
    contact = await filled.contact(damage.number) if damage.number else None
    sql = damage.sql.replace(":phone", f"'{damage.number}'").replace(":ours", str(ours)).replace(":theirs", str(other))
    if is_postgres(url):
        sql = sql.replace("UPDATE accounts", "UPDATE writers")
    await execute(url, sql, "SELECT 1")
    faults = (await check_database(url)).faults
    assert [fault.rule for fault in faults] == [*damage.expected, *(damage.on_postgres if is_postgres(url) else ())]
    if contact is not None:
        text = contact_id_text(contact.contact_id)
        assert {(each.account_id, each.contact_id) for each in faults if each.contact_id} <= {(ours, text)}
        assert {each.account_id for each in faults} == {ours}
    assert "+1415" not in repr(faults)


async def test_an_opt_out_without_contact_is_no_fault(filled: AccountDriver, url: str) -> None:
    """It belongs to the number, which may have no contact, or one in another account without the opt-out."""
    await filled.delete(phone(3))
    assert await check_database(url) == Checked([], 2, 20)


async def test_faults_of_one_rule_are_summarized(
    filled: AccountDriver, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the first hundred, one line counts the rest."""
    monkeypatch.setattr(checking, "REPORTED", 4)
    await execute(url, f"UPDATE contacts SET opt_out = TRUE WHERE account_id = {filled.account_id}", "SELECT 1")
    faults = (await check_database(url)).faults
    assert [fault.contact_id is None for fault in faults] == [False] * 4 + [True] + [False] * 2
    assert {fault.rule for fault in faults[5:]} == {"verifications"}
    assert faults[4] == Fault("opt_outs", "and 15 more: the contact is opted out, but its number is not")
