"""Settings: the only place that reads the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from numberkeep.domain.identity import KeyPair
from numberkeep.http.carriers import Carriers
from numberkeep.outbound.settings import (
    SENDBLUE_URL,
    TWILIO_URL,
    SendblueSettings,
    TwilioSettings,
    WebhookSenderSettings,
)

Network = IPv4Network | IPv6Network
SenderSettings = WebhookSenderSettings | SendblueSettings | TwilioSettings

DEFAULT_DATABASE: Final = "sqlite:///numberkeep.db"


class ConfigError(Exception):
    """A setting cannot be used; the text names it and the mend."""


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
        log: from which level on the service logs: `debug`, `info` or `warning`. NUMBERKEEP_LOG.
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
    log: str = "info"


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
_MAX_DIGITS: Final = 9


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
        port=port if port is not None else _number(given, "NUMBERKEEP_PORT", _DEFAULTS.port, at_most=65_535),
        database=database or given.get("NUMBERKEEP_DATABASE", _DEFAULTS.database),
        workers=workers if workers is not None else _number(given, "NUMBERKEEP_WORKERS", _DEFAULTS.workers, at_least=1),
        ignore_unknown_fields=_choice(given, "NUMBERKEEP_UNKNOWN_FIELDS", ("refuse", "ignore")) == "ignore",
        resend_seconds=_number(given, "NUMBERKEEP_RESEND_SECONDS", _DEFAULTS.resend_seconds),
        first_key=_first_key(given),
        verification_seconds=_number(
            given, "NUMBERKEEP_VERIFICATION_SECONDS", _DEFAULTS.verification_seconds, at_least=1, at_most=10**8
        ),
        lease_seconds=_number(given, "NUMBERKEEP_LEASE_SECONDS", _DEFAULTS.lease_seconds, at_least=3),
        sender=_sender(given),
        allowed_networks=_networks(given),
        carriers=Carriers(
            _in_header(given, "NUMBERKEEP_SIGNING_SECRET"),
            given.get("NUMBERKEEP_TWILIO_AUTH_TOKEN", ""),
            _url(given, "NUMBERKEEP_PUBLIC_URL"),
        ),
        log=_choice(given, "NUMBERKEEP_LOG", ("info", "debug", "warning")),
    )


def unused_settings(environ: Mapping[str, str] = os.environ) -> str:
    """What there is to say of settings that only other senders than the chosen one read; `""` for nothing.

    Raises:
        ConfigError: there is no such sender.
    """
    given = {name: value for name, value in environ.items() if value}
    chosen = _choice(given, "NUMBERKEEP_SENDER", tuple(_SENDERS))
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
    url, key, secret = names
    return Remote(_url(environ, url).rstrip("/"), KeyPair(_in_header(environ, key), _in_header(environ, secret)))


def sqlite_path(database: str) -> Path | None:
    """The file that a `sqlite:` URL names; None for `sqlite://:memory:`.

    Raises:
        ConfigError: it is no such URL.
    """
    if database == "sqlite://:memory:":
        return None
    path = database.removeprefix("sqlite:///")
    if path == database or path in {"", ":memory:"}:  # SQLite would take the latter for no file at all
        raise ConfigError(
            f"the database {_without_password(database)!r} is not one that numberkeep can use: "
            "give sqlite:///numberkeep.db, sqlite:////an/absolute/path.db, sqlite://:memory: or postgresql://..."
        )
    return Path(path)


def is_postgres(database: str) -> bool:
    """Whether the URL names a PostgreSQL database."""
    return database.startswith(("postgresql://", "postgres://"))


def postgres_url(database: str) -> str:
    """The URL for the driver: `postgresql://USER:PASSWORD@HOST:PORT/DATABASE`, with libpq's parameters behind a `?`.

    Raises:
        ConfigError: it names no database, or cannot be read.
    """
    try:
        parts = urlsplit(database)
        for host in parts.netloc.rpartition("@")[2].split(","):
            _ = urlsplit(f"//{host}").port  # looks at it
    except ValueError:  # whose text may have a part of the password
        raise ConfigError(
            "the database's URL cannot be read: a port is a number up to 65535, and in a password / is written %2F, "
            "# %23, ? %3F, @ %40 and [ %5B"
        ) from None
    if not parts.path.strip("/"):
        raise ConfigError(
            f"the URL {_without_password(database)!r} names no database: give postgresql://USER@HOST:PORT/DATABASE"
        )
    return database


def database_file(database: str) -> Path:
    """The file of a database that is one, for what is done to files.

    Raises:
        ConfigError: it is in memory, or of an engine that brings its own tools.
    """
    if is_postgres(database):
        raise ConfigError(
            "this command is for SQLite files: back PostgreSQL up by pg_dump, restore it by pg_restore, check it by "
            "pg_amcheck"
        )
    path = sqlite_path(database)
    if path is None:
        raise ConfigError("a database in memory is gone with its process: name a file with --database")
    return path


def is_utf8(text: str) -> bool:
    """False for arguments and variables with other bytes, which Python reads as lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _first_key(given: Mapping[str, str]) -> KeyPair | None:
    key, secret = given.get("NUMBERKEEP_API_KEY"), given.get("NUMBERKEEP_API_SECRET")
    if (key is None) != (secret is None):
        raise ConfigError("NUMBERKEEP_API_KEY and NUMBERKEEP_API_SECRET go together: set both or neither")
    if key is None or secret is None:
        return None
    return KeyPair(_in_header(given, "NUMBERKEEP_API_KEY"), _in_header(given, "NUMBERKEEP_API_SECRET"))


def _sender(given: Mapping[str, str]) -> SenderSettings | None:
    name = _choice(given, "NUMBERKEEP_SENDER", tuple(_SENDERS))
    line = given.get("NUMBERKEEP_LINE", "")
    match name:
        case "webhook":
            url = _url(given, "NUMBERKEEP_SENDER_URL") or _needed(given, name, "NUMBERKEEP_SENDER_URL")
            return WebhookSenderSettings(url, _in_header(given, "NUMBERKEEP_SENDER_SECRET"))
        case "sendblue":
            key = _needed(given, name, "NUMBERKEEP_SENDBLUE_API_KEY")
            secret = _needed(given, name, "NUMBERKEEP_SENDBLUE_API_SECRET")
            return SendblueSettings(key, secret, line, _url(given, "NUMBERKEEP_SENDER_URL", SENDBLUE_URL))
        case "twilio":
            sid = _needed(given, name, "NUMBERKEEP_TWILIO_ACCOUNT_SID")
            token = _needed(given, name, "NUMBERKEEP_TWILIO_AUTH_TOKEN")
            return TwilioSettings(sid, token, line, _url(given, "NUMBERKEEP_SENDER_URL", TWILIO_URL))
        case _:
            return None


def _needed(given: Mapping[str, str], sender: str, name: str) -> str:
    if name not in given:
        raise ConfigError(f"NUMBERKEEP_SENDER={sender} needs {name}")
    return _in_header(given, name)


def _in_header(given: Mapping[str, str], name: str) -> str:
    text = given.get(name, "")
    if not (text.isascii() and text.isprintable() and text == text.strip()):
        raise ConfigError(f"{name} must be printable ASCII: it is sent in an HTTP header")
    return text


def _url(given: Mapping[str, str], name: str, default: str = "") -> str:
    """A setting that is an HTTP URL; one that is none is not repeated, for a password may be in it."""
    text = given.get(name, default)
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if text and not (usable and text.isascii() and text.isprintable() and " " not in text):
        raise ConfigError(f"{name} must be a URL that begins with http:// or https://, as in https://example.com/in")
    return text


def _networks(given: Mapping[str, str]) -> tuple[Network, ...]:
    texts = given.get("NUMBERKEEP_ALLOWED_NETWORKS", "").replace(",", " ").split()
    try:
        return tuple(ip_network(text) for text in texts)
    except ValueError as error:
        raise ConfigError(
            f"NUMBERKEEP_ALLOWED_NETWORKS is a list of networks such as 127.0.0.0/8,10.1.0.0/16: {error}"
        ) from error


def _number(given: Mapping[str, str], name: str, default: int, *, at_least: int = 0, at_most: int = 10**6) -> int:
    text = given.get(name, str(default))
    if not text.isdecimal() or len(text) > _MAX_DIGITS or not at_least <= int(text) <= at_most:
        raise ConfigError(f"{name} must be a whole number from {at_least} to {at_most}, not {text!r}")
    return int(text)


def _choice(given: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    text = given.get(name, choices[0])
    if text not in choices:
        raise ConfigError(f"{name} must be {' or '.join(choices)}, not {text!r}")
    return text


def _without_password(url: str) -> str:
    """The URL without whoever logs in and its parameters, one of which may be a password."""
    shown, _, parameters = url.partition("?")
    if "@" not in url:
        return shown
    scheme = next((shown[: len(mark) + shown.index(mark)] for mark in ("://", ":") if mark in shown), "")
    return f"{scheme}..." if "@" in parameters else scheme + shown.rpartition("@")[2]  # that ? may be a password's
