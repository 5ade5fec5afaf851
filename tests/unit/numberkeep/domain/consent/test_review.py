"""The deadline of an unclear reply."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from numberkeep.domain.consent.review import deadline_of
from numberkeep.domain.contacts.contact import micros, moment


@pytest.mark.parametrize(
    ("received", "deadline"),
    [
        ("2026-11-23T12:30:00.000001", "2026-12-07T12:30:00.000001"),  # Monday to Monday
        ("2026-11-23T11:59:59", "2026-12-05T00:00:00"),  # it may still be Sunday in Hawaii
        ("2026-11-24T00:00:00", "2026-12-08T00:00:00"),  # Tuesday to Tuesday
        ("2026-11-27T23:59:59", "2026-12-11T23:59:59"),  # Friday to Friday
        ("2026-11-28T00:00:00", "2026-12-11T00:00:00"),  # Saturday: the first weekday is Monday
        ("2026-11-29T12:00:00", "2026-12-11T12:00:00"),  # Sunday
        ("2026-12-24T08:00:00", "2027-01-07T08:00:00"),  # holidays are not counted as such
        ("2028-02-22T10:00:00", "2028-03-07T10:00:00"),  # over a leap day
        ("2028-03-09T07:00:00", "2028-03-23T06:00:00"),  # 11 p.m. on Wednesday in Los Angeles, and summer time begins
        ("2027-03-14T12:00:00", "2027-03-26T11:00:00"),  # on the day itself
        ("2027-03-15T13:00:00", "2027-03-29T13:00:00"),  # after it
    ],
)
def test_the_deadline_is_the_tenth_weekday_after(received: str, deadline: str) -> None:
    """At the same time of the day, in UTC."""
    at = micros(datetime.fromisoformat(received).replace(tzinfo=UTC))
    assert moment(deadline_of(at)) == datetime.fromisoformat(deadline).replace(tzinfo=UTC)


@settings(max_examples=500)
@example(1_836_198_000_000_001, "America/Los_Angeles")
@given(
    st.integers(micros(datetime(2024, 1, 1, tzinfo=UTC)), micros(datetime(2060, 1, 1, tzinfo=UTC))),
    st.sampled_from(["America/New_York", "America/Los_Angeles", "Pacific/Honolulu", "America/Adak"]),
)
def test_it_is_never_later_than_the_legal_date(at: int, zone: str) -> None:
    """Counted in the recipient's time zone: the end of the tenth business day after the day of receipt."""
    local = moment(at).astimezone(ZoneInfo(zone))
    day, left = local.date(), 10
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    end = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)) + timedelta(days=1)
    assert moment(deadline_of(at)) <= end
