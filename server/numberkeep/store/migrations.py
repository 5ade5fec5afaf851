"""Migrations: numbered SQL files, and which of them a store lacks; the same for every engine."""

import hashlib
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

from numberkeep.domain.errors import StoreTooNew, StoreUnusable

_log = logging.getLogger("numberkeep.store")


@dataclass(slots=True, frozen=True)
class Migration:
    """One step of a schema.

    Attributes:
        version: its number, from 1 without gaps.
        sql: its statements.
        checksum: SHA-256 of the statements, hexadecimal.
    """

    version: int
    sql: str
    checksum: str


@dataclass(slots=True, frozen=True)
class Upgrade:
    """The outcome of a migration.

    Attributes:
        before: the version until then; 0 for a new store.
        after: the version now.
        spread: tables that were distributed over nodes; None if the engine has no nodes.
        collisions: ids of contacts whose number another contact has in its one form, each with that contact's.
    """

    before: int
    after: int
    spread: Sequence[str] | None = None
    collisions: Sequence[tuple[int, int]] = ()


def logged(upgrade: Upgrade) -> Upgrade:
    """Log what an upgrade changed, and return it."""
    if upgrade.before != upgrade.after:
        _log.info("updated the schema from version %d to %d", upgrade.before, upgrade.after)
    return upgrade


def load_migrations(package: str) -> Sequence[Migration]:
    """Return the steps in `package`, which are files named `0001_what.sql`, in order."""
    files = sorted(item.name for item in resources.files(package).iterdir() if item.name.endswith(".sql"))
    texts = [resources.files(package).joinpath(name).read_text("utf-8") for name in files]
    return [
        Migration(version, sql, hashlib.sha256(sql.encode()).hexdigest()) for version, sql in enumerate(texts, start=1)
    ]


def pending(known: Sequence[Migration], applied: Mapping[int, str]) -> Sequence[Migration]:
    """Return the steps of `known` that are not in `applied` (version to checksum).

    Raises:
        StoreTooNew: the store has steps that this program does not know.
        StoreUnusable: a step of the store differs from this program's.
    """
    newest = max(applied, default=0)
    if newest > len(known):
        raise StoreTooNew(
            f"the database is at schema version {newest}, but this numberkeep knows versions up to {len(known)}: "
            "use the newer numberkeep that upgraded it"
        )
    for step in known:
        if applied.get(step.version, step.checksum) != step.checksum:
            raise StoreUnusable(
                f"step {step.version} of the database's schema differs from this numberkeep's: "
                "restore a backup, or use the numberkeep that created it"
            )
    return [step for step in known if step.version > newest]


def refuse_unfinished(steps: Iterable[str]) -> None:
    """Check that the steps which SQL cannot do were done.

    Raises:
        StoreUnusable: steps are pending.
    """
    names = ", ".join(steps)
    if names:
        raise StoreUnusable(f"the database's upgrade was not finished ({names}): run `numberkeep migrate`")


NOT_FOR_TESTS = (
    "the database has accounts that --test did not create, and tests may delete them: name another with --database, or "
    "leave it out for one in memory"
)
"""Why test mode refuses a database."""


def refuse_older(missing: Sequence[Migration]) -> None:
    """Check that the schema of a store is current.

    Raises:
        StoreUnusable: steps are missing.
    """
    if missing:
        raise StoreUnusable(
            f"the database is at schema version {missing[0].version - 1}, but this numberkeep needs version "
            f"{missing[-1].version}: run `numberkeep migrate`"
        )
