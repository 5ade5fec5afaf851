"""The composition root: builds the carriers and the application from the settings, over what stores.py builds."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from numberkeep.carriers.hosted.sender import SendblueSender
from numberkeep.carriers.hosted.settings import SendblueSettings
from numberkeep.carriers.inbound import inbound_carriers
from numberkeep.carriers.log_sender import LogSender
from numberkeep.carriers.twilio.sender import TwilioSender
from numberkeep.carriers.twilio.settings import TwilioSettings
from numberkeep.carriers.webhook.notifier import WebhookNotifier
from numberkeep.carriers.webhook.sender import WebhookSender
from numberkeep.carriers.webhook.settings import WebhookSenderSettings
from numberkeep.config.database_url import is_postgres
from numberkeep.config.settings import Settings
from numberkeep.http.application import Application, build_application
from numberkeep.http.budget import MIB, Limits
from numberkeep.http.closing import Closing
from numberkeep.http.endpoint import Api, Endpoint
from numberkeep.http.stream_limits import StreamLimits
from numberkeep.operations import actions
from numberkeep.outbound.posting import Poster
from numberkeep.outbound.targets import Targets
from numberkeep.service.actions.record import KIND as ACTION
from numberkeep.service.clock import Clock
from numberkeep.service.context import Context
from numberkeep.service.imports.record import KIND as IMPORT
from numberkeep.service.imports.worker import ImportWorker
from numberkeep.service.job_runner import JobRunner
from numberkeep.service.keys import Authenticator
from numberkeep.service.outlets import Notifier, Sender
from numberkeep.service.relay import Relay
from numberkeep.service.sessions import store_link
from numberkeep.stores import make_context, make_staging


def make_notifier(settings: Settings, clock: Clock) -> Notifier:
    """Return the notifier, which sends events to webhooks."""
    targets = Targets(settings.allowed_networks)
    return WebhookNotifier(Poster(), targets, clock.seconds, reveals=settings.reveal_secrets)


def make_sender(settings: Settings, clock: Clock) -> Sender:
    """Return the sender, which sends messages to phones."""
    match settings.sender:
        case WebhookSenderSettings():
            return WebhookSender(Poster(), settings.sender, clock.seconds)
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
    context = make_context(settings)
    notifier = make_notifier(settings, context.clock)
    relay = make_relay(settings, context, make_sender(settings, context.clock), notifier)
    runner = make_runner(settings, context)
    return assemble(settings, closing, context, notifier, relay=relay, runner=runner)


def make_relay(settings: Settings, context: Context, sender: Sender, notifier: Notifier) -> Relay:
    """Return the relay, which makes the deliveries of all accounts."""
    return Relay(context, sender, notifier, lease_seconds=settings.lease_seconds)


def make_runner(settings: Settings, context: Context) -> JobRunner:
    """Return what runs the jobs of all accounts."""
    return JobRunner(
        context, {IMPORT: ImportWorker(make_staging), ACTION: actions.WORKER}, alone=not is_postgres(settings.database)
    )


def assemble(
    settings: Settings,
    closing: Closing | None,
    context: Context,
    notifier: Notifier,
    *,
    relay: Relay,
    runner: JobRunner,
    authenticator: Authenticator | None = None,
    more: Mapping[str, Endpoint] | None = None,
    fill: Callable[[], Awaitable[None]] | None = None,
) -> Application:
    """Return the application of these parts, and with what else the settings say; see `build_application`."""
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
        authenticator=authenticator,
        more=more,
        mounts={"console": partial(_console, settings)},
        fill=partial(_fill, settings, context, fill),
    )


async def _fill(settings: Settings, context: Context, fill: Callable[[], Awaitable[None]] | None) -> None:
    """Fill a store that had no keys: one in memory, because another has its first key before a worker starts."""
    if fill is not None:
        await fill()
    if settings.first_session is not None:
        await store_link(context.store, settings.first_session)


def _console(settings: Settings, api: Api) -> Endpoint:
    """Return the console. It is imported at the first request to it: most services have none, and start faster."""
    from numberkeep.console.building import make_console  # noqa: PLC0415

    streams = StreamLimits(settings.streams_per_key, settings.unread_seconds)
    return make_console(api, settings.host, settings.carriers.public_url, streams)
