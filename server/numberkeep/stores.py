"""Builds what works on a database from the settings: the store, and the context of the use cases.

Apart from app.py, which loads all of HTTP and the carriers, so that commands on a database start fast.
"""

import asyncio
from contextlib import AbstractContextManager, nullcontext
from types import ModuleType

from numberkeep.config.database_url import database_file, is_postgres, postgres_url, sqlite_path
from numberkeep.config.settings import Settings, sender_state
from numberkeep.config.values import ConfigError
from numberkeep.service.context import Context
from numberkeep.service.deployment import Deployment
from numberkeep.service.imports.staging import Staging
from numberkeep.store.checking import Checked
from numberkeep.store.contract import Store
from numberkeep.store.sqlite import ServiceLock, SqliteStaging, SqliteStore, SqliteTransfer, measure, permission_warning
from numberkeep.store.sqlite.checking import check
from numberkeep.store.transfer import Transfer


def make_store(settings: Settings) -> Store:
    """Return the store that the settings name, not yet opened.

    Raises:
        ConfigError: they do not name a store.
    """
    if not is_postgres(settings.database):
        return SqliteStore(sqlite_path(settings.database), for_tests=settings.test)
    store: Store = _postgres().PostgresStore(postgres_url(settings.database), for_tests=settings.test)
    return store


def make_transfer(database: str) -> Transfer:
    """Return the database of a URL as a copy reads or writes it, not yet opened.

    Raises:
        ConfigError: the URL does not name a database, or names one in memory.
    """
    if not is_postgres(database):
        return SqliteTransfer(database_file(database))
    transfer: Transfer = _postgres().PostgresTransfer(postgres_url(database))
    return transfer


async def check_database(database: str) -> Checked:
    """Return what a check of the database of a URL finds.

    Raises:
        ConfigError: the URL does not name a database, or names one in memory.
        StoreUnusable: the database cannot be checked.
    """
    if not is_postgres(database):
        return await asyncio.to_thread(check, database_file(database))
    checked: Checked = await _postgres().check(postgres_url(database))
    return checked


def _postgres() -> ModuleType:
    try:
        from numberkeep.store import postgres  # noqa: PLC0415 - its driver is an extra
    except ImportError as error:
        raise ConfigError("PostgreSQL needs its driver: pip install 'numberkeep[postgres]'") from error
    return postgres


def lock_store(settings: Settings) -> AbstractContextManager[ServiceLock | None]:
    """Return a context that holds the lock of the store's only service; None if the store needs no lock.

    Raises:
        ConfigError: the settings do not name a store.
        StoreInUse: another service holds the lock.
    """
    path = None if is_postgres(settings.database) else sqlite_path(settings.database)
    return nullcontext() if path is None else ServiceLock.acquire(path)


def database_warning(settings: Settings) -> str:
    """Return a warning about the permissions of the database's file; `""` if there are none."""
    path = None if is_postgres(settings.database) else sqlite_path(settings.database)
    return "" if path is None else permission_warning(path)


def make_context(settings: Settings) -> Context:
    """Return the context of the use cases."""
    return Context(
        make_store(settings),
        resend_seconds=settings.resend_seconds,
        verification_seconds=settings.verification_seconds,
        history_days=settings.history_days,
        webhook_retry_days=settings.webhook_retry_days,
        deployment=make_deployment(settings),
    )


def make_deployment(settings: Settings) -> Deployment:
    """Return what is reported of the deployment."""
    path = None if is_postgres(settings.database) else sqlite_path(settings.database)
    sender, lacks = ("test", ()) if settings.test else sender_state(settings.sender)
    carriers = settings.carriers
    secrets = (("sendblue", carriers.signing_secret), ("twilio", carriers.twilio_auth_token))
    receives = () if settings.test else tuple(name for name, secret in secrets if secret)
    return Deployment(sender, lacks, lambda: None if path is None else measure(path), receives)


def make_staging() -> AbstractContextManager[Staging]:
    """Return a context with a place for the rows of an import, which is deleted at its end."""
    return SqliteStaging()
