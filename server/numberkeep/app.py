"""The composition root: builds the store, the carriers and the application from the settings."""

from contextlib import AbstractContextManager, nullcontext
from types import ModuleType

from numberkeep.carriers.hosted.sender import SendblueSender
from numberkeep.carriers.hosted.settings import SendblueSettings
from numberkeep.carriers.inbound import inbound_carriers
from numberkeep.carriers.log_sender import LogSender
from numberkeep.carriers.twilio.sender import TwilioSender
from numberkeep.carriers.twilio.settings import TwilioSettings
from numberkeep.carriers.webhook.notifier import WebhookNotifier
from numberkeep.carriers.webhook.sender import WebhookSender
from numberkeep.carriers.webhook.settings import WebhookSenderSettings
from numberkeep.config.database_url import database_file, is_postgres, postgres_url, sqlite_path
from numberkeep.config.settings import Settings, sender_state
from numberkeep.config.values import ConfigError
from numberkeep.http.application import Application, build_application
from numberkeep.http.budget import MIB, Limits
from numberkeep.http.closing import Closing
from numberkeep.http.stream_limits import StreamLimits
from numberkeep.outbound.posting import Poster
from numberkeep.outbound.targets import Targets
from numberkeep.service.context import Context
from numberkeep.service.deployment import Deployment
from numberkeep.service.imports.record import KIND
from numberkeep.service.imports.staging import Staging
from numberkeep.service.imports.worker import ImportWorker
from numberkeep.service.job_runner import JobRunner
from numberkeep.service.outlets import Notifier, Sender
from numberkeep.service.relay import Relay
from numberkeep.store.contract import Store
from numberkeep.store.sqlite import ServiceLock, SqliteStaging, SqliteStore, SqliteTransfer, measure, permission_warning
from numberkeep.store.transfer import Transfer


def make_store(settings: Settings) -> Store:
    """Return the store that the settings name, not yet opened.

    Raises:
        ConfigError: they do not name a store.
    """
    if not is_postgres(settings.database):
        return SqliteStore(sqlite_path(settings.database))
    store: Store = _postgres().PostgresStore(postgres_url(settings.database))
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
    sender, lacks = sender_state(settings.sender)
    return Deployment(sender, lacks, lambda: None if path is None else measure(path))


def make_staging() -> AbstractContextManager[Staging]:
    """Return a context with a place for the rows of an import, which is deleted at its end."""
    return SqliteStaging()


def make_notifier(settings: Settings) -> Notifier:
    """Return the notifier, which sends events to webhooks."""
    return WebhookNotifier(Poster(), Targets(settings.allowed_networks), reveals=settings.reveal_secrets)


def make_sender(settings: Settings) -> Sender:
    """Return the sender, which sends messages to phones."""
    match settings.sender:
        case WebhookSenderSettings():
            return WebhookSender(Poster(), settings.sender)
        case SendblueSettings():
            return SendblueSender(Poster(), settings.sender)
        case TwilioSettings():
            return TwilioSender(Poster(), settings.sender)
        case None:
            return LogSender()


def make_application(settings: Settings, closing: Closing | None = None) -> Application:
    """Return the ASGI application, which opens and closes its store with the server.

    Args:
        settings: how the process runs.
        closing: signals shutdown to open-ended responses, before the server stops.
    """
    context, notifier = make_context(settings), make_notifier(settings)
    relay = Relay(context, make_sender(settings), notifier, lease_seconds=settings.lease_seconds)
    runner = JobRunner(context, {KIND: ImportWorker(make_staging)}, alone=not is_postgres(settings.database))
    return build_application(
        context,
        relay,
        runner,
        notifier,
        carriers=inbound_carriers(settings.carriers),
        ignore_unknown=settings.ignore_unknown_fields,
        first_key=settings.first_key,
        closing=closing,
        stream_limits=StreamLimits(settings.streams_per_key, settings.unread_seconds),
        limits=Limits(settings.memory_mib * MIB, settings.account_memory_mib * MIB, settings.bulk_requests),
    )
