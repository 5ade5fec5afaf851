"""What no log may contain: complete numbers, names and secrets. A test run fails if one does.

The output of every service of the run, and the logs of the tests' own process, are kept in a folder of the run and
searched at its end.
"""

import atexit
import contextlib
import itertools
import logging
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

NAMES: Final = ("Ada", "Lovelace", "Augusta", "Hopper", "Zuse", "Turing")
"""Names of contacts in tests that occur in no log as ordinary words."""

NOT_OURS: Final[Mapping[str, str]] = {
    "httpx": "the HTTP client of the tests: its lines are those of a client",
    "httpx2": "the same; a service silences it, which its own output shows",
    "httpcore": "below httpx",
    "httpcore2": "below httpx2",
    "faker": "a library of the tests",
    "hypothesis": "a library of the tests",
    "schemathesis": "the same",
    "urllib3": "the HTTP client of schemathesis",
}
"""Loggers of the tests' own process that are excluded, with their children, and the reason."""

_MIN_SECRET: Final = 5
_SECRET_SETTING = re.compile(r"NUMBERKEEP_\w*(SECRET|TOKEN|SENDBLUE_API_KEY)$").match
_EXPORT = re.compile(
    r"export SENDBLUE_API_BASE_URL=\S+ SENDBLUE_API_API_KEY=\S+ SENDBLUE_API_API_SECRET=\S+\n"
).fullmatch
_time = re.compile(r"^\[?\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[,.]?\d*( \+0000\])?")
_address = re.compile(r"(?<![\w.])\d{1,3}(\.\d{1,3}){3}(:\d+)?(?![\w.])")
_PATTERNS: Final = {
    "a number": re.compile(r"(\+|%2B)\d{8,15}", re.IGNORECASE),
    "a number in another form": re.compile(r"(?<![\w.+-])\(?\d([ ().-]{0,2}\d){7,14}(?![\w-])"),
    "a webhook's secret": re.compile(r"whsec_[A-Za-z0-9+/=]+"),
    "a secret or its hash": re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])"),
    "a name": re.compile(rf"\b({'|'.join(NAMES)})\b"),
}

_folder = Path(tempfile.mkdtemp(prefix="nk-logs-"))
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
_serials = itertools.count(1)
_secrets: set[str] = set()


@dataclass(slots=True, frozen=True)
class Leak:
    """A forbidden value in a log.

    Attributes:
        place: the file's path and the line's number.
        kind: the kind of value.
        line: the line, with the value masked.
    """

    place: str
    kind: str
    line: str


def kept(name: str) -> Path:
    """Return a new path in the run's folder, without a suffix."""
    return _folder / f"{next(_serials):04d}-{name}"


def learn(settings: Mapping[str, str]) -> None:
    """Record the secrets in a service's settings, which no log may contain."""
    for name, value in settings.items():
        if _SECRET_SETTING(name):
            learn_secret(value)
        elif name == "NUMBERKEEP_DATABASE":
            _learn_password(value)


def learn_secret(secret: str) -> None:
    """Record a secret that a test uses."""
    if len(secret) >= _MIN_SECRET:
        _secrets.add(secret)


def _learn_password(url: str) -> None:
    with contextlib.suppress(ValueError):
        learn_secret(unquote(urlsplit(url).password or ""))


def collect() -> logging.Handler:
    """Record the logs of this process from now on, at every level, of every logger that is not excluded."""
    handler = logging.FileHandler(kept("tests").with_suffix(".log"), encoding="utf-8", errors="backslashreplace")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    handler.addFilter(lambda record: record.name.partition(".")[0] not in NOT_OURS)
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    for name in ("httpcore", "httpcore2"):  # a dozen lines per request of a test
        logging.getLogger(name).setLevel(logging.INFO)
    return handler


def found(folder: Path | None = None) -> list[Leak]:
    """Return the forbidden values in all that was kept; the folder then stays after the run."""
    leaks: list[Leak] = []
    for path in sorted((folder or _folder).iterdir()):
        exported = 0
        with path.open(errors="backslashreplace") as lines:
            for number, line in enumerate(lines, 1):
                if path.suffix == ".stdout" and not exported and _EXPORT(line):
                    exported += 1  # the key pair of a first start, shown once
                    continue
                leaks += [Leak(f"{path}:{number}", kind, text) for kind, text in _leaks_of(line.rstrip("\n"))]
    if leaks and folder is None:
        atexit.unregister(shutil.rmtree)
    return leaks


def _leaks_of(line: str) -> Iterator[tuple[str, str]]:
    line = _address.sub("ADDRESS", _time.sub("TIME", line))
    for kind, pattern in _PATTERNS.items():
        if pattern.search(line):
            yield kind, pattern.sub(lambda match: mask(match[0]), line)
    for secret in _secrets:
        if secret in line:
            yield "a secret", line.replace(secret, mask(secret))


def mask(text: str) -> str:
    """Return the first characters of a text, so that it can be recognized but not read."""
    return f"{text[:4]}{'*' * 8}"
