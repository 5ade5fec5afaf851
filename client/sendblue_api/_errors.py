"""Every error that the client raises of itself.

```
SendblueAPIError                       the client was built or used wrongly, or is closed
└── APIError                           a call failed
    ├── APIConnectionError             no answer came
    │   └── APITimeoutError            it did not come in time
    ├── APIResponseValidationError     a 2xx answer that is not JSON, or, where asked, not its model
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

A wrong argument is Python's own `TypeError` or `ValueError`, raised before anything is sent.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
from pydantic_core import from_json


class SendblueAPIError(Exception):
    """The root of the tree; raised itself when the client was built or used wrongly, or is closed."""


class APIError(SendblueAPIError):
    """A call failed.

    Attributes:
        message: the text of the error.
        request: the request that was sent last.
        body: the decoded JSON of the answer, or its text where it is not JSON, or None without an answer.
    """

    def __init__(self, message: str, request: httpx2.Request, *, body: object | None) -> None:
        super().__init__(message)
        self.message = message
        self.request = request
        self.body = body

    def __reduce__(self) -> tuple[Any, ...]:
        return _revive, (type(self), self.args), self.__dict__


class APIConnectionError(APIError):
    """No answer came: the network, the TLS handshake or the protocol failed. The cause is `__cause__`."""

    def __init__(self, *, message: str = "Connection error.", request: httpx2.Request) -> None:
        super().__init__(message, request, body=None)


class APITimeoutError(APIConnectionError):
    """The answer did not come within the timeout."""

    def __init__(self, request: httpx2.Request) -> None:
        super().__init__(message="Request timed out.", request=request)


class _AnsweredError(APIError):
    """An error that an answer came with."""

    def __init__(self, message: str, *, response: httpx2.Response, body: object | None) -> None:
        super().__init__(message, response.request, body=body)
        self.response = response
        self.status_code = response.status_code

    @property
    def request_id(self) -> str | None:
        """What the service calls this request in its own logs (header `x-request-id`), or None."""
        return self.response.headers.get("x-request-id")


class APIResponseValidationError(_AnsweredError):
    """A 2xx answer is not JSON or, with `_strict_response_validation`, not its model. Has what APIStatusError has."""

    def __init__(self, response: httpx2.Response, body: object | None, *, message: str | None = None) -> None:
        super().__init__(message or "The answer is not JSON.", response=response, body=body)


class APIStatusError(_AnsweredError):
    """The service refused the call. Has `response`, `status_code`, `body`, `request_id`."""


class BadRequestError(APIStatusError):
    """400: a field is missing, unknown or malformed; `body["errors"]` names it where the service does."""

    status_code = 400


class AuthenticationError(APIStatusError):
    """401: the key pair is wrong."""

    status_code = 401


class PermissionDeniedError(APIStatusError):
    """403: the key pair is missing or may not do this."""

    status_code = 403


class NotFoundError(APIStatusError):
    """404: no such contact."""

    status_code = 404


class ConflictError(APIStatusError):
    """409: the contact exists already, or the recipient has opted out."""

    status_code = 409


class UnprocessableEntityError(APIStatusError):
    """422: the service understood the request and cannot do it."""

    status_code = 422


class RateLimitError(APIStatusError):
    """429: too many requests; `response.headers["retry-after"]` says when to come back."""

    status_code = 429


class InternalServerError(APIStatusError):
    """500 and above: the service failed."""


_BY_STATUS = {
    kind.status_code: kind
    for kind in (
        BadRequestError,
        AuthenticationError,
        PermissionDeniedError,
        NotFoundError,
        ConflictError,
        UnprocessableEntityError,
        RateLimitError,
    )
}
_SERVER_ERROR = 500
FAILURES = (httpx2.RequestError, OSError)
"""What a transport may raise; httpx2 turns most of an operating system's errors into its own, but not every one."""


def status_error(response: httpx2.Response, *, message: str | None = None) -> APIStatusError:
    """The error for an answer that was read.

    Args:
        response: the answer.
        message: instead of `Error code: 404 - {the body}`.
    """
    status = response.status_code
    default = InternalServerError if status >= _SERVER_ERROR else APIStatusError
    body = body_of(response)
    text = message or (f"Error code: {status} - {body}" if body else f"Error code: {status}")
    return _BY_STATUS.get(status, default)(text, response=response, body=body)


def connection_error(error: Exception, request: httpx2.Request) -> APIConnectionError:
    """The error for one of `FAILURES`, which left no answer, or half of one."""
    return (
        APITimeoutError(request) if isinstance(error, httpx2.TimeoutException) else APIConnectionError(request=request)
    )


@contextmanager
def reading(request: httpx2.Request) -> Iterator[None]:
    """A block that reads an answer whose head has come: a failure there is ours too."""
    try:
        yield
    except FAILURES as error:
        raise connection_error(error, request) from error


def body_of(response: httpx2.Response) -> Any:
    """The JSON of an answer that was read, or its text where it is not JSON."""
    try:
        return from_json(response.content)
    except ValueError:
        return response.text


def _revive(kind: type[APIError], args: tuple[object, ...]) -> APIError:
    # Unpickling: the constructors ask for more than BaseException hands back, and __dict__ brings the rest.
    return kind.__new__(kind, *args)
