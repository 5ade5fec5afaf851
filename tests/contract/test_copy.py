"""Copies between real databases: every read of the copy returns what the source returns."""

import random
from collections.abc import Sequence

import asyncpg
import pytest

from numberkeep.config.settings import Settings
from numberkeep.domain.errors import StoreUnavailable, StoreUnusable
from numberkeep.service.copying import copy
from numberkeep.store.postgres import search_index, search_indexer
from numberkeep.store.transfer import LastNumbers, Row, Table, Transfer
from numberkeep.stores import check_database, make_store, make_transfer
from support.databases import ENGINES, NewDatabase, execute, opened
from support.everything import copied, drivers_of, filled, go_on, read_all
from support.store import new_account, phone

ROUTES = pytest.mark.parametrize(
    "route", [("sqlite", "postgres", "sqlite"), ("postgres", "sqlite", "postgres"), ("sqlite", "sqlite")], ids="-".join
)
PAIRS = pytest.mark.parametrize(("here", "there"), [("sqlite", "postgres"), ("postgres", "sqlite")])


@ROUTES
@pytest.mark.parametrize("page", [None, 7])
async def test_a_copy_is_equal_by_every_read(
    new_database: NewDatabase, route: tuple[str, ...], page: int | None
) -> None:
    """Between engines in both directions, with any page size: every read is the same, and so are later changes."""
    source = await filled(new_database(route[0]))
    first = source
    for engine in route[1:]:
        target = new_database(engine)
        tables = await copied(source, target, page)
        assert all(table.source.rows == table.written > 0 == table.removed for table in tables)
        assert list((await check_database(target)).faults) == []
        source = target
    async with opened(first) as before, opened(source) as after:
        assert await read_all(after) == await read_all(before)
        assert await go_on(after) == await go_on(before)
        assert await read_all(after) == await read_all(before)


async def test_a_copy_over_another_leaves_nothing_of_its_search_index(
    new_database: NewDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Contacts that the source does not have are found by no index."""
    monkeypatch.setattr(search_indexer, "_START_SECONDS", 1e6)
    source, target = new_database("sqlite"), new_database("postgres")
    for url, number in ((source, phone(1)), (target, phone(2))):
        async with opened(url) as store:
            await (await new_account(store, "ours")).create(number, first_name="Ada")
    connection = await asyncpg.connect(target)
    while await search_index.index(connection, 1):
        pass
    await copied(source, target, force=True)
    while await search_index.index(connection, 1):
        pass
    await connection.close()
    assert list((await check_database(target)).faults) == []


@PAIRS
async def test_numbers_of_deleted_rows_are_not_reused(new_database: NewDatabase, here: str, there: str) -> None:
    """A reader of a quiet account's log resumes in the copy, although all events are deleted."""
    source, target = new_database(here), new_database(there)
    async with opened(source) as store:
        account = await new_account(store, "quiet")
        for _ in range(2):
            await account.add_webhook()
        await account.create(phone(1))
        await account.delete_old_events(before=account.now)
        await account.remove_webhook(2)
    await copied(source, target)
    async with opened(target) as store:
        [account] = await drivers_of(store)
        await account.create(phone(2))
        assert [event.event_id for event in await account.events()] == [2]
        assert (await account.add_webhook()).webhook_id == 3


@PAIRS
async def test_a_repeated_copy_writes_nothing(new_database: NewDatabase, here: str, there: str) -> None:
    """Equal rows are only read, and the checksums are the same, in either direction."""
    source, target = await filled(new_database(here)), new_database(there)
    first = await copied(source, target)
    for again in (await copied(source, target), await copied(target, source, force=True)):
        assert [(table.written, table.removed) for table in again] == [(0, 0)] * len(first)
        assert [table.target for table in again] == [table.source for table in first]


@PAIRS
@pytest.mark.parametrize("seed", range(3))
async def test_a_copy_removes_all_differences(new_database: NewDatabase, here: str, there: str, seed: int) -> None:
    """Whatever changed in the source or the target since a copy: only the source's rows remain."""
    draw = random.Random(seed)
    source, target = await filled(new_database(here)), new_database(there)
    await copied(source, target)
    for url in (source, target):
        async with opened(url) as store:
            for account in await drivers_of(store):
                account.now += draw.randrange(10**9)
                for n in draw.sample(range(125), 20):
                    await account.delete(phone(n))
                for n in draw.sample(range(125), 20):
                    tags = tuple(draw.sample(["red", "blue", "t"], 2))
                    await account.create(phone(n), update_if_exists=True, tags=tags, opt_out=draw.random() < 0.5)
                    if await account.contact(phone(n)) and not (await account.create(phone(n + 200))).opt_out:
                        await account.request_verification(phone(n + 200), resend_after=0)
            if url == source:
                await new_account(store, "later")
    await copied(source, target, page=draw.choice([2, 5, None]), force=True)
    async with opened(source) as before, opened(target) as after:
        assert await read_all(after) == await read_all(before)


def failing(transfer: Transfer, after: int) -> Transfer:
    """Return a database that fails once after this number of successful writes."""
    replace, left = transfer.replace, after

    async def replace_or_fail(table: Table, account_id: int | None, gone: Sequence[Row], fresh: Sequence[Row]) -> None:
        nonlocal left
        if left == 0:
            raise StoreUnavailable("it went away")
        left -= 1
        await replace(table, account_id, gone, fresh)

    transfer.replace = replace_or_fail  # type: ignore[method-assign]
    return transfer


@PAIRS
@pytest.mark.parametrize("after", [0, 3, 11, 23])
async def test_an_interrupted_copy_can_be_continued(
    new_database: NewDatabase, here: str, there: str, after: int
) -> None:
    """A failed copy says that it can be continued, and the next one writes only what is missing."""
    source, target = await filled(new_database(here)), new_database(there)
    with pytest.raises(StoreUnavailable, match="it went away; start the copy again"):
        await copy(make_transfer(source), failing(make_transfer(target), after), page=8)
    with pytest.raises(StoreUnusable, match="an unfinished copy: start the copy again"):
        await make_store(Settings(database=target)).open()
    [[there_already]] = await execute(
        target, "SELECT (SELECT count(*) FROM accounts) + (SELECT count(*) FROM contacts) + 0"
    )
    tables = await copied(source, target, page=8)
    rest = sum(table.written for table in tables if table.table in {"accounts", "contacts"})
    everything = sum(table.source.rows for table in tables if table.table in {"accounts", "contacts"})
    assert rest == everything - there_already
    async with opened(source) as before, opened(target) as made:
        assert await read_all(made) == await read_all(before)


@pytest.mark.parametrize("there", ENGINES)
@pytest.mark.parametrize(
    ("table", "sabotage"),
    [
        ("accounts", "UPDATE accounts SET region = 'DE' WHERE name = 'ours'"),
        ("api_keys", "UPDATE api_keys SET key_name = 'other' WHERE key_id = 'key-of-ours'"),
        ("api_keys", "UPDATE api_keys SET revoked_at = 7 WHERE key_id = 'key-of-ours'"),
        ("contacts", "UPDATE contacts SET first_name = 'b' WHERE account_id = 1 AND phone = '+14156000103'"),
        ("contacts", "UPDATE contacts SET opt_out = NOT opt_out WHERE account_id = 1 AND phone = '+14156000103'"),
        ("contacts", "DELETE FROM contacts WHERE account_id = 1 AND phone = '+14156000103'"),
        ("contact_tags", "UPDATE contact_tags SET tag = 'other' WHERE account_id = 2 AND tag = 't'"),
        ("opt_outs", "INSERT INTO opt_outs VALUES (1, '+14156000999', 5, 0)"),
        ("verifications", "UPDATE verifications SET requested_at = requested_at + 1 WHERE account_id = 1"),
        ("messages", "DELETE FROM messages WHERE account_id = 2 AND message_id = 1"),
        ("accounts", "UPDATE accounts SET verification_text = 'other' WHERE account_id = 2"),
        ("accounts", "UPDATE accounts SET signing_hash = NULL WHERE account_id = 2"),
        ("opt_outs", "UPDATE opt_outs SET entry_id = entry_id + 1 WHERE account_id = 1"),
        ("consent", "UPDATE consent SET wording = 'other' WHERE account_id = 1 AND entry_id = 2"),
        ("consent", "DELETE FROM consent WHERE account_id = 2 AND entry_id = 1"),
        ("verifications", "UPDATE verifications SET pending = NOT pending WHERE account_id = 1"),
        ("messages", "UPDATE messages SET handle = 'other' WHERE account_id = 1 AND message_id = 1"),
        ("last_events", "UPDATE last_events SET last_event = last_event + 1 WHERE account_id = 1"),
        ("events", "UPDATE events SET actor = '' WHERE account_id = 1 AND event_id = 1"),
        ("events", "UPDATE events SET subject = '{}' WHERE account_id = 2 AND event_id = 3"),
        ("webhooks", "UPDATE webhooks SET secret = 'other' WHERE account_id = 1"),
        ("outbox", "UPDATE outbox SET state = 2 - state WHERE account_id = 1"),
        ("outbox", "DELETE FROM outbox WHERE account_id = 2"),
        ("answers", "UPDATE answers SET fingerprint = answer WHERE account_id = 1"),
    ],
)
async def test_the_comparison_notices_a_changed_row(
    new_database: NewDatabase, there: str, table: str, sabotage: str
) -> None:
    """Any change behind the copy's back is found in its table and no other; a copy repairs it."""
    source, target = await filled(new_database("sqlite")), new_database(there)
    transfer = make_transfer(target)
    finish = transfer.finish

    async def finish_and_sabotage(last: Sequence[LastNumbers]) -> None:
        await finish(last)
        await execute(target, sabotage)

    transfer.finish = finish_and_sabotage  # type: ignore[method-assign]
    tables = await copy(make_transfer(source), transfer)
    assert [each.table for each in tables if not each.equal] == [table]
    await copied(source, target)
    async with opened(source) as before, opened(target) as after:
        assert await read_all(after) == await read_all(before)


@pytest.mark.parametrize("there", ENGINES)
async def test_conflicting_rows_are_deleted(new_database: NewDatabase, there: str) -> None:
    """A number that a later contact of the target has goes to the source's contact."""
    source, target = await filled(new_database("sqlite")), new_database(there)
    await copied(source, target)
    async with opened(source) as store:
        [account, *_] = await drivers_of(store)
        await account.create(phone(700), tags=("old",))
    async with opened(target) as store:
        [account, *_] = await drivers_of(store)
        account.now += 10**12
        await account.create(phone(700), tags=("new",))
    await copied(source, target, page=1, force=True)
    async with opened(source) as before, opened(target) as after:
        assert await read_all(after) == await read_all(before)


@pytest.mark.parametrize("engine", ENGINES)
async def test_the_source_is_read_as_of_one_moment(new_database: NewDatabase, engine: str) -> None:
    """Writes of a service during the copy are in the next copy; this one is complete and equal."""
    source, target = await filled(new_database(engine)), new_database("sqlite")
    transfer = make_transfer(source)
    count = transfer.count
    async with opened(source) as store:
        before = await read_all(store)
        [account, *_] = await drivers_of(store)

        async def count_and_change(table: Table) -> int:
            counted = await count(table)
            account.now += 10**12
            await account.create(phone(900), update_if_exists=True, tags=(table.name, "t"))
            await account.delete(phone(105))
            return counted

        transfer.count = count_and_change  # type: ignore[method-assign]
        assert all(table.equal for table in await copy(transfer, make_transfer(target), page=5))
        async with opened(target) as made:
            assert await read_all(made) == before
        await copied(source, target, force=True)
        async with opened(target) as made:
            assert await read_all(made) == await read_all(store) != before


async def test_a_copy_goes_through_a_pooler(new_database: NewDatabase, postgres_url: str, pgbouncer_url: str) -> None:
    """PgBouncer in transaction mode may stand in front of either database."""
    source = await filled(new_database("sqlite"))
    await copied(source, pgbouncer_url, page=3)
    await copied(pgbouncer_url, source, force=True)
    async with opened(source) as before, opened(postgres_url) as after:
        assert await read_all(after) == await read_all(before)
