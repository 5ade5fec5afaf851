"""The settings of a process and of the service that it calls. The only place that reads the environment."""

import difflib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from numberkeep.carriers.hosted.settings import SENDBLUE_URL, SendblueSettings
from numberkeep.carriers.settings import Carriers
from numberkeep.carriers.twilio.settings import TWILIO_URL, TwilioSettings
from numberkeep.carriers.webhook.settings import WebhookSenderSettings
from numberkeep.config import table
from numberkeep.config.table import Setting
from numberkeep.config.values import ConfigError, Network, header, url
from numberkeep.domain.identity import KeyPair
from numberkeep.domain.session import Session
from numberkeep.service.deployment import SenderName

SenderSettings = WebhookSenderSettings | SendblueSettings | TwilioSettings


@dataclass(slots=True, frozen=True)
class Settings:
    """How a process runs. Fields that config/table.py has under the same name are described there.

    Attributes:
        ignore_unknown_fields: drop unknown request fields instead of refusing them.
        first_key: the key pair that an empty database gets; None for a random one.
        first_session: the session of the console that the link begins which `serve` prints; None for none.
        sender: where messages to phones go; None sends nothing.
        reveal_secrets: whether every signed request also carries the secret itself.
        carriers: which carriers may deliver incoming messages for every account.
        test: whether the process is for tests, see numberkeep.test_mode.
        seed: a file that fills a new account `default` in test mode; empty for none.
    """

    host: str = table.HOST.default
    port: int = table.PORT.default
    database: str = field(default=table.DATABASE.default, repr=False)  # may contain a password
    workers: int = table.WORKERS.default
    connections: int = table.CONNECTIONS.default
    unread_seconds: int = table.UNREAD_SECONDS.default
    streams_per_key: int = table.STREAMS_PER_KEY.default
    ignore_unknown_fields: bool = False
    resend_seconds: int = table.RESEND_SECONDS.default
    first_key: KeyPair | None = field(default=None, repr=False)
    first_session: Session | None = field(default=None, repr=False)
    verification_seconds: int = table.VERIFICATION_SECONDS.default
    history_days: int = table.HISTORY_DAYS.default
    webhook_retry_days: int = table.WEBHOOK_RETRY_DAYS.default
    lease_seconds: int = table.LEASE_SECONDS.default
    sender: SenderSettings | None = None
    allowed_networks: tuple[Network, ...] = table.ALLOWED_NETWORKS.default
    reveal_secrets: bool = False
    carriers: Carriers = Carriers()  # noqa: RUF009 - it is frozen
    bulk_requests: int = table.BULK_REQUESTS.default
    memory_mib: int = table.MEMORY_MIB.default
    account_memory_mib: int = table.ACCOUNT_MEMORY_MIB.default
    log: str = table.LOG.default
    log_format: str = table.LOG_FORMAT.default
    test: bool = False
    seed: bytes = field(default=b"", repr=False)


def load_settings(
    *,
    host: str | None = None,
    port: int | None = None,
    database: str | None = None,
    workers: int | None = None,
    test: bool = False,
    environ: Mapping[str, str] = os.environ,
) -> Settings:
    """Return the settings: flags override the environment, which overrides the defaults.

    Raises:
        ConfigError: a value in the environment cannot be used, or not in test mode.
    """
    settings = Settings(
        host=host or table.HOST.read(environ),
        port=table.PORT.read(environ) if port is None else port,
        database=database or table.DATABASE.read(environ),
        workers=table.WORKERS.read(environ) if workers is None else workers,
        connections=table.CONNECTIONS.read(environ),
        unread_seconds=table.UNREAD_SECONDS.read(environ),
        streams_per_key=table.STREAMS_PER_KEY.read(environ),
        ignore_unknown_fields=table.UNKNOWN_FIELDS.read(environ) == "ignore",
        resend_seconds=table.RESEND_SECONDS.read(environ),
        first_key=_first_key(environ),
        verification_seconds=table.VERIFICATION_SECONDS.read(environ),
        history_days=table.HISTORY_DAYS.read(environ),
        webhook_retry_days=table.WEBHOOK_RETRY_DAYS.read(environ),
        lease_seconds=table.LEASE_SECONDS.read(environ),
        sender=_sender(environ),
        allowed_networks=table.ALLOWED_NETWORKS.read(environ),
        reveal_secrets=table.SECRET_HEADER.read(environ) == "always",
        carriers=Carriers(
            table.SIGNING_SECRET.read(environ), table.TWILIO_AUTH_TOKEN.read(environ), table.PUBLIC_URL.read(environ)
        ),
        bulk_requests=table.BULK_REQUESTS.read(environ),
        memory_mib=table.MEMORY_MIB.read(environ),
        account_memory_mib=table.ACCOUNT_MEMORY_MIB.read(environ),
        log=table.LOG.read(environ),
        log_format=table.LOG_FORMAT.read(environ),
        test=test,
    )
    if test and settings.workers > 1:
        raise ConfigError("--test runs one process: leave NUMBERKEEP_WORKERS and --workers at 1")
    if test and settings.sender is not None:
        raise ConfigError("--test sends nothing to phones: unset NUMBERKEEP_SENDER")
    return settings


def setting_warnings(environ: Iterable[str] = os.environ) -> list[str]:
    """Return a warning for each variable that is no setting, with the nearest name."""
    return table.unknown_variables(environ)


def sender_warning(environ: Mapping[str, str] = os.environ) -> str:
    """Return a warning about settings that the chosen sender does not use; `""` if there are none."""
    return table.unused_settings(environ)


def sender_state(sender: SenderSettings | None) -> tuple[SenderName, tuple[str, ...]]:
    """Return the name of a sender, and the settings without which it cannot send every message as it should."""
    match sender:
        case WebhookSenderSettings():
            return "webhook", () if sender.secret else (table.SENDER_SECRET.name,)
        case SendblueSettings():
            return "sendblue", () if sender.line else (table.LINE.name,)
        case TwilioSettings():
            return "twilio", () if sender.line else (table.LINE.name,)
        case None:
            return "log", ()


def remote_warnings(environ: Iterable[str] = os.environ) -> list[str]:
    """Return a warning for each `SENDBLUE_*` variable that neither the client library nor the command line reads."""
    known = [each.name for each in _REMOTE]
    others = {*known, "SENDBLUE_API_CUSTOM_HEADERS", "SENDBLUE_API_LOG"}
    unknown = [name for name in environ if name.startswith("SENDBLUE_") and name not in others]
    return [f"{name} is not read; did you mean {difflib.get_close_matches(name, known, 1, 0)[0]}?" for name in unknown]


@dataclass(slots=True, frozen=True)
class Remote:
    """A service to call, named by the variables that the client library reads.

    Attributes:
        url: where it listens. SENDBLUE_API_BASE_URL.
        key: the account's key pair. SENDBLUE_API_API_KEY and SENDBLUE_API_API_SECRET.
    """

    url: str
    key: KeyPair = field(repr=False)


_BASE_URL: Final = Setting("SENDBLUE_API_BASE_URL", url, "", "Where the service listens.", secret=True)
_KEY: Final = Setting("SENDBLUE_API_API_KEY", header, "", "Key id.", secret=True)
_SECRET: Final = Setting("SENDBLUE_API_API_SECRET", header, "", "Secret.", secret=True)
_REMOTE: Final = (_BASE_URL, _KEY, _SECRET)


def remote_is_named(environ: Mapping[str, str] = os.environ) -> bool:
    """Return whether any of the variables that name a service is set."""
    return any(environ.get(each.name) for each in _REMOTE)


def load_remote(environ: Mapping[str, str] = os.environ, *, url: str | None = None) -> Remote:
    """Return the service that the environment names; `url` overrides where it listens.

    Raises:
        ConfigError: a variable is missing, or its value cannot be used.
    """
    if url is not None:
        environ = {**environ, _BASE_URL.name: url}
    missing = [each.name for each in _REMOTE if not environ.get(each.name)]
    if missing:
        raise ConfigError(f'set {", ".join(missing)}: eval "$(numberkeep env)" creates a key and sets them')
    return Remote(_BASE_URL.read(environ).rstrip("/"), KeyPair(_KEY.read(environ), _SECRET.read(environ)))


def remote_variables(url: str, key: KeyPair) -> Mapping[str, str]:
    """Return the variables that name a service and a key, for `load_remote` and the client library."""
    return {_BASE_URL.name: url, _KEY.name: key.key_id, _SECRET.name: key.secret}


def user_shell(environ: Mapping[str, str] = os.environ) -> str:
    """Return the path of the user's shell; `""` if unknown."""
    return environ.get("SHELL", "")


def github_env_file(environ: Mapping[str, str] = os.environ) -> str:
    """Return the path of the file whose lines GitHub Actions sets as variables of later steps; `""` outside of it."""
    return environ.get("GITHUB_ENV", "")


def _first_key(environ: Mapping[str, str]) -> KeyPair | None:
    pair = KeyPair(table.API_KEY.read(environ), table.API_SECRET.read(environ))
    if bool(pair.key_id) != bool(pair.secret):
        raise ConfigError("NUMBERKEEP_API_KEY and NUMBERKEEP_API_SECRET go together: set both or neither")
    return pair if pair.key_id else None


def _sender(environ: Mapping[str, str]) -> SenderSettings | None:
    name = table.SENDER.read(environ)
    sends_from, place = table.LINE.read(environ), table.SENDER_URL.read(environ)

    def needed(setting: Setting[str]) -> str:
        if not (value := setting.read(environ)):
            raise ConfigError(f"NUMBERKEEP_SENDER={name} needs {setting.name}")
        return value

    match name:
        case "webhook":
            reveals = table.SECRET_HEADER.read(environ) == "always"
            return WebhookSenderSettings(needed(table.SENDER_URL), table.SENDER_SECRET.read(environ), reveals)
        case "sendblue":
            key, secret = needed(table.SENDBLUE_API_KEY), needed(table.SENDBLUE_API_SECRET)
            return SendblueSettings(key, secret, sends_from, place or SENDBLUE_URL)
        case "twilio":
            sid, token = needed(table.TWILIO_ACCOUNT_SID), needed(table.TWILIO_AUTH_TOKEN)
            return TwilioSettings(sid, token, sends_from, place or TWILIO_URL)
        case _:
            return None
