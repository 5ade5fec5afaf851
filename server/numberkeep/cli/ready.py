"""`numberkeep ready`: whether the service of this machine works. For health checks and scripts, so it loads little."""

import json
import time
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Final
from urllib.parse import urlsplit

import click

from numberkeep.cli.exit_codes import Failure
from numberkeep.cli.own_url import own_url_option

_ANSWER_SECONDS: Final = 5.0
_PAUSE_SECONDS: Final = 0.1
_OK: Final = 200


@click.command()
@own_url_option
@click.option(
    "--wait",
    "seconds",
    type=click.FloatRange(0, 3600),
    default=0,
    show_default=True,
    metavar="SECONDS",
    help="Repeat the check until it succeeds, at most for this time.",
)
def ready(base_url: str, seconds: float) -> None:
    """Check that the service reads and writes. Needs no key.

    Exits with 0 if it does, and otherwise with 1 and one line with the reason. A script starts a service with:

    \b
    numberkeep serve & numberkeep ready --wait 30
    """  # noqa: D301 - click keeps the lines after this mark
    give_up = time.monotonic() + seconds
    while fault := _fault(base_url):
        if time.monotonic() >= give_up:
            raise Failure(f"{_shown(base_url)} is not ready: {fault}")
        time.sleep(_PAUSE_SECONDS)
    click.echo(f"{_shown(base_url)} is ready.", err=True)


def _fault(base_url: str) -> str:
    """Return why the service does not work, with the fix; `""` if it does."""
    parts = urlsplit(base_url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=_ANSWER_SECONDS)
    try:
        connection.request("GET", f"{parts.path.rstrip('/')}/health/ready")
        answer = connection.getresponse()
        body = json.loads(answer.read())
        return "" if answer.status == _OK and body["status"] == "OK" else str(body["message"])
    except (HTTPException, ValueError, KeyError, TypeError):
        return "it does not answer as a numberkeep service does; name another with --url"
    except OSError as error:
        return f"{error.strerror or error}; start it with `numberkeep serve`, or name another with --url"
    finally:
        connection.close()


def _shown(base_url: str) -> str:
    """Return the URL without a password."""
    parts = urlsplit(base_url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
