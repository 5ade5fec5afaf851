"""The settings of a process, and of a service that it speaks to, from flags and the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from numberkeep.carriers.hosted.settings import SENDBLUE_URL, SendblueSettings
from numberkeep.carriers.settings import Carriers
from numberkeep.carriers.twilio.settings import TWILIO_URL, TwilioSettings
from numberkeep.carriers.webhook.settings import WebhookSenderSettings
from numberkeep.config.database_url import DEFAULT_DATABASE
from numberkeep.config.values import ConfigError, Network, choice, in_header, is_utf8, line, networks, number, url
from numberkeep.domain.identity import KeyPair

SenderSettings = WebhookSenderSettings | SendblueSettings | TwilioSettings


@dataclass(slots=True, frozen=True)
class Settings:
    """How a process runs.

    Attributes:
        host: the address to listen on. NUMBERKEEP_HOST.
        port: the TCP port; 0 takes a free one. NUMBERKEEP_PORT.
        database: where contacts are kept. NUMBERKEEP_DATABASE.
        workers: server processes; more than one needs PostgreSQL. NUMBERKEEP_WORKERS.
        ignore_unknown_fields: drop unknown fields instead of refusing them. NUMBERKEEP_UNKNOWN_FIELDS=ignore.
        resend_seconds: how long after a verification message the next is refused. NUMBERKEEP_RESEND_SECONDS.
        first_key: the pair for an empty store, else a random one. NUMBERKEEP_API_KEY and NUMBERKEEP_API_SECRET.
        verification_seconds: how long a verification waits for its answer. NUMBERKEEP_VERIFICATION_SECONDS.
        lease_seconds: after how long a delivery that was begun and not finished is begun again.
            NUMBERKEEP_LEASE_SECONDS.
        sender: where messages to phones go; None, nowhere. NUMBERKEEP_SENDER, see docs/messaging.md.
        allowed_networks: private networks that webhooks may reach. NUMBERKEEP_ALLOWED_NETWORKS.
        carriers: who may hand in messages for every account. NUMBERKEEP_SIGNING_SECRET,
            NUMBERKEEP_TWILIO_AUTH_TOKEN, NUMBERKEEP_PUBLIC_URL.
        log: from which level on the service logs: `warning`, or `debug` to hear of every delivery. NUMBERKEEP_LOG.
    """

    host: str = "127.0.0.1"
    port: int = 8181
    database: str = field(default=DEFAULT_DATABASE, repr=False)  # a password may be in it
    workers: int = 1
    ignore_unknown_fields: bool = False
    resend_seconds: int = 60
    first_key: KeyPair | None = field(default=None, repr=False)
    verification_seconds: int = 24 * 3600
    lease_seconds: int = 30
    sender: SenderSettings | None = None
    allowed_networks: tuple[Network, ...] = ()
    carriers: Carriers = Carriers()  # noqa: RUF009 - it is frozen
    log: str = "warning"


_SENDERS: Final[Mapping[str, tuple[str, ...]]] = {
    "log": (),
    "webhook": ("NUMBERKEEP_SENDER_URL", "NUMBERKEEP_SENDER_SECRET"),
    "sendblue": (
        "NUMBERKEEP_SENDER_URL",
        "NUMBERKEEP_SENDBLUE_API_KEY",
        "NUMBERKEEP_SENDBLUE_API_SECRET",
        "NUMBERKEEP_LINE",
    ),
    "twilio": ("NUMBERKEEP_SENDER_URL", "NUMBERKEEP_TWILIO_ACCOUNT_SID", "NUMBERKEEP_LINE"),
}
"""What each sender alone reads; Twilio's token is read for messages that come in too."""

_DEFAULTS: Final = Settings()


def load_settings(
    *,
    host: str | None = None,
    port: int | None = None,
    database: str | None = None,
    workers: int | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Settings:
    """The settings from flags, then the environment, then the defaults.

    Raises:
        ConfigError: a value in the environment cannot be used.
    """
    given = {name: value for name, value in environ.items() if name.startswith("NUMBERKEEP_") and value}
    for name, value in given.items():
        if not is_utf8(value):
            raise ConfigError(f"{name} is not valid UTF-8: set it anew, or rename the file that it names")
    return Settings(
        host=host or given.get("NUMBERKEEP_HOST", _DEFAULTS.host),
        port=port if port is not None else number(given, "NUMBERKEEP_PORT", _DEFAULTS.port, at_most=65_535),
        database=database or given.get("NUMBERKEEP_DATABASE", _DEFAULTS.database),
        workers=workers if workers is not None else number(given, "NUMBERKEEP_WORKERS", _DEFAULTS.workers, at_least=1),
        ignore_unknown_fields=choice(given, "NUMBERKEEP_UNKNOWN_FIELDS", ("refuse", "ignore")) == "ignore",
        resend_seconds=number(given, "NUMBERKEEP_RESEND_SECONDS", _DEFAULTS.resend_seconds),
        first_key=_first_key(given),
        verification_seconds=number(
            given, "NUMBERKEEP_VERIFICATION_SECONDS", _DEFAULTS.verification_seconds, at_least=1, at_most=10**8
        ),
        lease_seconds=number(given, "NUMBERKEEP_LEASE_SECONDS", _DEFAULTS.lease_seconds, at_least=3),
        sender=_sender(given),
        allowed_networks=networks(given, "NUMBERKEEP_ALLOWED_NETWORKS"),
        carriers=Carriers(
            in_header(given, "NUMBERKEEP_SIGNING_SECRET"),
            in_header(given, "NUMBERKEEP_TWILIO_AUTH_TOKEN"),
            url(given, "NUMBERKEEP_PUBLIC_URL"),
        ),
        log=choice(given, "NUMBERKEEP_LOG", ("warning", "debug")),
    )


def unused_settings(environ: Mapping[str, str] = os.environ) -> str:
    """What there is to say of settings that only other senders than the chosen one read; `""` for nothing.

    Raises:
        ConfigError: there is no such sender.
    """
    given = {name: value for name, value in environ.items() if value}
    chosen = choice(given, "NUMBERKEEP_SENDER", tuple(_SENDERS))
    known = dict.fromkeys(name for names in _SENDERS.values() for name in names)
    unused = [name for name in known if name in given and name not in _SENDERS[chosen]]
    others = [sender for sender, names in _SENDERS.items() if set(names) & set(unused)]
    if not unused:
        return ""
    return f"the sender `{chosen}` does not use {', '.join(unused)}: NUMBERKEEP_SENDER={' or '.join(others)} would"


@dataclass(slots=True, frozen=True)
class Remote:
    """A service to speak to as a client does, set by the variables that the client reads.

    Attributes:
        url: where. SENDBLUE_API_BASE_URL.
        key: as whom. SENDBLUE_API_API_KEY and SENDBLUE_API_API_SECRET.
    """

    url: str
    key: KeyPair = field(repr=False)


def load_remote(environ: Mapping[str, str] = os.environ) -> Remote:
    """The service that the environment names.

    Raises:
        ConfigError: it does not, or what it says cannot be sent.
    """
    names = ("SENDBLUE_API_BASE_URL", "SENDBLUE_API_API_KEY", "SENDBLUE_API_API_SECRET")
    missing = [name for name in names if not environ.get(name)]
    if missing:
        raise ConfigError(f"set {', '.join(missing)}: `numberkeep serve` prints the line to export when it makes a key")
    place, key, secret = names
    return Remote(url(environ, place).rstrip("/"), KeyPair(in_header(environ, key), in_header(environ, secret)))


def _first_key(given: Mapping[str, str]) -> KeyPair | None:
    key, secret = given.get("NUMBERKEEP_API_KEY"), given.get("NUMBERKEEP_API_SECRET")
    if (key is None) != (secret is None):
        raise ConfigError("NUMBERKEEP_API_KEY and NUMBERKEEP_API_SECRET go together: set both or neither")
    if key is None or secret is None:
        return None
    return KeyPair(in_header(given, "NUMBERKEEP_API_KEY"), in_header(given, "NUMBERKEEP_API_SECRET"))


def _sender(given: Mapping[str, str]) -> SenderSettings | None:
    name = choice(given, "NUMBERKEEP_SENDER", tuple(_SENDERS))
    sends_from = line(given, "NUMBERKEEP_LINE")
    match name:
        case "webhook":
            place = url(given, "NUMBERKEEP_SENDER_URL") or _needed(given, name, "NUMBERKEEP_SENDER_URL")
            return WebhookSenderSettings(place, in_header(given, "NUMBERKEEP_SENDER_SECRET"))
        case "sendblue":
            key = _needed(given, name, "NUMBERKEEP_SENDBLUE_API_KEY")
            secret = _needed(given, name, "NUMBERKEEP_SENDBLUE_API_SECRET")
            return SendblueSettings(key, secret, sends_from, url(given, "NUMBERKEEP_SENDER_URL", SENDBLUE_URL))
        case "twilio":
            sid = _needed(given, name, "NUMBERKEEP_TWILIO_ACCOUNT_SID")
            token = _needed(given, name, "NUMBERKEEP_TWILIO_AUTH_TOKEN")
            return TwilioSettings(sid, token, sends_from, url(given, "NUMBERKEEP_SENDER_URL", TWILIO_URL))
        case _:
            return None


def _needed(given: Mapping[str, str], sender: str, name: str) -> str:
    if name not in given:
        raise ConfigError(f"NUMBERKEEP_SENDER={sender} needs {name}")
    return in_header(given, name)
