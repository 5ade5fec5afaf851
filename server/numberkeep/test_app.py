"""The composition root of test mode: puts faults, a journal and the control API around what app.py builds."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from numberkeep.app import assemble, make_notifier, make_relay, make_runner
from numberkeep.config.settings import Settings
from numberkeep.http.closing import Closing
from numberkeep.http.endpoint import Api
from numberkeep.outbound.networks import LOOPBACK
from numberkeep.service.keys import Authenticator
from numberkeep.service.settable_clock import SettableClock
from numberkeep.stores import make_context
from numberkeep.test_mode.application import TestApplication
from numberkeep.test_mode.context import TestContext
from numberkeep.test_mode.control import endpoints
from numberkeep.test_mode.faults import Faults
from numberkeep.test_mode.mode import TestMode
from numberkeep.test_mode.notifier import TestNotifier
from numberkeep.test_mode.routes import ROUTES
from numberkeep.test_mode.seeding import fill_default
from numberkeep.test_mode.sender import TestSender
from numberkeep.test_mode.service_time import ServiceTime
from numberkeep.wire.decoding import Decoder


def make_test_application(settings: Settings, closing: Closing, cut: Callable[[Any], object]) -> TestApplication:
    """Return the ASGI application in test mode, which opens and closes its store with the server.

    Args:
        settings: how the process runs.
        closing: signals shutdown to open-ended responses, before the server stops.
        cut: closes the connection of a client, given as the ASGI scope has it.
    """
    clock = SettableClock()
    context = TestContext.of(make_context(settings), clock)
    allowed = (*settings.allowed_networks, *LOOPBACK)
    faults: dict[int, Faults] = {}
    notifier = TestNotifier(make_notifier(replace(settings, allowed_networks=allowed), clock), context, faults)
    relay = make_relay(settings, context, TestSender(), notifier)
    runner = make_runner(settings, context)
    authenticator = Authenticator(context.store, clock=clock)
    api = Api(context, authenticator, Decoder(ignore_unknown=False), notifier, closing)
    mode = TestMode(api, relay, runner, ServiceTime(clock, relay, runner), faults=faults)
    application = assemble(
        settings,
        closing,
        context,
        notifier,
        relay=relay,
        runner=runner,
        authenticator=authenticator,
        more=endpoints(mode, ROUTES),
        fill=partial(fill_default, context, settings.seed) if settings.seed else None,
    )
    return TestApplication(application, mode, cut)
