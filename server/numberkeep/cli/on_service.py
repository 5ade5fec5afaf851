"""Calling a running service as a client does, after checking that it is a numberkeep."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import httpx2

from numberkeep import __version__
from numberkeep.cli.exit_codes import ExitCode, Failure, one_line
from numberkeep.cli.proxies import Client
from numberkeep.config.settings import load_remote

_CONNECT_SECONDS: Final = 5.0
_CHECK_SECONDS: Final = 10.0
_FIX: Final = "set SENDBLUE_API_BASE_URL to the URL that `numberkeep serve` prints"
TRANSIENT: Final = frozenset({429, 502, 503, 504})
"""The statuses of a service that may answer as usual some seconds later."""
_ABOUT: Final = "/openapi.json"
"""Served without a key; its title says what the service is."""


class Refused(Failure):
    """The service answered with an error, or not as a numberkeep does.

    Args:
        answer: the answer, its body read.

    Attributes:
            status: its HTTP status.
    """

    def __init__(self, answer: httpx2.Response) -> None:
        try:
            body = {} if answer.is_success else answer.json()
            fields = [(each["field"], each["message"]) for each in body.get("errors", ())]
            message = one_line(str(body["message"]), fields)
        except (ValueError, KeyError, TypeError, AttributeError):
            message = (
                f"{without_login(str(answer.url).partition('?')[0])} does not answer as a numberkeep service does "
                f"(status {answer.status_code}): {_FIX}"
            )
        code = ExitCode.UNAUTHORISED if answer.status_code in {401, 403} else ExitCode.FAILED
        super().__init__(message, code)
        self.status = answer.status_code


@contextmanager
def service(seconds: float, *, url: str | None = None) -> Iterator[httpx2.Client]:
    """Yield a client of the service that the environment names. The key is sent to nothing but a numberkeep.

    Args:
        seconds: how long the service may stay silent.
        url: where the service listens; None if the environment says so.

    Raises:
        ConfigError: the environment names no service, or a value that cannot be sent.
        Failure: the service cannot be reached, or is not a numberkeep.
    """
    remote = load_remote(url=url)
    key = {"sb-api-key-id": remote.key.key_id, "sb-api-secret-key": remote.key.secret}
    agent = {"user-agent": f"numberkeep/{__version__}"}
    try:
        with Client(base_url=remote.url, headers=agent, timeout=_CHECK_SECONDS) as client:
            _refuse_strangers(client.get(_ABOUT))
            client.headers.update(key)
            client.timeout = httpx2.Timeout(seconds, connect=_CONNECT_SECONDS)
            yield client
    except (httpx2.RequestError, httpx2.InvalidURL) as error:
        raise Failure(
            f"cannot reach {without_login(remote.url)} ({type(error).__name__}): is `numberkeep serve` running there?"
        ) from error


def read_json(answer: httpx2.Response) -> Any:
    """Return the JSON of a good answer.

    Raises:
        Refused: it is not good, or not JSON.
    """
    if answer.status_code == 200:  # noqa: PLR2004 - OK
        try:
            return answer.json()
        except ValueError:
            pass
    raise Refused(answer)


def _refuse_strangers(answer: httpx2.Response) -> None:
    try:
        title = answer.json()["info"]["title"] if answer.is_success else None
    except (ValueError, KeyError, TypeError):
        title = None
    if title != "numberkeep":
        found = f"is {title[:60]!a}" if isinstance(title, str) else f"answers {_ABOUT} with status {answer.status_code}"
        place = without_login(str(answer.url).removesuffix(_ABOUT))
        raise Failure(f"{place} is not a numberkeep service (it {found}), so no key was sent to it: {_FIX}")


def without_login(url: str) -> str:
    """Return the URL without user and password."""
    scheme, mark, rest = url.partition("://")
    return f"{scheme}{mark}{rest.rpartition('@')[2]}"
