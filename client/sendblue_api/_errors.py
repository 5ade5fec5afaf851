"""The errors of the client.

```
SendblueAPIError                       wrong settings, or a closed client
└── APIError                           a call failed
    ├── APIConnectionError             there was no response
    │   └── APITimeoutError            there was no response within the timeout
    ├── APIResponseValidationError     a 2xx response that is not JSON or, if validation is strict, not its model
    └── APIStatusError                 an error status, a refused redirect, or a 2xx that says `"status": "ERROR"`
        ├── BadRequestError            400
        ├── AuthenticationError        401
        ├── PermissionDeniedError      403
        ├── NotFoundError              404
        ├── ConflictError              409
        ├── UnprocessableEntityError   422
        ├── RateLimitError             429
        └── InternalServerError        500 and above
```

A wrong argument raises `TypeError` or `ValueError` before anything is sent.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
from pydantic_core import from_json

from ._json_content import json_content


class SendblueAPIError(Exception):
    """The base class of all errors; raised itself for wrong settings and by a closed client."""


class APIError(SendblueAPIError):
    """A call failed.

    Attributes:
        message: the text of the error.
        request: the last request that was sent.
        body: the decoded JSON of the response; its text if it is not JSON; None if there was no response.
    """

    def __init__(self, message: str, request: httpx2.Request, *, body: object | None) -> None:
        super().__init__(message)
        self.message = message
        self.request = request
        self.body = body

    def __reduce__(self) -> tuple[Any, ...]:
        return _revive, (type(self), self.args), self.__dict__


class APIConnectionError(APIError):
    """There was no response: the network, the TLS handshake or the protocol failed. `__cause__` says how."""

    def __init__(self, *, message: str = "Connection error.", request: httpx2.Request) -> None:
        super().__init__(message, request, body=None)


class APITimeoutError(APIConnectionError):
    """There was no response within the timeout."""

    def __init__(self, request: httpx2.Request) -> None:
        super().__init__(message="Request timed out.", request=request)


class _AnsweredError(APIError):
    """An error with a response."""

    status_code: int

    def __init__(self, message: str, *, response: httpx2.Response, body: object | None) -> None:
        super().__init__(message, response.request, body=body)
        self.response = response
        self.status_code = response.status_code

    @property
    def request_id(self) -> str | None:
        """The ID of the request in the logs of the service (header `x-request-id`), or None."""
        return self.response.headers.get("x-request-id")


class APIResponseValidationError(_AnsweredError):
    """A 2xx response is not JSON or, if validation is strict, not its model. Attributes as in `APIStatusError`."""

    def __init__(self, response: httpx2.Response, body: object | None, *, message: str | None = None) -> None:
        super().__init__(message or "The response is not JSON.", response=response, body=body)


class APIStatusError(_AnsweredError):
    """The service refused the call.

    Attributes:
        response: the `httpx2.Response`.
        status_code: its HTTP status.
    """


class BadRequestError(APIStatusError):
    """400: a field is missing, unknown or malformed; numberkeep names each in `body["errors"]`."""

    status_code = 400


class AuthenticationError(APIStatusError):
    """401: the key pair is wrong."""

    status_code = 401


class PermissionDeniedError(APIStatusError):
    """403: the key pair is missing, or has no permission for this call."""

    status_code = 403


class NotFoundError(APIStatusError):
    """404: no such contact."""

    status_code = 404


class ConflictError(APIStatusError):
    """409: the contact already exists, or the recipient has opted out."""

    status_code = 409


class UnprocessableEntityError(APIStatusError):
    """422: the service understood the request but cannot carry it out."""

    status_code = 422


class RateLimitError(APIStatusError):
    """429: too many requests; `response.headers["retry-after"]` says when to try again."""

    status_code = 429


class InternalServerError(APIStatusError):
    """500 and above: the service failed."""


_BY_STATUS = {kind.status_code: kind for kind in APIStatusError.__subclasses__() if kind is not InternalServerError}
_SERVER_ERROR = 500
FAILURES = (httpx2.RequestError, OSError)
"""The errors of a transport. httpx2 converts most operating system errors to its own, but not all."""


def status_error(response: httpx2.Response, *, message: str | None = None, hint: str = "") -> APIStatusError:
    """Return the error for a response whose body was read.

    Args:
        response: the response.
        message: the text of the error. Default: `Error code: 404 - {the body}`.
        hint: what to add to the text.
    """
    status = response.status_code
    default = InternalServerError if status >= _SERVER_ERROR else APIStatusError
    body = body_of(response)
    text = message or (f"Error code: {status} - {body}" if body else f"Error code: {status}")
    return _BY_STATUS.get(status, default)(f"{text} {hint}" if hint else text, response=response, body=body)


def connection_error(error: Exception, request: httpx2.Request) -> APIConnectionError:
    """Return the error for one of `FAILURES`."""
    return (
        APITimeoutError(request) if isinstance(error, httpx2.TimeoutException) else APIConnectionError(request=request)
    )


@contextmanager
def reading(request: httpx2.Request) -> Iterator[None]:
    """Raise the failures of a block that reads a response as errors of the client."""
    try:
        yield
    except FAILURES as error:
        raise connection_error(error, request) from error


def body_of(response: httpx2.Response) -> Any:
    """Return the JSON of a response whose body was read, or its text if it is not JSON."""
    try:
        return from_json(json_content(response))
    except ValueError:
        return response.text


def _revive(kind: type[APIError], args: tuple[object, ...]) -> APIError:
    # For pickle: BaseException only restores `args`, and the constructors need more. __dict__ restores the rest.
    return kind.__new__(kind, *args)
