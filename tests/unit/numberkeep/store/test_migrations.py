"""Which migrations a store lacks."""

import hashlib
from importlib import resources

import pytest

from numberkeep.domain.errors import StoreTooNew, StoreUnusable
from numberkeep.store.migrations import Migration, load_migrations, pending

PACKAGE = "numberkeep.store.sqlite.migrations"
KNOWN = [Migration(version, f"-- step {version}", f"sum{version}") for version in (1, 2, 3)]


@pytest.mark.parametrize("has", [0, 1, 2, 3])
def test_missing_migrations_are_pending_in_order(has: int) -> None:
    """A store with the first ones lacks the rest; one that is up to date lacks none."""
    applied = {step.version: step.checksum for step in KNOWN[:has]}
    assert list(pending(KNOWN, applied)) == KNOWN[has:]


@pytest.mark.parametrize("newest", [4, 5])
def test_a_newer_store_is_refused_with_both_versions(newest: int) -> None:
    """Unknown migrations raise StoreTooNew, which says what to start."""
    applied = {version: f"sum{version}" for version in range(1, newest + 1)}
    with pytest.raises(StoreTooNew, match=rf"version {newest}, .* up to 3.*use the newer numberkeep"):
        pending(KNOWN, applied)


@pytest.mark.parametrize("changed", [1, 2])
def test_a_modified_migration_is_refused_by_number(changed: int) -> None:
    """It raises StoreUnusable, but not StoreTooNew."""
    applied = {1: "sum1", 2: "sum2"} | {changed: "other"}
    with pytest.raises(StoreUnusable, match=f"step {changed} of the database's schema") as refused:
        pending(KNOWN, applied)
    assert not isinstance(refused.value, StoreTooNew)


def test_the_files_are_numbered_without_gaps() -> None:
    """The migrations are the package's SQL files, ordered by the numbers in their names."""
    steps = load_migrations(PACKAGE)
    names = sorted(item.name for item in resources.files(PACKAGE).iterdir() if item.name.endswith(".sql"))
    assert len(steps) >= 1
    assert [step.version for step in steps] == [int(name[:4]) for name in names]
    for step, name in zip(steps, names, strict=True):
        assert step.sql == resources.files(PACKAGE).joinpath(name).read_text("utf-8")
        assert step.checksum == hashlib.sha256(step.sql.encode()).hexdigest()
