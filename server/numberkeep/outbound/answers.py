"""Interprets the status of an answer to a delivery."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from numberkeep.domain.outbox.errors import DeliveryFailed

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
    raise DeliveryFailed(f"answered {status}", retry_after=retry_after(headers.get("retry-after", "")))


def retry_after(text: str) -> float | datetime | None:
    """Return what a header `Retry-After` asks for: seconds to wait, or a date in UTC; None if it is not valid.

    Args:
        text: seconds or a date, see RFC 9110, section 10.2.3.
    """
    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        date = parsedate_to_datetime(text)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
