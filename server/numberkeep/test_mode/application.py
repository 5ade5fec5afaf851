"""The ASGI application of test mode: the service's own, with faults and a journal around it."""

from functools import partial
from typing import Final

from starlette.types import Receive, Scope, Send

from numberkeep.domain.errors import InvalidCredentials, StoreUnavailable
from numberkeep.domain.identity import ApiKey
from numberkeep.http.application import Application
from numberkeep.test_mode.called import Called, called, phone_in
from numberkeep.test_mode.control import PREFIX
from numberkeep.test_mode.effects import Cut, Effects
from numberkeep.test_mode.faults import Fault
from numberkeep.test_mode.kept_body import KeptBody
from numberkeep.test_mode.mode import TestMode
from numberkeep.test_mode.recording import Recording

OBSERVER: Final = b"x-numberkeep-observer"
"""The header of calls that a test makes itself: they are not recorded, and no fault applies to them."""


class TestApplication:
    """The ASGI application of a service in test mode.

    Args:
        application: the service's own application, which answers the requests.
        mode: the faults and the journals of all accounts.
        cut: closes the connection of a client.
    """

    __test__ = False  # not a test case

    def __init__(self, application: Application, mode: TestMode, cut: Cut) -> None:
        self._application = application
        self._mode = mode
        self._effects = Effects(application, mode.api.closing, cut)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request.

        Requests of the control API, and those without a valid key, are answered as without test mode.
        """
        key = None
        if scope["type"] == "http" and not scope["path"].startswith(PREFIX):
            key = await self._key(scope)
        if key is None:
            await self._application(scope, receive, send)
            return
        account, mode = key.account, self._mode
        await mode.wait_for_order(account.account_id)
        body = KeptBody(scope, receive)
        call = called(self._application, scope, account.region)
        add = partial(mode.record, account.account_id)
        recording = Recording(scope, send, body, call=call, at=mode.context.clock.now(), add=add)
        try:
            fault = await self._fault(account.account_id, call, body)
            if fault is None:
                await self._application(scope, body.receive, recording.send)
            else:
                recording.fault_id = fault.fault_id
                await body.read()  # for the journal: the fault may answer at once
                await self._effects.run(fault.given, scope, body.receive, recording.send)
        finally:
            recording.end()

    async def _fault(self, account_id: int, call: Called, body: KeptBody) -> Fault | None:
        faults = self._mode.faults.get(account_id)
        if faults is None:
            return None
        phone = call.phone
        if phone is None and faults.needs_number(call.operation):
            phone = phone_in(await body.read(), call.region)
        return faults.next(call.operation, phone)

    async def _key(self, scope: Scope) -> ApiKey | None:
        """Return the key of a request; None if it has no valid key, or has the header of observers."""
        headers = dict(scope["headers"])
        key_id, secret = headers.get(b"sb-api-key-id"), headers.get(b"sb-api-secret-key")
        if not key_id or not secret or OBSERVER in headers:
            return None
        try:
            return await self._mode.api.authenticator.key(key_id, secret)
        except (InvalidCredentials, StoreUnavailable):
            return None
