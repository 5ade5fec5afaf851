"""Copies that are refused: incompatible or unreadable databases."""

import pytest

from numberkeep.config.database_url import database_file
from numberkeep.domain.errors import CannotCopy, StoreInUse, StoreTooNew, StoreUnavailable, StoreUnusable
from numberkeep.service.copying import copy
from numberkeep.store.sqlite import ServiceLock
from numberkeep.stores import make_transfer
from support.databases import ENGINES, NewDatabase, execute, opened
from support.everything import copied, filled, read_all
from support.store import new_account, phone


@pytest.mark.parametrize("there", ENGINES)
async def test_a_target_with_other_accounts_is_refused_untouched(new_database: NewDatabase, there: str) -> None:
    """Neither an unknown account nor one with the same id and another name is overwritten."""
    source, target = await filled(new_database("sqlite")), new_database(there)
    async with opened(target) as store:
        await (await new_account(store, "stranger")).create(phone(1))
        before = await read_all(store)
    with pytest.raises(CannotCopy, match="DST has accounts that SRC does not have: name an empty database"):
        await copy(make_transfer(source), make_transfer(target))
    async with opened(target) as store:
        assert await read_all(store) == before


@pytest.mark.parametrize("there", ENGINES)
async def test_a_target_that_is_ahead_is_refused(new_database: NewDatabase, there: str) -> None:
    """A target with all accounts of the source and one more has been used since."""
    source, target = await filled(new_database("sqlite")), new_database(there)
    await copied(source, target)
    async with opened(target) as store:
        await new_account(store, "stranger")
    with pytest.raises(CannotCopy):
        await copy(make_transfer(source), make_transfer(target))


@pytest.mark.parametrize("there", ENGINES)
async def test_a_target_in_use_is_not_overwritten(new_database: NewDatabase, there: str) -> None:
    """Once a store was opened on the target, the old command is refused; with force it copies."""
    source, target = await filled(new_database("sqlite")), new_database(there)
    await copied(source, target)
    await copied(source, target)
    async with opened(target) as store:
        before = await read_all(store)
    with pytest.raises(CannotCopy, match=r"DST was used after it was copied to.*--force"):
        await copy(make_transfer(source), make_transfer(target))
    await copied(source, target, force=True)
    await copied(source, target)
    async with opened(target) as store:
        assert await read_all(store) == before


async def test_contact_ids_shared_by_accounts_are_reported(new_database: NewDatabase) -> None:
    """PostgreSQL may give two accounts the same contact id; SQLite cannot, and the copy says so."""
    source, target = new_database("postgres"), new_database("sqlite")
    async with opened(source) as store:
        for name in ("ours", "theirs"):
            await (await new_account(store, name)).create(phone(1), contact_id=1)
    with pytest.raises(StoreUnavailable, match=r"^rows of contacts conflict with others of the database"):
        await copy(make_transfer(source), make_transfer(target))


async def test_a_target_with_a_running_service_is_refused(new_database: NewDatabase) -> None:
    """A SQLite file has one writing service at a time, and none while a copy writes to it."""
    source, target = await filled(new_database("sqlite")), new_database("sqlite")
    path = database_file(target)
    with ServiceLock.acquire(path), pytest.raises(StoreInUse, match=r"^DST: .* is in use by process"):
        await copy(make_transfer(source), make_transfer(target))
    assert not path.exists()
    await copied(source, target)
    ServiceLock.acquire(path).release()


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_database_is_not_copied_to_itself(new_database: NewDatabase, engine: str) -> None:
    """The same database is recognized under another URL too."""
    source = await filled(new_database(engine))
    again = source.replace("////", "////proc/self/root/") if engine == "sqlite" else f"{source}?"
    for target in (source, again):
        with pytest.raises(CannotCopy, match="the same database"):
            await copy(make_transfer(source), make_transfer(target))


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_source_of_another_schema_is_refused_untouched(new_database: NewDatabase, engine: str) -> None:
    """A source is read only if its schema is this program's; for an older one the error names the fix."""
    source, target = await filled(new_database(engine)), new_database(engine)
    await execute(source, "INSERT INTO schema_migrations VALUES (9999, 'later')")
    with pytest.raises(StoreTooNew, match=r"^SRC: .*9999"):
        await copy(make_transfer(source), make_transfer(target))
    await execute(source, "DELETE FROM schema_migrations")
    with pytest.raises(StoreUnusable, match=r"^SRC: .*version 0, .*`numberkeep migrate`"):
        await copy(make_transfer(source), make_transfer(target))
    assert await execute(source, "SELECT * FROM schema_migrations") == []


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_source_without_a_store_is_refused_untouched(new_database: NewDatabase, engine: str) -> None:
    """An empty database is not a source, and no store is created in it."""
    source, target = new_database(engine), new_database("sqlite")
    if engine == "sqlite":
        with pytest.raises(StoreUnusable, match=r"^SRC: cannot open the database"):
            await copy(make_transfer(source), make_transfer(target))
        await execute(source, "VACUUM")
    for _ in range(2):
        with pytest.raises(StoreUnusable, match=r"^SRC: .* is not a numberkeep database"):
            await copy(make_transfer(source), make_transfer(target))
