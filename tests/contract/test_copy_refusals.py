"""What is not copied: databases that do not go together, or cannot be read."""

import pytest

from numberkeep.app import make_transfer
from numberkeep.config.database_url import database_file
from numberkeep.domain.errors import CannotCopy, StoreInUse, StoreTooNew, StoreUnavailable, StoreUnusable
from numberkeep.service.copying import copy
from numberkeep.store.sqlite import ServiceLock
from support.databases import ENGINES, NewDatabase, execute, opened
from support.everything import copied, filled, read_all
from support.store import new_account, phone


@pytest.mark.parametrize("there", ENGINES)
async def test_a_target_with_other_accounts_is_refused_untouched(new_database: NewDatabase, there: str) -> None:
    """Neither an account that the source has not, nor one of the same id and another name, is written over."""
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
    """A target with all of the source's accounts and one more belongs to somebody who went on with it."""
    source, target = await filled(new_database("sqlite")), new_database(there)
    await copied(source, target)
    async with opened(target) as store:
        await new_account(store, "stranger")
    with pytest.raises(CannotCopy):
        await copy(make_transfer(source), make_transfer(target))


@pytest.mark.parametrize("there", ENGINES)
async def test_a_target_that_was_used_is_not_taken_back(new_database: NewDatabase, there: str) -> None:
    """Once a store was opened on the target the old command is refused; forced, it does what it says."""
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


async def test_ids_that_sqlite_cannot_hold_twice_are_told(new_database: NewDatabase) -> None:
    """PostgreSQL may give two accounts the same contact id; SQLite cannot, and the copy says so."""
    source, target = new_database("postgres"), new_database("sqlite")
    async with opened(source) as store:
        for name in ("ours", "theirs"):
            await (await new_account(store, name)).create(phone(1), contact_id=1)
    with pytest.raises(StoreUnavailable, match=r"^rows of contacts conflict with others of the database"):
        await copy(make_transfer(source), make_transfer(target))


async def test_a_target_that_a_service_has_is_refused(new_database: NewDatabase) -> None:
    """A SQLite file has one writing service at a time, and while a copy writes to it there is none."""
    source, target = await filled(new_database("sqlite")), new_database("sqlite")
    path = database_file(target)
    with ServiceLock.acquire(path), pytest.raises(StoreInUse, match=r"^DST: .* is in use by process"):
        await copy(make_transfer(source), make_transfer(target))
    assert not path.exists()
    await copied(source, target)
    ServiceLock.acquire(path).release()


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_database_is_not_copied_to_itself(new_database: NewDatabase, engine: str) -> None:
    """The same database is known as such by another URL too."""
    source = await filled(new_database(engine))
    again = source.replace("////", "////proc/self/root/") if engine == "sqlite" else f"{source}?"
    for target in (source, again):
        with pytest.raises(CannotCopy, match="the same database"):
            await copy(make_transfer(source), make_transfer(target))


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_source_of_another_schema_is_refused_untouched(new_database: NewDatabase, engine: str) -> None:
    """A source is read only when its schema is this program's; an older one names the mend."""
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
    """An empty database is no source, and is not made one."""
    source, target = new_database(engine), new_database("sqlite")
    if engine == "sqlite":
        with pytest.raises(StoreUnusable, match=r"^SRC: cannot open the database"):
            await copy(make_transfer(source), make_transfer(target))
        await execute(source, "VACUUM")
    for _ in range(2):
        with pytest.raises(StoreUnusable, match=r"^SRC: .* is not a numberkeep database"):
            await copy(make_transfer(source), make_transfer(target))
