"""The meaning of response statuses and of `Retry-After`."""

import math
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from numberkeep.domain.outbox.errors import DeliveryFailed
from numberkeep.outbound.answers import check_status, retry_after

DATE = datetime(1994, 11, 6, 8, 50, 37, tzinfo=UTC)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_2xx_status_is_a_success(status: int) -> None:
    """Including unassigned ones."""
    check_status(status, {}, frozenset())


@pytest.mark.parametrize("status", [101, 199, 400, 500, 503, 599, 600, 999])
def test_every_other_status_is_retried(status: int) -> None:
    """Known or not, it is a failure that may be temporary."""
    with pytest.raises(DeliveryFailed) as failed:
        check_status(status, {"retry-after": "7"})
    assert not failed.value.permanent
    assert failed.value.retry_after == 7


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("0", 0),
        ("120", 120),
        (" 120 ", 120),
        ("3601", 3601),
        ("9" * 5000, math.inf),
        ("Sun, 06 Nov 1994 08:50:37 GMT", DATE),
        ("Sunday, 06-Nov-94 08:50:37 GMT", DATE),
        ("Sun, 06 Nov 1994 08:50:37", DATE),
        ("Sun, 06 Nov 1994 09:50:37 +0100", DATE),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("\u0661\u0662", None),
        ("\u00b2", None),
        ("Sun, 99 Nov 1994 08:50:37 GMT", None),
        ("Sun, 06 Nov 99999999999 08:50:37 GMT", None),
        ("Fri, 31 Dec 9999 23:30:00 -0100", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str, wait: float | datetime | None) -> None:
    """What follows from it is the relay's decision; invalid values are ignored."""
    assert retry_after(text) == wait


@pytest.fixture
def _elsewhere() -> Iterator[None]:
    """Set the host's time zone to New York."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "America/New_York")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("_elsewhere")
@pytest.mark.parametrize("zone", ["", " -0000", " GMT", " +0000"])
def test_a_date_is_in_utc_whatever_the_host_s_time_zone(zone: str) -> None:
    """HTTP dates are always UTC."""
    assert retry_after(f"Sun, 06 Nov 1994 08:50:37{zone}") == DATE
