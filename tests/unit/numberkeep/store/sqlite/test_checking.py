"""What `check` reports as faults, and that it reports no personal data."""

from pathlib import Path

import pytest

from numberkeep.domain.errors import StoreTooNew, StoreUnusable
from numberkeep.domain.identity import contact_id_text
from numberkeep.store.sqlite import checking
from numberkeep.store.sqlite.checking import Checked, Fault, check
from support.files import change, damage, names_in
from support.store import AccountDriver, phone

OPTED_OUT = UNTAGGED = phone(3)
ASKED = phone(6)
TAGGED = phone(5)
MOVED = ["contact_count", "account", "contact_tags", "contact_tags", "last_events"]


async def test_a_store_s_own_writes_pass(filled: AccountDriver, tmp_path: Path) -> None:
    """After any creates, updates and deletes, counts, tags and opt-outs agree."""
    await filled.update(phone(5), tags=("c", "a"), opt_out=True)
    await filled.delete(phone(4), phone(5), phone(8))
    await filled.upsert(filled.row(phone(5), tags=("\u00e9",)), filled.row(phone(4)))
    await filled.opt_out(phone(3), opted_out=False)
    assert check(tmp_path / "contacts.db") == Checked([], 2, 20)


@pytest.mark.parametrize(
    ("sql", "number", "expected"),
    [
        ("UPDATE accounts SET contact_count = 7 WHERE account_id = 1", None, ["contact_count"]),
        (
            "DELETE FROM contacts WHERE account_id = 1 AND tags = '[]' AND opt_out = 0",
            None,
            ["contact_count", *["last_events"] * 6, "verifications"],
        ),
        ("UPDATE contacts SET account_id = 9 WHERE account_id = 2", None, MOVED),
        ("UPDATE contacts SET tags = '[' WHERE account_id = 1 AND phone = ?", UNTAGGED, ["json"]),
        ("UPDATE contacts SET tags = '{}' WHERE account_id = 1 AND phone = ?", UNTAGGED, ["json"]),
        ("UPDATE contacts SET custom_variables = '[]' WHERE account_id = 1 AND phone = ?", UNTAGGED, ["json"]),
        (
            "UPDATE contacts SET tags = '[\"a\"]' WHERE account_id = 1 AND phone = ?",
            UNTAGGED,
            ["contact_tags", "search_text"],
        ),
        (
            "UPDATE contacts SET tags = '[\"a\"]' WHERE account_id = 1 AND phone = ?",
            TAGGED,
            ["contact_tags", "search_text"],
        ),
        (
            "UPDATE contacts SET tags = 'x' WHERE account_id = 1 AND phone = ?",
            TAGGED,
            ["json", "contact_tags", "contact_tags"],
        ),
        ("INSERT INTO contact_tags VALUES (1, 'z', 1, 5)", None, ["contact_tags"]),
        ("UPDATE contacts SET opt_out = 0 WHERE account_id = 1 AND phone = ?", OPTED_OUT, ["opt_outs"]),
        ("UPDATE contacts SET opt_out = 1 WHERE account_id = 1 AND phone = ?", TAGGED, ["opt_outs"]),
        ("DELETE FROM opt_outs WHERE account_id = 1 AND phone = ?", OPTED_OUT, ["opt_outs", "ledger"]),
        ("UPDATE accounts SET last_message = 1 WHERE account_id = 1", None, ["last_message"]),
        ("UPDATE accounts SET last_event = 1 WHERE account_id = 1", None, ["last_event"]),
        ("UPDATE accounts SET last_webhook = 1 WHERE account_id = 1", None, ["last_webhook"]),
        ("UPDATE accounts SET webhook_count = 1 WHERE account_id = 1", None, ["webhook_count"]),
        ("UPDATE accounts SET last_verification = 0 WHERE account_id = 1", None, ["last_verification"]),
        ("UPDATE contacts SET last_event = last_event - 1 WHERE account_id = 1 AND phone = ?", TAGGED, ["last_events"]),
        ("INSERT INTO last_events VALUES (1, ?, 1)", TAGGED, ["last_events"]),
        (
            (
                "UPDATE events SET previous_event = 1 WHERE event_id = (SELECT max(event_id) FROM events "
                "WHERE account_id = 1 AND previous_event > 1)"
            ),
            None,
            ["previous_event"],
        ),
        ("UPDATE accounts SET last_entry = 5 WHERE account_id = 1", None, ["ledger"]),
        ("UPDATE accounts SET ledger = zeroblob(32) WHERE account_id = 1", None, ["ledger"]),
        ("UPDATE accounts SET last_entry = 1 WHERE account_id = 2", None, ["ledger"]),
        ("DELETE FROM consent WHERE account_id = 1 AND entry_id = 4", None, ["ledger"] * 2),
        ("UPDATE consent SET opted_out = 0 WHERE account_id = 1 AND phone = '+14156000003'", None, ["ledger"]),
        ("UPDATE opt_outs SET entry_id = 2 WHERE account_id = 1 AND phone = '+14156000003'", None, ["ledger"] * 2),
        ("UPDATE opt_outs SET entry_id = 0 WHERE account_id = 1 AND phone = '+14156000003'", None, ["ledger"]),
        ("UPDATE opt_outs SET entry_id = 9 WHERE account_id = 1 AND phone = '+14156000003'", None, ["ledger"] * 2),
        ("DELETE FROM opt_outs WHERE account_id = 1 AND phone = '+14156000500'", None, ["ledger"]),
        ("INSERT INTO opt_outs VALUES (1, '+14156000501', 1, 3)", None, ["ledger"]),
        ("DELETE FROM messages WHERE account_id = 1 AND message_id = 2", None, ["conversations", "outbox"]),
        ("UPDATE messages SET status = 'sent' WHERE account_id = 1 AND message_id = 1", None, ["outbox"]),
        ("UPDATE messages SET status = 'failed' WHERE account_id = 1 AND message_id = 2", None, ["outbox"]),
        ("UPDATE messages SET direction = 'inbound' WHERE account_id = 1 AND message_id = 2", None, ["outbox"]),
        ("UPDATE outbox SET state = iif(state = 2, 0, 2) WHERE target = 0 AND item = 2", None, ["outbox"] * 2),
        ("UPDATE outbox SET phone = '+14156000009' WHERE target = 0 AND item = 2", None, ["outbox"] * 2),
        ("UPDATE outbox SET head = 1 - head WHERE target = 0 AND item = 2", None, ["outbox"]),
        ("DELETE FROM outbox WHERE target = 0", None, ["outbox"]),
        ("DELETE FROM events WHERE account_id = 1", None, ["outbox"] * 4),
        (
            "DELETE FROM webhooks WHERE webhook_id = 2; UPDATE accounts SET webhook_count = 1 WHERE account_id = 1",
            None,
            ["outbox"] * 2,
        ),
        ("UPDATE outbox SET target = 3 WHERE target = 2 AND state <> 2", None, ["outbox"] * 2),
        ("UPDATE verifications SET phone = '+14156000999' WHERE phone = '+14156000006'", None, ["verifications"]),
        ("UPDATE contacts SET verified = 1 WHERE account_id = 1 AND phone = ?", ASKED, ["verifications"]),
        (
            "UPDATE verifications SET phone = ? WHERE phone = '+14156000006'",
            OPTED_OUT,
            ["verifications"],
        ),
        ("PRAGMA foreign_keys = 0; UPDATE api_keys SET account_id = 9 WHERE account_id = 2", None, ["foreign_key"]),
    ],
)
async def test_a_violated_invariant_is_reported(
    filled: AccountDriver, tmp_path: Path, sql: str, number: str | None, expected: list[str]
) -> None:
    """Each fault names its invariant, and the contact by id if it concerns one; never a number."""
    contact = await filled.contact(number) if number else None
    change(tmp_path / "contacts.db", sql, *filter(None, [number]))
    faults = check(tmp_path / "contacts.db").faults
    assert [fault.rule for fault in faults] == expected
    if contact is not None:
        text = contact_id_text(contact.contact_id)
        assert {(each.account_id, each.contact_id) for each in faults if each.rule != "ledger"} == {(1, text)}
    assert "+1415" not in repr(faults)


async def test_an_opt_out_without_contact_is_no_fault(filled: AccountDriver, tmp_path: Path) -> None:
    """It belongs to the number, which may have no contact, or one in another account without the opt-out."""
    await filled.delete(phone(3))
    assert check(tmp_path / "contacts.db") == Checked([], 2, 20)


async def test_faults_of_one_invariant_are_summarized(
    filled: AccountDriver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the first hundred, one line counts the rest."""
    monkeypatch.setattr(checking, "_REPORTED", 4)
    change(tmp_path / "contacts.db", "UPDATE contacts SET opt_out = 1 WHERE account_id = 1")
    faults = check(tmp_path / "contacts.db").faults
    assert [fault.contact_id is None for fault in faults] == [False] * 4 + [True] + [False] * 2
    assert {fault.rule for fault in faults[5:]} == {"verifications"}
    assert faults[4] == Fault("opt_outs", "and 15 more: the contact is opted out, but its number is not")
    assert await filled.count() == 20


async def test_a_damaged_file_is_a_fault(filled: AccountDriver, tmp_path: Path) -> None:
    """SQLite's message on a bad page or index is reported unchanged."""
    await filled.store.close()
    path = tmp_path / "contacts.db"
    damage(path, "contacts_phone")
    faults = check(path).faults
    assert {fault.rule for fault in faults} == {"integrity"}
    assert all("\n" not in fault.message for fault in faults)


async def test_a_check_runs_next_to_a_writer_and_changes_nothing(filled: AccountDriver, tmp_path: Path) -> None:
    """An open store is checked including its WAL, which is unchanged; no files are left."""
    await filled.create(phone(900))
    before = (tmp_path / "contacts.db-wal").read_bytes()
    assert check(tmp_path / "contacts.db") == Checked([], 2, 22)
    assert (tmp_path / "contacts.db-wal").read_bytes() == before
    await filled.store.close()
    assert check(tmp_path / "contacts.db") == Checked([], 2, 22)
    assert names_in(tmp_path) == {"contacts.db"}


async def test_another_kind_of_database_cannot_be_checked(filled: AccountDriver, tmp_path: Path) -> None:
    """A file with another program's schema is refused; a missing file is not created."""
    with pytest.raises(StoreUnusable, match="unable to open"):
        check(tmp_path / "no.db")
    (tmp_path / "empty.db").touch()
    with pytest.raises(StoreUnusable, match="not a numberkeep database"):
        check(tmp_path / "empty.db")
    change(tmp_path / "contacts.db", "INSERT INTO schema_migrations VALUES (9999, 'later')")
    with pytest.raises(StoreTooNew):
        check(tmp_path / "contacts.db")
    change(tmp_path / "contacts.db", "DELETE FROM schema_migrations WHERE version > 3")
    with pytest.raises(StoreUnusable, match=r"at schema version 3, .*run `numberkeep migrate`"):
        check(tmp_path / "contacts.db")
    assert not (tmp_path / "no.db").exists()
    assert await filled.count() == 20
