"""One call on its way: after each attempt it decides what is next. It never sends, and never sleeps."""

import random
import time
from collections.abc import Mapping

import httpx2

from . import _retry
from ._errors import APIConnectionError, APITimeoutError, status_error
from ._log import logger
from ._operation import Call
from ._request import build
from ._settings import Settings

_LAST_GOOD_STATUS = 299
_MAX_REDIRECTS = 20
# Failures of the caller's own making: the next attempt would fail alike.
_HOPELESS = (httpx2.UnsupportedProtocol, httpx2.LocalProtocolError)


class Exchange:
    """The state of one call between its attempts.

    Attributes:
        request: what to send next.
        retries_taken: how often an attempt was repeated so far.
    """

    __slots__ = ("_max_retries", "_name", "_redirects", "request", "retries_taken")

    def __init__(self, call: Call, settings: Settings) -> None:
        self.request = build(call, settings)
        self.retries_taken = 0
        self._redirects = 0
        self._max_retries = settings.max_retries
        self._name = f"{call.operation.method} {call.operation.path}"

    def answered(self, response: httpx2.Response) -> float | None:
        """Take an answer.

        Returns:
            None when the answer is the call's; else the seconds to wait before sending `request`.

        Raises:
            APIStatusError: the answer is an error, or a redirect that is not followed.
        """
        status = response.status_code
        logger.info("%s %d", self._name, status)
        if status <= _LAST_GOOD_STATUS:
            return None
        if response.next_request is not None:
            self._follow(response, response.next_request)
            return 0.0
        if self.retries_taken < self._max_retries and _retry.should_retry(status, response.headers):
            return self._again(str(status), response.headers)
        raise status_error(response)

    def failed(self, error: httpx2.RequestError) -> float:
        """Take a failure that left no answer.

        Returns:
            The seconds to wait before sending `request` again.

        Raises:
            APIConnectionError: there are no more attempts; APITimeoutError when time ran out.
        """
        if self.retries_taken < self._max_retries and not isinstance(error, _HOPELESS):
            return self._again(type(error).__name__, {})
        logger.info("%s failed: %s", self._name, type(error).__name__)
        if isinstance(error, httpx2.TimeoutException):
            raise APITimeoutError(self.request) from error
        raise APIConnectionError(request=self.request) from error

    def _again(self, reason: str, headers: Mapping[str, str]) -> float:
        pause = _retry.delay(self.retries_taken, headers, jitter=random.random(), now=time.time())  # noqa: S311 - not a secret
        self.retries_taken += 1
        self.request.headers["x-stainless-retry-count"] = str(self.retries_taken)
        logger.debug("%s: %s, retry %d in %.2f s", self._name, reason, self.retries_taken, pause)
        return pause

    def _follow(self, response: httpx2.Response, request: httpx2.Request) -> None:
        # The headers hold the secret, and httpx2 would take all but Authorization along to another origin. A POST that
        # is sent on as a GET would lose what it was to store.
        if _origin(request.url) != _origin(self.request.url) or request.method != self.request.method:
            raise status_error(
                response,
                message=f"The service redirects to {request.method} {_origin(request.url)}, where the secret must not"
                " go unasked: if the service has moved there, set base_url to it.",
            )
        self._redirects += 1
        if self._redirects > _MAX_REDIRECTS:
            raise status_error(response, message=f"More than {_MAX_REDIRECTS} redirects, one after the other.")
        request.headers.pop("Cookie", None)
        logger.debug("%s: redirected", self._name)
        self.request = request


def _origin(url: httpx2.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode('ascii')}"
