"""Databases for tests: their tables differ from usual ones in nothing but what makes rows unique."""

from pathlib import Path

import apsw
import pytest

from numberkeep.store.sqlite import SqliteStore
from numberkeep.store.sqlite.checking import check
from numberkeep.store.whole_account import DeleteAccount, EmptyAccount, ReadContents, ReplaceContents
from support.everything import drivers_of, fill
from support.store import AccountDriver, new_account, phone


async def made(path: Path, *, for_tests: bool) -> list[tuple[str, str]]:
    """Return the columns and the indexes of a new database."""
    store = SqliteStore(path, for_tests=for_tests)
    await store.open()
    await store.close()
    connection = apsw.Connection(str(path))
    try:
        rows = connection.execute(
            "SELECT t.name, c.name || ' ' || c.type || ' ' || coalesce(c.dflt_value, '') FROM sqlite_schema AS t, "
            "pragma_table_info(t.name) AS c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' "
            "UNION ALL SELECT tbl_name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY 1, 2"
        )
        return [(str(table), str(described)) for table, described in rows]
    finally:
        connection.close()


async def test_columns_and_indexes_are_those_of_a_usual_database(tmp_path: Path) -> None:
    """Of every table, whatever migrations there are."""
    assert await made(tmp_path / "tests.db", for_tests=True) == await made(tmp_path / "usual.db", for_tests=False)


async def test_it_is_intact_after_all_that_tests_do(tmp_path: Path) -> None:
    """`numberkeep check` finds nothing."""
    path = tmp_path / "tests.db"
    store = SqliteStore(path, for_tests=True)
    await store.open()
    await fill(store)
    full = (await drivers_of(store))[0]
    contents = await store.apply(ReadContents(full.account_id))
    for name in ("one", "two", "three"):
        account = await new_account(store, name)
        await account.create(phone(1))
        await store.apply(ReplaceContents(account.account_id, contents))
        await account.opt_out(phone(7))
    await store.apply(EmptyAccount(full.account_id, restart=True))
    await full.create(phone(1), opt_out=True)
    await store.apply(DeleteAccount(full.account_id + 1))
    await store.close()
    found = check(path)
    assert found.faults == []
    assert found.contacts > 0


async def test_a_large_request_is_applied_to_a_file(tmp_path: Path) -> None:
    """Creating and changing many contacts, whose ids another account has too."""
    store = SqliteStore(tmp_path / "tests.db", for_tests=True)
    await store.open()
    accounts = [await new_account(store, name) for name in ("one", "two")]
    for account in accounts:
        twin = AccountDriver(store, account.account_id)
        twin.now = accounts[0].now
        rows = [twin.row(phone(n), first_name="a") for n in range(600)]
        for n, row in enumerate(rows):
            row.contact_id = 1000 + n
        await twin.upsert(*rows)
        for row in rows:
            row.patch.first_name = "b"
        assert {contact.first_name for contact in await twin.upsert(*rows)} == {"b"}
        assert await twin.count() == 600
    await store.close()


async def test_a_changed_definition_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration that writes a table in another way fails here, and not in somebody's tests."""
    monkeypatch.setattr("numberkeep.store.sqlite.test_database._CONTACTS", (r"no such text", ""))
    store = SqliteStore(tmp_path / "tests.db", for_tests=True)
    with pytest.raises(RuntimeError, match="contacts has changed"):
        await store.open()
    await store.close()
