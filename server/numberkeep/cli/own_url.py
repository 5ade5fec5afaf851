"""The URL of the service of this machine, as its settings name it; nothing is read from SENDBLUE_API_*."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from numberkeep.cli.exit_codes import ExitCode, Failure
from numberkeep.config.settings import load_settings
from numberkeep.config.values import http_url, reachable_host, url

Command = TypeVar("Command", bound=Callable[..., Any])


def own_url_option(command: Command) -> Command:
    """Add --url, which the settings replace; the command gets it as `base_url`."""
    return click.option(
        "--url",
        "base_url",
        metavar="URL",
        callback=_own_url,
        help="URL of the service.  [default: by NUMBERKEEP_HOST and NUMBERKEEP_PORT]",
    )(command)


def _own_url(_context: click.Context, _parameter: click.Parameter, given: str | None) -> str:
    if given is not None:
        try:
            return url(given)
        except ValueError as error:
            raise click.BadParameter(str(error)) from None
    settings = load_settings()
    if settings.port == 0:
        raise Failure("NUMBERKEEP_PORT=0 names no port: name the service's URL with --url", ExitCode.USAGE)
    return http_url(reachable_host(settings.host), settings.port)
