"""Decides whether to retry a failed attempt, and after how long. Does no I/O."""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime

FIRST_DELAY = 0.5
LONGEST_DELAY = 8.0
LONGEST_RETRY_AFTER = 60.0
"""Seconds; the client does not wait longer for the next attempt."""
_TRANSIENT = frozenset({408, 409, 429})
_SERVER_ERROR = 500


def should_retry(status: int, headers: Mapping[str, str]) -> bool:
    """Return whether an error is retried: 408, 409, 429, and 500 and above, or as `x-should-retry` says."""
    override = headers.get("x-should-retry")
    if override in ("true", "false"):
        return override == "true"
    return status in _TRANSIENT or status >= _SERVER_ERROR


def delay(attempt: int, headers: Mapping[str, str], *, jitter: float, now: float) -> float:
    """Return the seconds to wait before the next attempt.

    The wait that the service asks for counts if it is more than 0; a caller gives up if it is more than
    `LONGEST_RETRY_AFTER`. Otherwise the wait is half a second, doubles with each attempt up to 8 seconds, and is
    shortened by up to a quarter to spread many clients.

    Args:
        attempt: the number of retries before this one.
        headers: the headers of the response: `retry-after-ms`, or `Retry-After` as seconds or as an HTTP date; empty
            if there was no response.
        jitter: the share of the quarter to take off, from 0 to 1.
        now: the current time, in seconds since the epoch.
    """
    requested = _requested(headers, now)
    if requested is not None and requested > 0:
        return requested
    return min(FIRST_DELAY * 2.0 ** min(attempt, 10), LONGEST_DELAY) * (1 - 0.25 * jitter)


def _requested(headers: Mapping[str, str], now: float) -> float | None:
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    text = headers.get("retry-after")
    seconds = _number(text)
    if seconds is not None or text is None:
        return seconds
    try:
        return parsedate_to_datetime(text).timestamp() - now
    except ValueError:
        return None


def _number(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None
