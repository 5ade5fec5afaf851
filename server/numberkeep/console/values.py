"""How values are shown: times in the reader's zone, numbers as people write them."""

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

import phonenumbers

from numberkeep.console.reader import READER, Reader
from numberkeep.console.words import sentence_of, undo_period

_MICROS: Final = 1_000_000
_UNITS: Final = {"day": 86_400, "hr.": 3_600, "min.": 60}
_WEEK: Final = 7 * 86_400
_SHOWN: Final = 4
_LINE: Final = 300
Time = datetime | int | str


def moment_of(value: Time) -> datetime:
    """Return a time: one already, microseconds since 1970, or a text as the API has it."""
    if isinstance(value, int):
        return datetime.fromtimestamp(value / _MICROS, UTC)
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def iso(value: Time) -> str:
    """Return a time for the `datetime` of a `<time>`."""
    return moment_of(value).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def full_time(value: Time) -> str:
    """Return a time with its zone, such as `30 Nov 2026, 14:05 CET`."""
    local = moment_of(value).astimezone(READER.get().zone)
    return f"{local.day} {local:%b %Y, %H:%M %Z}"


def short_time(value: Time) -> str:
    """Return a time relative to now, such as `5 min. ago`; if it is more than a week away, its day, `30 Nov 2026`.

    The same as times.js writes, which keeps it up to date: nothing may move when that starts.
    """
    moment = moment_of(value)
    seconds = (moment - datetime.now(UTC)).total_seconds()
    if abs(seconds) > _WEEK:
        local = moment.astimezone(READER.get().zone)
        return f"{local.day} {local:%b %Y}"
    for name, size in _UNITS.items():
        if abs(seconds) >= size:
            return _relative(math.floor(seconds / size + 0.5), name)
    return "now"


def _relative(count: int, unit: str) -> str:
    if unit == "day" and abs(count) == 1:
        return "tomorrow" if count > 0 else "yesterday"
    words = f"{abs(count)} {unit}{'s' if unit == 'day' else ''}"
    return f"in {words}" if count > 0 else f"{words} ago"


def clock(value: Time) -> str:
    """Return a time to come: `14:05` if it is today in the reader's zone, else with its day, `2 Dec, 14:05`."""
    zone = READER.get().zone
    local = moment_of(value).astimezone(zone)
    return f"{local:%H:%M}" if local.date() == datetime.now(zone).date() else f"{local.day} {local:%b, %H:%M}"


def number(phone: str) -> str:
    """Return a number as `number_for` does, for the reader of the page that is being rendered."""
    return number_for(READER.get(), phone)


def number_for(reader: Reader, phone: str) -> str:
    """Return a number in the national form of the account's region, or in the international one; masked on demand."""
    shown = _written(phone, reader.region)
    return masked(shown) if reader.masked else shown


def e164(phone: str) -> str:
    """Return a number as it is stored; masked on demand."""
    return masked(phone) if READER.get().masked else phone


def masked(text: str) -> str:
    """Return a number without its digits before the last four."""
    left = sum(character.isdigit() for character in text) - _SHOWN
    shown = ""
    for character in text:
        shown += "\u2022" if character.isdigit() and left > 0 else character
        left -= character.isdigit()
    return shown


@lru_cache(10_000)
def _written(phone: str, region: str) -> str:
    try:
        parsed = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return phone
    at_home = phonenumbers.region_code_for_number(parsed) == region
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(parsed, form.NATIONAL if at_home else form.INTERNATIONAL)


def clipped(text: str | None) -> str:
    """Return the beginning of a text that is shown in one line."""
    text = text or ""
    return text if len(text) <= _LINE else f"{text[:_LINE]}…"


FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "iso": iso,
    "full_time": full_time,
    "short_time": short_time,
    "clock": clock,
    "number": number,
    "e164": e164,
    "clipped": clipped,
    "sentence": sentence_of,
    "undo_period": undo_period,
}
"""The filters of the templates."""
