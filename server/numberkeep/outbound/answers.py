"""What the status of an answer means for what was to be delivered."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

from numberkeep.domain.errors import DeliveryFailed

MAX_RETRY_AFTER: Final = 3600
"""Seconds; a receiver that asks for more gets another attempt all the same."""

_GONE: Final = 410  # by which the Standard Webhooks scheme too says that nothing more is wanted
_LATER: Final = frozenset({408, 429})


def check_status(
    status: int,
    headers: Mapping[str, str],
    *,
    refusal_is_final: bool,
    now: Callable[[], float] = time.time,
) -> None:
    """Look whether an answer says that what was sent is taken.

    Args:
        status: the answer's.
        headers: the answer's; names in any case.
        refusal_is_final: to try again after 4xx is in vain, but for 408 and 429, which ask for it.
        now: seconds since 1970; a test gives its own.

    Raises:
        DeliveryFailed: it is not taken.
    """
    if 200 <= status < 300:  # noqa: PLR2004 - RFC 9110, section 15
        return
    if 300 <= status < 400:  # noqa: PLR2004
        raise DeliveryFailed(f"answered with a redirect ({status}), which is not followed", permanent=refusal_is_final)
    if status == _GONE:
        raise DeliveryFailed(f"answered {status}: it is gone for good", permanent=True)
    if refusal_is_final and 400 <= status < 500 and status not in _LATER:  # noqa: PLR2004
        raise DeliveryFailed(f"answered {status}", permanent=True)
    raise DeliveryFailed(f"answered {status}", retry_after=retry_after(headers.get("retry-after", ""), now()))


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
