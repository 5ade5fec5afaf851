"""When a failed attempt is repeated, and how long to wait before it. Pure: the senders sleep and send."""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime

FIRST_DELAY = 0.5
LONGEST_DELAY = 8.0
LONGEST_RETRY_AFTER = 60.0
_TRANSIENT = frozenset({408, 409, 429})
_SERVER_ERROR = 500


def should_retry(status: int, headers: Mapping[str, str]) -> bool:
    """Whether an error answer is worth another attempt: 408, 409, 429, 500 and above, unless the service says.

    Args:
        status: the HTTP status.
        headers: the answer's headers; `x-should-retry: true` or `false` overrides the status.
    """
    said = headers.get("x-should-retry")
    if said in ("true", "false"):
        return said == "true"
    return status in _TRANSIENT or status >= _SERVER_ERROR


def delay(attempt: int, headers: Mapping[str, str], *, jitter: float, now: float) -> float:
    """Seconds to wait before the next attempt.

    What the service asks for is obeyed when it is more than 0 and at most 60 seconds. Otherwise the wait is half a
    second, doubled with each attempt up to 8 seconds, less up to a quarter so that many clients do not return at once.

    Args:
        attempt: how many retries were made before this one, from 0.
        headers: the answer's headers: `retry-after-ms`, else `Retry-After` as seconds or as an HTTP date; empty
            when no answer came.
        jitter: from 0 to 1, what share of the quarter is taken off.
        now: the time, in seconds since the epoch, which a date is measured from.
    """
    asked = _asked(headers, now)
    if asked is not None and 0 < asked <= LONGEST_RETRY_AFTER:
        return asked
    return min(FIRST_DELAY * 2.0 ** min(attempt, 10), LONGEST_DELAY) * (1 - 0.25 * jitter)


def _asked(headers: Mapping[str, str], now: float) -> float | None:
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
