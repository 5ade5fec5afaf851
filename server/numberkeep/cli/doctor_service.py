"""What `numberkeep doctor` finds out about a service. Nothing else is called."""

import time
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any, Final

import click
import httpx2
import msgspec

from numberkeep import __version__
from numberkeep.cli.doctor_checks import Check, ok, problem, told, warning
from numberkeep.cli.exit_codes import ExitCode
from numberkeep.cli.on_service import Refused, read_json, service
from numberkeep.config.values import ConfigError
from numberkeep.wire.doctor import DoctorAnswer

_PATIENCE_SECONDS: Final = 30.0
_SLOW_SECONDS: Final = 1.0
_SKEW_SECONDS: Final = 5.0
_TOLERANCE_SECONDS: Final = 300.0
"""Receivers of signed requests refuse those that are older."""

_NOT_FOUND: Final = 404
_OK: Final = 200
_NO_KEY: Final = 'run eval "$(numberkeep env)" where the database is, which creates a key and sets the variables'


def check_service(found: list[Check]) -> DoctorAnswer | None:
    """Add the checks of the service that the environment names; return what it reports, if it accepts the key."""
    try:
        with service(_PATIENCE_SECONDS) as client:
            return _examined(client, found)
    except ConfigError as error:
        found.append(told("address", error))
    except click.ClickException as failure:
        found.append(told("address", failure))
    return None


def _examined(client: httpx2.Client, found: list[Check]) -> DoctorAnswer | None:
    began, asked = time.monotonic(), time.time()
    live = client.get("/health/live")
    seconds = time.monotonic() - began
    about = _object(client.get("/"))
    found.append(_address(client, str(about.get("version", "of unknown version")), seconds))
    found += _version(str(about.get("version", "")))
    found.append(_ready(client.get("/health/ready")))
    found += _clock(live.headers.get("date", ""), asked + seconds / 2)
    answer = client.get("/_numberkeep/doctor")
    if answer.status_code == _NOT_FOUND:
        answer = client.get("/api/v2/contacts/count")
        found.append(_key(answer))
        found.append(warning("service", "it is too old to report more", "upgrade it"))
        return None
    found.append(_key(answer))
    if answer.status_code != _OK:
        return None
    try:
        return msgspec.convert(read_json(answer), DoctorAnswer)
    except msgspec.ValidationError:
        found.append(warning("service", "it reports its state in a form of another version", "upgrade the older one"))
        return None


def _object(answer: httpx2.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _address(client: httpx2.Client, version: str, seconds: float) -> Check:
    url = str(client.base_url.copy_with(username=None, password=None)).rstrip("/")
    if seconds > _SLOW_SECONDS:
        return warning("address", f"{url} took {seconds:.1f} s to answer", "look at its load and the network between")
    return ok("address", f"{url} is numberkeep {version}, which answered in {1000 * seconds:.0f} ms")


def _version(version: str) -> list[Check]:
    if version == __version__:
        return []
    return [warning("version", f"this command is {__version__}, the service is {version}", "install the newer one")]


def _ready(answer: httpx2.Response) -> Check:
    body = _object(answer)
    if answer.status_code != _OK:
        return problem("ready", f"it is not ready, {str(body.get('message', '')).rstrip('.')}", "read its log")
    if body.get("unreachable_nodes"):
        return warning("ready", "some nodes of its database do not answer", "see docs/scaling.md")
    return ok("ready", "it reads and writes")


def _clock(date: str, here: float) -> list[Check]:
    try:
        ahead = parsedate_to_datetime(date).replace(tzinfo=UTC).timestamp() - here
    except (TypeError, ValueError):
        return []
    apart = f"the service's clock is {abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} this machine's"
    fix = "set both by NTP; time zones do not matter"
    if abs(ahead) > _TOLERANCE_SECONDS:
        return [problem("clock", f"{apart}, so signed requests are refused as too old", fix)]
    if abs(ahead) > _SKEW_SECONDS:
        return [warning("clock", apart, fix)]
    return [ok("clock", "the service and this machine agree")]


def _key(answer: httpx2.Response) -> Check:
    if answer.status_code == _OK:
        return ok("keys", "the service accepts the key")
    refused = Refused(answer)
    if refused.exit_code == ExitCode.UNAUTHORISED:
        return problem(
            "keys", "the service refuses the key, which is unknown or revoked, or has another secret", _NO_KEY
        )
    return told("keys", refused)
