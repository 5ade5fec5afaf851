"""What commands share that speak to a running service as a client does."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

import click
import httpx2

from numberkeep import __version__
from numberkeep.config.settings import Remote, load_remote

NOT_AUTHORISED: Final = 4
_CONNECT_SECONDS: Final = 5.0


class Refused(click.ClickException):
    """The service did not do what was asked, or it is none of ours.

    Args:
        answer: what it said, its body read.
    """

    def __init__(self, answer: httpx2.Response) -> None:
        try:
            said = {} if answer.is_success else answer.json()
            fields = [(each["field"], each["message"]) for each in said.get("errors", ())]
            message = with_mends(str(said["message"]), fields)
        except (ValueError, KeyError, TypeError, AttributeError):
            message = (
                f"{_place(str(answer.url).partition('?')[0])} does not answer as a numberkeep service does, but with "
                f"status {answer.status_code}: see that SENDBLUE_API_BASE_URL is where `numberkeep serve` listens"
            )
        super().__init__(message)
        if answer.status_code in {401, 403}:
            self.exit_code = NOT_AUTHORISED  # type: ignore[misc]  # click reads it from the instance


def with_mends(message: str, fields: Iterable[tuple[str, str]]) -> str:
    """What an error says, in one line with what it says of each field where that is not in it."""
    return "; ".join([message, *(f"{field} {mend}" for field, mend in fields if mend not in message)])


@contextmanager
def service(seconds: float | None) -> Iterator[httpx2.Client]:
    """A client of the service that the environment names; its failures are told in one line.

    Args:
        seconds: how long the service may be silent; None, for ever.

    Raises:
        ConfigError: the environment names no service, or what cannot be sent to one.
        click.ClickException: the service cannot be reached.
    """
    remote: Remote = load_remote()
    headers = {
        "sb-api-key-id": remote.key.key_id,
        "sb-api-secret-key": remote.key.secret,
        "user-agent": f"numberkeep/{__version__}",
    }
    timeout = httpx2.Timeout(seconds, connect=_CONNECT_SECONDS)
    try:
        with httpx2.Client(base_url=remote.url, headers=headers, timeout=timeout) as client:
            yield client
    except (httpx2.RequestError, httpx2.InvalidURL) as error:
        raise click.ClickException(
            f"cannot reach {_place(remote.url)} ({type(error).__name__}): is `numberkeep serve` running there?"
        ) from error


def _place(url: str) -> str:
    """The URL without whoever logs in."""
    scheme, mark, rest = url.partition("://")
    return f"{scheme}{mark}{rest.rpartition('@')[2]}"
