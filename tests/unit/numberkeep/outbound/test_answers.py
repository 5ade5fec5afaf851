"""The meaning of response statuses and of `Retry-After`."""

import time
from collections.abc import Iterator

import pytest

from numberkeep.domain.errors import DeliveryFailed
from numberkeep.outbound.answers import check_status, retry_after

NOW = 784_111_777.0  # Sun, 06 Nov 1994 08:49:37 GMT


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
    ("text", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 120 ", 120),
        ("3601", 3600),
        ("9" * 5000, 3600),
        ("Sun, 06 Nov 1994 08:50:37 GMT", 60),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0),
        ("Sun, 06 Nov 1994 08:00:00 GMT", 0),
        ("Sun, 06 Nov 2094 08:49:37 GMT", 3600),
        ("Sunday, 06-Nov-94 08:50:37 GMT", 60),
        ("Sun, 06 Nov 1994 08:50:37", 60),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("\u0661\u0662", None),
        ("\u00b2", None),
        ("Sun, 99 Nov 1994 08:50:37 GMT", None),
        ("Sun, 06 Nov 99999999999 08:50:37 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str, seconds: float | None) -> None:
    """Both are converted to seconds from now, between 0 and one hour; invalid values are ignored."""
    assert retry_after(text, NOW) == seconds


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
    assert retry_after(f"Sun, 06 Nov 1994 08:50:37{zone}", NOW) == 60
