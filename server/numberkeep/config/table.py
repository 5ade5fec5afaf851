"""The table of all settings. Parsing, the flags, `serve --help` and the table in docs/settings.md follow from it."""

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from numberkeep.config.values import (
    ConfigError,
    Network,
    choice,
    header,
    is_utf8,
    line,
    networks,
    number,
    plain,
    url,
)

T = TypeVar("T")

_PREFIX: Final = "NUMBERKEEP_"


@dataclass(slots=True, frozen=True)
class Setting(Generic[T]):
    """One setting.

    Attributes:
        name: its environment variable.
        parse: returns the value of a text; raises ValueError with the requirement.
        default: the value if the setting is not set.
        help: what it does, in a sentence or two.
        flag: the command line option, for example `--port`; `""` if only the environment sets it.
        metavar: what `--help` calls the flag's value.
        secret: the value may contain a secret or a phone number, so no message repeats it.
        senders: the only senders that use it; empty if it does not depend on the sender.
    """

    name: str
    parse: Callable[[str], T]
    default: T
    help: str
    flag: str = ""
    metavar: str = ""
    secret: bool = False
    senders: tuple[str, ...] = ()

    def value(self, text: str) -> T:
        """Return the value of a text.

        Raises:
            ValueError: the text cannot be used; the message continues a sentence that begins with the setting's name.
        """
        if not is_utf8(text):
            raise ValueError("is not valid UTF-8: set it again, or rename the file that it names")
        try:
            return self.parse(text)
        except ValueError as error:
            raise ValueError(str(error) if self.secret else f"{error}, not {text!r}") from None

    def read(self, environ: Mapping[str, str]) -> T:
        """Return the value that the environment sets, or the default. An empty variable counts as not set.

        Raises:
            ConfigError: the value cannot be used.
        """
        text = environ.get(self.name)
        try:
            return self.value(text) if text else self.default
        except ValueError as error:
            raise ConfigError(f"{self.name} {error}") from None


HOST: Final = Setting("NUMBERKEEP_HOST", plain, "127.0.0.1", "Address to listen on.", "--host", "ADDRESS")
PORT: Final = Setting(
    "NUMBERKEEP_PORT", number(at_most=65_535), 8181, "TCP port to listen on; 0 picks a free one.", "--port", "PORT"
)
DATABASE: Final = Setting(
    "NUMBERKEEP_DATABASE",
    plain,
    "sqlite:///numberkeep.db",
    "Database: sqlite:///FILE, sqlite://:memory: or postgresql://USER@HOST/NAME.",
    "--database",
    "URL",
    secret=True,
)
WORKERS: Final = Setting(
    "NUMBERKEEP_WORKERS",
    number(at_least=1),
    1,
    "Number of server processes; more than 1 requires PostgreSQL.",
    "--workers",
    "N",
)
CONNECTIONS: Final = Setting(
    "NUMBERKEEP_CONNECTIONS",
    number(at_least=1),
    10_000,
    "Connections that each process accepts; more wait until one is closed.",
)
UNREAD_SECONDS: Final = Setting(
    "NUMBERKEEP_UNREAD_SECONDS",
    number(at_least=1, at_most=3600),
    7,
    "Seconds after which a connection is reset whose client does not read the response. Linux only.",
)
STREAMS_PER_KEY: Final = Setting(
    "NUMBERKEEP_STREAMS_PER_KEY",
    number(at_least=1),
    100,
    "Event streams that each API key may have open, per process.",
)
API_KEY: Final = Setting(
    "NUMBERKEEP_API_KEY",
    header,
    "",
    "Key id of the key pair that an empty database gets; random if not set.",
    secret=True,
)
API_SECRET: Final = Setting("NUMBERKEEP_API_SECRET", header, "", "Secret of that key pair.", secret=True)
UNKNOWN_FIELDS: Final = Setting(
    "NUMBERKEEP_UNKNOWN_FIELDS",
    choice("refuse", "ignore"),
    "refuse",
    "What to do with request fields that the API does not have: `refuse` or `ignore`.",
)
RESEND_SECONDS: Final = Setting(
    "NUMBERKEEP_RESEND_SECONDS", number(), 60, "Minimum seconds between two verification messages to a number."
)
VERIFICATION_SECONDS: Final = Setting(
    "NUMBERKEEP_VERIFICATION_SECONDS",
    number(at_least=1, at_most=10**8),
    24 * 3600,
    "Seconds after which an unanswered verification expires.",
)
HISTORY_DAYS: Final = Setting(
    "NUMBERKEEP_HISTORY_DAYS", number(), 30, "Days that the change log is retained; 0 retains it indefinitely."
)
WEBHOOK_RETRY_DAYS: Final = Setting(
    "NUMBERKEEP_WEBHOOK_RETRY_DAYS", number(at_least=1), 30, "Days that a failing webhook delivery is retried."
)
LEASE_SECONDS: Final = Setting(
    "NUMBERKEEP_LEASE_SECONDS",
    number(at_least=3),
    30,
    "Seconds after which a delivery is retried if the process that started it died.",
)
SENDER: Final = Setting(
    "NUMBERKEEP_SENDER",
    choice("log", "webhook", "sendblue", "twilio"),
    "log",
    "What sends messages: `webhook`, `sendblue` or `twilio`; `log` sends nothing.",
)
SENDER_URL: Final = Setting(
    "NUMBERKEEP_SENDER_URL",
    url,
    "",
    "URL that messages are posted to. Required by `webhook`; replaces the carrier's URL for the others.",
    secret=True,
    senders=("webhook", "sendblue", "twilio"),
)
SENDER_SECRET: Final = Setting(
    "NUMBERKEEP_SENDER_SECRET", header, "", "Secret that `webhook` signs with.", secret=True, senders=("webhook",)
)
SENDBLUE_API_KEY: Final = Setting(
    "NUMBERKEEP_SENDBLUE_API_KEY", header, "", "API key for `sendblue`.", secret=True, senders=("sendblue",)
)
SENDBLUE_API_SECRET: Final = Setting(
    "NUMBERKEEP_SENDBLUE_API_SECRET", header, "", "API secret for `sendblue`.", secret=True, senders=("sendblue",)
)
TWILIO_ACCOUNT_SID: Final = Setting(
    "NUMBERKEEP_TWILIO_ACCOUNT_SID", header, "", "Account SID for `twilio`.", secret=True, senders=("twilio",)
)
TWILIO_AUTH_TOKEN: Final = Setting(
    "NUMBERKEEP_TWILIO_AUTH_TOKEN",
    header,
    "",
    "Auth token for `twilio`; also authenticates incoming messages from Twilio.",
    secret=True,
)
LINE: Final = Setting(
    "NUMBERKEEP_LINE",
    line,
    "",
    "Number that `sendblue` and `twilio` send from if the contact has no `sendblue_number`.",
    secret=True,
    senders=("sendblue", "twilio"),
)
SIGNING_SECRET: Final = Setting(
    "NUMBERKEEP_SIGNING_SECRET",
    header,
    "",
    "Authenticates incoming messages from the hosted service, for every account.",
    secret=True,
)
PUBLIC_URL: Final = Setting(
    "NUMBERKEEP_PUBLIC_URL",
    url,
    "",
    "URL under which browsers (for the console) and Twilio reach the service; set it behind a proxy.",
    secret=True,
)
_NO_NETWORKS: Final[tuple[Network, ...]] = ()
ALLOWED_NETWORKS: Final = Setting(
    "NUMBERKEEP_ALLOWED_NETWORKS",
    networks,
    _NO_NETWORKS,
    "Private networks that webhooks may reach, for example `127.0.0.0/8,10.1.0.0/16`.",
)
BULK_REQUESTS: Final = Setting(
    "NUMBERKEEP_BULK_REQUESTS",
    number(at_least=1),
    2,
    "Bulk requests of one account that a process works on at once; others wait.",
)
MEMORY_MIB: Final = Setting(
    "NUMBERKEEP_MEMORY_MIB",
    number(at_least=32),
    128,
    "MiB of large request bodies and answers that a process holds; beyond it, requests get 503.",
)
ACCOUNT_MEMORY_MIB: Final = Setting(
    "NUMBERKEEP_ACCOUNT_MEMORY_MIB", number(at_least=16), 48, "Those of one account; beyond it, requests get 429."
)
SECRET_HEADER: Final = Setting(
    "NUMBERKEEP_SECRET_HEADER",
    choice("hosted", "always"),
    "hosted",
    "Which signed requests also carry the secret itself: webhooks with `hosted` names, or `always` all.",
)
LOG: Final = Setting(
    "NUMBERKEEP_LOG",
    choice("warning", "info", "debug"),
    "warning",
    "Log level on stderr: `warning`, `info` or `debug`. No level logs numbers, names or secrets.",
)
LOG_FORMAT: Final = Setting(
    "NUMBERKEEP_LOG_FORMAT", choice("text", "json"), "text", "Form of the log's lines: `text` or `json`."
)

SETTINGS: Final[tuple[Setting[Any], ...]] = tuple(each for each in vars().values() if isinstance(each, Setting))
"""All of the above, in their order."""


def unknown_variables(environ: Iterable[str]) -> list[str]:
    """Return a warning for each `NUMBERKEEP_*` variable that is no setting, with the nearest name."""
    known = [setting.name.removeprefix(_PREFIX) for setting in SETTINGS]
    warnings = []
    for name in environ:
        rest = name.removeprefix(_PREFIX)
        if rest not in {name, *known}:
            nearest = difflib.get_close_matches(rest, known, 1, cutoff=0.5)
            fix = f"did you mean {_PREFIX}{nearest[0]}?" if nearest else "`numberkeep serve --help` lists the settings."
            warnings.append(f"{name} is not a setting; {fix}")
    return warnings


def unused_settings(environ: Mapping[str, str]) -> str:
    """Return a warning about settings that are set but not used by the chosen sender; `""` if there are none.

    Raises:
        ConfigError: there is no such sender.
    """
    chosen = SENDER.read(environ)
    unused = [each for each in SETTINGS if environ.get(each.name) and each.senders and chosen not in each.senders]
    others = dict.fromkeys(sender for each in unused for sender in each.senders)
    if not unused:
        return ""
    names = ", ".join(each.name for each in unused)
    return f"NUMBERKEEP_SENDER={chosen} does not use {names}; choose {' or '.join(others)} to use it."
