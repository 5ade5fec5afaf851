"""What no log may hold: whole numbers, names and secrets. A test run is red where one holds any.

What every service of the run wrote, and what was logged within the tests' own process, is kept in a folder of the run
and searched when the run is over.
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
"""Names that tests give to contacts and that are no words of a log."""

NOT_OURS: Final[Mapping[str, str]] = {
    "httpx": "the HTTP client by which tests speak to the service: its lines are of a client's process",
    "httpx2": "the same; within a service it is kept silent, which is seen in what the service wrote",
    "httpcore": "below httpx",
    "httpcore2": "below httpx2",
    "faker": "a library of the tests",
    "hypothesis": "a library of the tests",
}
"""Loggers of the tests' own process that are left out, each with all below it, and why."""

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
    """What was found where.

    Attributes:
        place: the file's path and the line's number.
        kind: what it is.
        line: the line, with what was found masked.
    """

    place: str
    kind: str
    line: str


def kept(name: str) -> Path:
    """A new path in the run's folder, without a suffix."""
    return _folder / f"{next(_serials):04d}-{name}"


def learn(settings: Mapping[str, str]) -> None:
    """Take note of the secrets in a service's settings: no log may hold them."""
    for name, value in settings.items():
        if _SECRET_SETTING(name):
            learn_secret(value)
        elif name == "NUMBERKEEP_DATABASE":
            _learn_password(value)


def learn_secret(secret: str) -> None:
    """Take note of one that a test uses."""
    if len(secret) >= _MIN_SECRET:
        _secrets.add(secret)


def _learn_password(url: str) -> None:
    with contextlib.suppress(ValueError):
        learn_secret(unquote(urlsplit(url).password or ""))


def collect() -> logging.Handler:
    """Keep what is logged in this process from now on, at every level and by every logger that is not left out."""
    handler = logging.FileHandler(kept("tests").with_suffix(".log"), encoding="utf-8", errors="backslashreplace")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    handler.addFilter(lambda record: record.name.partition(".")[0] not in NOT_OURS)
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    for name in ("httpcore", "httpcore2"):  # a dozen lines for each request of a test, which nobody reads
        logging.getLogger(name).setLevel(logging.INFO)
    return handler


def found(folder: Path | None = None) -> list[Leak]:
    """Return what no log may hold, in all that was kept, which then stays after the run."""
    leaks: list[Leak] = []
    for path in sorted((folder or _folder).iterdir()):
        exported = 0
        with path.open(errors="backslashreplace") as lines:
            for number, line in enumerate(lines, 1):
                if path.suffix == ".stdout" and not exported and _EXPORT(line):
                    exported += 1  # the key pair of a first start, shown once, and to whoever started it
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
    """The text's first characters, so that it is known again and not told."""
    return f"{text[:4]}{'*' * 8}"
