"""What the status of an answer means for what was to be delivered."""

import time
from collections.abc import Collection, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

from numberkeep.domain.errors import DeliveryFailed

MAX_RETRY_AFTER: Final = 3600
"""Seconds; a receiver that asks for more gets another attempt all the same."""

ENDS: Final = frozenset({410})
"""Statuses after which a receiver wants nothing more: so says the Standard Webhooks scheme."""
REFUSES: Final = ENDS | {400, 413, 422}
"""Statuses by which a carrier refuses a message for what it is. All others are of the way there, such as a token or a
URL that is wrong: the operator mends them, and no message should be lost by then."""


def check_status(
    status: int,
    headers: Mapping[str, str],
    final: Collection[int] = ENDS,
) -> None:
    """Look whether an answer says that what was sent is taken.

    Args:
        status: the answer's.
        headers: the answer's; names in any case.
        final: statuses after which to try again is in vain.

    Raises:
        DeliveryFailed: it is not taken.
    """
    if 200 <= status < 300:  # noqa: PLR2004 - RFC 9110, section 15
        return
    if status in final:
        raise DeliveryFailed(f"answered {status}", permanent=True)
    if 300 <= status < 400:  # noqa: PLR2004
        raise DeliveryFailed(f"answered with a redirect ({status}), which is not followed")
    raise DeliveryFailed(f"answered {status}", retry_after=retry_after(headers.get("retry-after", ""), time.time()))


def retry_after(text: str, now: float) -> float | None:
    """The seconds to wait that a header `Retry-After` asks for, 0 to `MAX_RETRY_AFTER`; None where it asks for none.

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
