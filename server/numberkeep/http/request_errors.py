"""The errors that only HTTP has: of its requests, and of what the process can take on."""

from collections.abc import Iterable
from typing import Final

from numberkeep.http.answer import Headers

CLOSE: Final[Headers] = ((b"connection", b"close"),)
"""The rest of the body may not be read, so the connection cannot serve another request."""
NO_RETRY: Final[Headers] = ((b"x-should-retry", b"false"),)
"""Clients retry a 409 and a 501 unless told otherwise, and a 429 after its time, when the message would be late."""
SOON: Final[Headers] = ((b"retry-after", b"1"),)


CLIENT_GONE: Final = 499
"""The status of a request whose client went away before its answer."""


class HttpError(Exception):
    """An error that the domain does not know.

    Args:
        status: the HTTP status.
        message: the text for the client.
        headers: additional headers.
    """

    def __init__(self, status: int, message: str, headers: Headers = ()) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers


class AccountBusy(HttpError):
    """The account has too much under way."""

    def __init__(self, kind: str) -> None:
        message = f"This account has too many {kind} under way: retry when some of them have ended."
        super().__init__(429, message, (*SOON, *CLOSE))


class BodyBroken(HttpError):
    """The body ended early or its chunks are not valid; the server does not distinguish them."""

    def __init__(self) -> None:
        message = "The body is incomplete, or its chunked encoding is not valid: send it whole."
        super().__init__(400, message, CLOSE)


class BodyEncoded(HttpError):
    """The body is compressed, and its size cannot be bounded before it is decompressed."""

    def __init__(self, encoding: str) -> None:
        super().__init__(415, f"Content-Encoding {encoding[:64]} is not supported: send the body uncompressed.")


class BodyInPieces(HttpError):
    """The body has too many chunks, each of which costs time."""

    def __init__(self, limit: int) -> None:
        super().__init__(413, f"The body arrived in more than {limit} chunks: send larger ones.", CLOSE)


class BodyTooLarge(HttpError):
    """The body is larger than the route accepts."""

    def __init__(self, limit: int) -> None:
        message = f"The body is larger than {limit} bytes: send less in one request."
        super().__init__(413, message, CLOSE)


class BodyTooSlow(HttpError):
    """The body did not arrive in time."""

    def __init__(self, seconds: float) -> None:
        message = f"The body did not arrive within {seconds:g} s: send it faster, or less of it."
        super().__init__(408, message, CLOSE)


class ClientGone(HttpError):
    """The client has disconnected: nobody reads this, but it is logged and counted."""

    def __init__(self) -> None:
        super().__init__(CLIENT_GONE, "The client has disconnected.", CLOSE)


class MethodNotAllowed(HttpError):
    """The path has no operation for this method."""

    def __init__(self, method: str, allowed: Iterable[str]) -> None:
        names = ", ".join(sorted(allowed))
        super().__init__(405, f"{method} is not supported here: use {names}.", ((b"allow", names.encode()),))


class NoCredentials(HttpError):
    """A request without both key headers."""

    def __init__(self) -> None:
        super().__init__(403, "Did not get inputs for authorization")


class NotFound(HttpError):
    """No route has this path."""

    def __init__(self, path: str) -> None:
        message = f"There is no {path}: see /openapi.json for the paths; contacts are at /api/v2/contacts."
        super().__init__(404, message)


class NotServed(HttpError):
    """The hosted API has the path, and numberkeep does not.

    Args:
        missing: what numberkeep does not have, then `:` and what to do instead.
    """

    def __init__(self, missing: str) -> None:
        super().__init__(501, f"numberkeep does not have {missing}.", NO_RETRY)


class ServiceBusy(HttpError):
    """The process has too much under way, of all accounts together."""

    def __init__(self) -> None:
        message = "The service has too many large requests and answers under way: retry in a second."
        super().__init__(503, message, (*SOON, (b"connection", b"close")))
