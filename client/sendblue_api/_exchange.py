"""One call on its way: after each attempt it decides what is next. It never sends, and never sleeps."""

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
# Failures of the caller's own making: the next attempt would fail alike.
_HOPELESS = (httpx2.UnsupportedProtocol, httpx2.LocalProtocolError)
# Failures before anything was sent.
_UNSENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
_NOTHING_DONE = 429
_COUNT = "x-stainless-retry-count"


class Exchange:
    """The state of one call between its attempts.

    Attributes:
        request: what to send next.
        retries_taken: how often an attempt was repeated so far.
    """

    __slots__ = ("_max_retries", "_name", "_once", "_redirects_left", "request", "retries_taken")

    def __init__(self, call: Call[Any], settings: Settings) -> None:
        self.request = build(call, settings)
        self.retries_taken = 0
        self._redirects_left = _MAX_REDIRECTS if call.follow_redirects else 0
        self._max_retries = settings.max_retries if call.max_retries is None else call.max_retries
        self._name = f"{call.operation.method} {call.operation.path}"
        self._once = call.operation.once

    def answered(self, response: httpx2.Response) -> float | None:
        """Take an answer.

        Returns:
            None when the answer is the call's; else the seconds to wait before sending `request`.

        Raises:
            APIStatusError: the answer is an error, or a redirect that is not followed.
        """
        status = response.status_code
        logger.info("%s %d", self._name, status)
        if status <= LAST_GOOD_STATUS:
            return None
        if response.next_request is not None:
            self._follow(response, response.next_request)
            return 0.0
        may_retry = self.retries_taken < self._max_retries and (status == _NOTHING_DONE or not self._once)
        if may_retry and _retry.should_retry(status, response.headers):
            return self._again(str(status), response.headers)
        raise status_error(response)

    def failed(self, error: Exception) -> float:
        """Take one of `FAILURES`, which left no answer.

        Returns:
            The seconds to wait before sending `request` again.

        Raises:
            APIConnectionError: there are no more attempts; APITimeoutError when time ran out.
        """
        may_retry = isinstance(error, _UNSENT) if self._once else not isinstance(error, _HOPELESS)
        if may_retry and self.retries_taken < self._max_retries:
            return self._again(type(error).__name__, {})
        logger.info("%s failed: %s", self._name, type(error).__name__)
        raise connection_error(error, self.request) from error

    def _again(self, reason: str, headers: Mapping[str, str]) -> float:
        pause = _retry.delay(self.retries_taken, headers, jitter=random.random(), now=time.time())  # noqa: S311 - not a secret
        if self.request.headers.get(_COUNT) == str(self.retries_taken):  # else it is the caller's own
            self.request.headers[_COUNT] = str(self.retries_taken + 1)
        self.retries_taken += 1
        logger.debug("%s: %s, retry %d in %.2f s", self._name, reason, self.retries_taken, pause)
        return pause

    def _follow(self, response: httpx2.Response, request: httpx2.Request) -> None:
        # The headers hold the secret, and httpx2 would take all but Authorization along to another origin. A POST that
        # is sent on as a GET would lose what it was to store.
        refused = None
        if _origin(request.url) != _origin(self.request.url):
            refused = (
                f"to {_origin(request.url)}, where the secret must not go unasked:"
                " if the service has moved there, set base_url to it."
            )
        elif request.method != self.request.method:
            refused = f"to {request.method}, which would lose the body of the {self.request.method}."
        elif not self._redirects_left:
            refused = "and no more redirects are to be followed."
        if refused:
            raise status_error(response, message=f"The service redirects {refused}")
        self._redirects_left -= 1
        request.headers.pop("Cookie", None)
        request.read()  # its content is asked for, by errors and by clients of httpx
        logger.debug("%s: redirected", self._name)
        self.request = request


def _origin(url: httpx2.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode('ascii')}"
