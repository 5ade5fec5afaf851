"""Interprets the status of an answer to a delivery."""

import time
from collections.abc import Collection, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

from numberkeep.domain.errors import DeliveryFailed

MAX_RETRY_AFTER: Final = 3600
"""Seconds; a receiver that asks for more is retried after this time."""

ENDS: Final = frozenset({410})
"""Statuses by which a receiver unsubscribes, as the Standard Webhooks scheme defines."""


def check_status(
    status: int,
    headers: Mapping[str, str],
    final: Collection[int] = ENDS,
) -> None:
    """Check that an answer accepts or refuses a delivery.

    Args:
        status: the answer's status.
        headers: the answer's headers; names in any case.
        final: statuses by which the receiver refuses.

    Raises:
        DeliveryFailed: it does neither.
    """
    if 200 <= status < 300 or status in final:  # noqa: PLR2004 - RFC 9110, section 15
        return
    if 300 <= status < 400:  # noqa: PLR2004
        raise DeliveryFailed(f"answered with a redirect ({status}), which is not followed")
    raise DeliveryFailed(f"answered {status}", retry_after=retry_after(headers.get("retry-after", ""), time.time()))


def retry_after(text: str, now: float) -> float | None:
    """Return the seconds that a header `Retry-After` asks to wait, 0 to `MAX_RETRY_AFTER`; None if it is not valid.

    Args:
        text: seconds or a date, see RFC 9110, section 10.2.3.
        now: seconds since 1970.
    """
    text = text.strip()
    if text.isascii() and text.isdigit():
        return min(float(text), MAX_RETRY_AFTER)
    try:
        date = parsedate_to_datetime(text)
        then = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
    return min(max(then - now, 0.0), MAX_RETRY_AFTER)
