"""The log while the store is unavailable."""

import pytest

from numberkeep.domain.errors import StoreUnavailable
from numberkeep.http.outage import Outage


def test_an_outage_is_logged_once_a_second(caplog: pytest.LogCaptureFixture) -> None:
    """The first failure is logged at once; those of the next second are counted in the next line."""
    time = 100.0
    outage = Outage(lambda: time)
    for n in range(1000):
        outage.report(StoreUnavailable("gone"), f"r{n}")
    time += 1.5
    outage.report(StoreUnavailable("gone"), "last")
    time += 1.5
    outage.report(StoreUnavailable("gone"), "again")
    assert [record.message for record in caplog.records] == [
        "request r0 failed: the store says gone",
        "request last failed, and 999 more since the last line: the store says gone",
        "request again failed: the store says gone",
    ]
