"""The attempts of one call: decides after each what happens next. Does not send and does not sleep."""

import random
import time
from collections.abc import Mapping
from typing import Any

import httpx2

from . import _retry
from ._errors import connection_error, status_error
from ._log import logger
from ._operation import Call
from ._request import build
from ._settings import Settings

LAST_GOOD_STATUS = 299
_MAX_REDIRECTS = 20
# The caller's mistakes: another attempt would fail in the same way.
_NOT_RETRIED = (httpx2.UnsupportedProtocol, httpx2.LocalProtocolError)
# Failures before anything was sent.
_UNSENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
_TOO_MANY_REQUESTS = 429
_COUNT = "x-stainless-retry-count"


class Exchange:
    """The state of one call between its attempts.

    Attributes:
        request: the request to send next.
        retries_taken: the number of retries so far.
    """

    __slots__ = ("_max_retries", "_name", "_once", "_redirects_left", "request", "retries_taken")

    def __init__(self, call: Call[Any], settings: Settings) -> None:
        self.request = build(call, settings)
        self.retries_taken = 0
        self._redirects_left = _MAX_REDIRECTS if call.follow_redirects else 0
        self._max_retries = settings.max_retries if call.max_retries is None else call.max_retries
        self._name = f"{call.operation.method} {call.operation.path}"
        self._once = call.operation.once

    def received(self, response: httpx2.Response) -> float | None:
        """Decide what follows a response.

        Returns:
            None if the call succeeded, or the seconds to wait before sending `request`.

        Raises:
            APIStatusError: the response is an error that is not retried, also because the service asks to wait longer
                than a minute, or a redirect that is not followed.
        """
        status = response.status_code
        logger.info("%s %d", self._name, status)
        if status <= LAST_GOOD_STATUS:
            return None
        if response.next_request is not None:
            self._follow(response, response.next_request)
            return 0.0
        may_retry = self.retries_taken < self._max_retries and (status == _TOO_MANY_REQUESTS or not self._once)
        if may_retry and _retry.should_retry(status, response.headers):
            pause = self._pause(response.headers)
            if pause > _retry.LONGEST_RETRY_AFTER:
                raise status_error(response, hint=f"(not retried: the service asks to wait {pause:.0f} s)")
            return self._again(str(status), pause)
        raise status_error(response)

    def failed(self, error: Exception) -> float:
        """Decide what follows one of `FAILURES`.

        Returns:
            The seconds to wait before sending `request` again.

        Raises:
            APIConnectionError: no retries are left; `APITimeoutError` after a timeout.
        """
        may_retry = isinstance(error, _UNSENT) if self._once else not isinstance(error, _NOT_RETRIED)
        if may_retry and self.retries_taken < self._max_retries:
            return self._again(type(error).__name__, self._pause({}))
        logger.info("%s failed: %s", self._name, type(error).__name__)
        raise connection_error(error, self.request) from error

    def _pause(self, headers: Mapping[str, str]) -> float:
        return _retry.delay(self.retries_taken, headers, jitter=random.random(), now=time.time())  # noqa: S311 - not a secret

    def _again(self, reason: str, pause: float) -> float:
        if self.request.headers.get(_COUNT) == str(self.retries_taken):  # otherwise the caller has set it
            self.request.headers[_COUNT] = str(self.retries_taken + 1)
        self.retries_taken += 1
        logger.debug("%s: %s, retry %d in %.2f s", self._name, reason, self.retries_taken, pause)
        return pause

    def _follow(self, response: httpx2.Response, request: httpx2.Request) -> None:
        # httpx2 would send the headers with the secret to another origin, and drop the body of a POST sent on as a GET.
        refused = None
        origin = _origin(request.url)
        if origin != _origin(self.request.url):
            refused = (
                f" to {origin}, which may not receive the API secret: set base_url if the service has moved there."
            )
        elif request.method != self.request.method:
            refused = f" the {self.request.method} to a {request.method}, which has no body: check base_url."
        elif not self._redirects_left:
            refused = ", and no more redirects are followed: check base_url."
        if refused:
            raise status_error(response, message=f"The service redirects{refused}")
        self._redirects_left -= 1
        request.headers.pop("Cookie", None)
        request.read()  # so that errors and clients of httpx can read its content
        logger.debug("%s: redirected", self._name)
        self.request = request


def _origin(url: httpx2.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode('ascii')}"
